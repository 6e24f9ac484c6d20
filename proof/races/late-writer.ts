import type { Finding } from '../../test/support/finding.js';
import type { LogLine, Worker } from '../../test/support/worker.js';
import type { Race } from './race.js';
import { type OnRecord, overwritten } from './rows.js';

/** What a process that was stopped has spoilt after it went on, judged when everything has come to rest. */
export function spoilt({ stop, worker, wentOnAt, answersBefore }: Race, atTheEnd: OnRecord): Finding[] {
  const about = (text: string): Finding => ({
    kind: 'wrongly-recorded',
    text: `${stop.orderId}, stopped at ${stop.point}: ${text}`,
  });
  const change = overwritten(wentOnAt, atTheEnd);
  const answer = holdsClaim(stop.point) ? answersOf(worker, stop.orderId)[answersBefore] : undefined;
  return [
    ...(change === null ? [] : [about(`overwritten: ${change}`)]),
    ...(answer === undefined || mayRecord(answer, wentOnAt)
      ? []
      : [about(`the answer (${answer['outcome']}) was recorded although the claim had run out`)]),
  ];
}

/** Under a claim that has run out an answer is late, but for the proof that Amazon has accepted, while nothing is decided. */
function mayRecord(answer: LogLine, { row }: OnRecord): boolean {
  if (row['state'] === 'sending' || answer['recorded'] === 'late') return true;
  return row['state'] === 'unknown' && answer['outcome'] === 'accepted';
}

/** From the claim on, until its answer is on record. */
function holdsClaim(point: string): boolean {
  return (
    ['send.claim:after', 'send.record:before'].includes(point) ||
    ['send.mayPost:', 'send.ask:', 'send.fence:', 'post.'].some((name) => point.startsWith(name))
  );
}

/** What a process logged about Amazon's answers for an order, in the order of time. */
export function answersOf(worker: Worker, orderId: string): LogLine[] {
  return ['asked', 'not-asked', 'answer-lost', 'refused', 'expired']
    .flatMap((event) => worker.logged(event))
    .filter((line) => line['orderId'] === orderId && 'recorded' in line)
    .sort((one, other) => String(one['time']).localeCompare(String(other['time'])));
}
