import type { SeededRandom } from '../../src/simulator/seeded-random.js';
import { never, type Process } from './process.js';
import type { Run } from './run-parts.js';
import type { Strike } from './storm.js';

/** One call out of a process: to the ledger or to the queue. */
export interface FarCall<T> {
  /** The name of the method. */
  readonly name: string;
  /** The order or account it is about; empty: neither. */
  readonly about: string;
  /** What the other side does. Runs whole or not at all. */
  readonly effect: () => Promise<T>;
  /** Nothing needs to run behind the effect before the answer is on its way. */
  readonly quiet: boolean;
  /** Why the other side cannot be reached now, or loses the answer. */
  readonly fault: () => 'before' | 'after' | null;
  readonly onEffect?: (answer: Promise<T>) => void;
  readonly onHeard?: (answer: T) => void;
}

/**
 * Makes a call as it happens between machines: it leaves, takes effect, is answered; and between any two of these the
 * process may be killed or stopped, and the other side may be lost. A killed process hears nothing any more, a stopped
 * one hears it when it goes on, and what was on its way takes effect all the same.
 */
export function farCall<T>(run: Run, process: Process, random: SeededRandom, call: FarCall<T>): Promise<T> {
  if (!process.alive) return never();
  const { calendar, storm, trace } = run;
  const strike = storm.strike(call.name);
  if (strike?.moment === 'before') {
    befall(run, process, strike);
    if (strike.kind === 'crash') return never();
  }
  const there = storm.nearMs(random);
  const back = storm.nearMs(random);
  const { now } = calendar;
  if (strike?.moment === 'under-way') calendar.at(now + Math.floor(there / 2), () => befall(run, process, strike));
  if (strike?.moment === 'done') calendar.at(now + there + Math.floor(back / 2), () => befall(run, process, strike));
  if (strike?.moment === 'answered') calendar.at(now + there + back, () => befall(run, process, strike));

  return new Promise<T>((resolve, reject) => {
    const answerWith = (settle: () => void, ms: number) => calendar.after(ms, () => process.hear(settle));
    const arrive = () => {
      // Killed on the way: what had left the machine arrives, what had not does not.
      if (!process.alive && random.chance(0.5)) return;
      const fault = call.fault();
      if (fault === 'before') {
        trace.note(calendar.now, process.name, `${call.name} cannot be reached`, call.about);
        // Refused at once, or given up after a while.
        answerWith(() => reject(new Error(`${call.name}: cannot be reached`)), random.chance(0.5) ? back : 5000);
        return;
      }
      trace.note(calendar.now, process.name, call.name, call.about);
      const answer = call.effect();
      // Met where it is heard; a process that is dead by then hears of no error.
      answer.catch(() => undefined);
      call.onEffect?.(answer);
      if (fault === 'after') {
        trace.note(calendar.now, process.name, `${call.name}: done, but the answer is lost`, call.about);
        answerWith(() => reject(new Error(`${call.name}: the connection was lost`)), back);
        return;
      }
      answerWith(() => {
        answer.then((value) => {
          call.onHeard?.(value);
          resolve(value);
        }, reject);
      }, back);
    };
    if (call.quiet) calendar.quietlyAt(now + there, arrive);
    else calendar.at(now + there, arrive);
  });
}

/** Carries out what befalls a process. */
export function befall({ calendar, trace, oracle }: Run, process: Process, { kind, ms }: Strike): void {
  if (!process.running) return;
  if (kind === 'crash') {
    trace.note(calendar.now, process.name, 'crashes', '');
    oracle.figures.crashes += 1;
    process.kill();
    return;
  }
  const sleeps = kind === 'sleep';
  trace.note(
    calendar.now,
    process.name,
    `stopped for ${Math.round(ms / 1000)} s${sleeps ? ', its machine sleeps' : ''}`,
    '',
  );
  oracle.figures.stops += 1;
  process.stop(calendar.now + ms, () => {
    if (sleeps) process.machine.hasSlept(ms);
    trace.note(calendar.now, process.name, 'goes on', '');
  });
}
