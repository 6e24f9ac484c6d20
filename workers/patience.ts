import { setTimeout as pause } from 'node:timers/promises';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
const TELL_EVERY_MS = 30_000;

export interface Patience {
  /** Tried for so long. */
  readonly forMs: number;
  /** Ends the waiting at once. */
  readonly ending: AbortSignal;
  /** Told once in a while why it still waits. */
  tell(error: unknown): void;
}

/** Something that was waited for did not come. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp';
  readonly what: WaitedFor;

  constructor(what: WaitedFor, seconds: number, cause: unknown) {
    super(`${what} could not be reached for ${seconds} s`, { cause });
    this.what = what;
  }
}

type WaitedFor = 'the ledger' | 'the queue';

/**
 * Tries until it succeeds: containers start in any order. What waiting does not mend (a refused password, a broken migration)
 * is thrown at once; what lasts too long as a {@link GivenUp}.
 */
export async function patiently<T>(
  what: WaitedFor,
  attempt: () => Promise<T>,
  { forMs, ending, tell }: Patience,
): Promise<T> {
  const begun = performance.now();
  let toldAt = Number.NEGATIVE_INFINITY;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    ending.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error)) throw error;
      const left = forMs - (performance.now() - begun);
      if (left <= 0) throw new GivenUp(what, Math.round(forMs / 1000), error);
      if (performance.now() - toldAt >= TELL_EVERY_MS) {
        tell(error);
        toldAt = performance.now();
      }
      await pause(Math.min(pauseMs, left), undefined, { signal: ending });
    }
  }
}

/** Connections that nobody takes yet, names that are not known yet, servers that are still starting or full. */
const NETWORK =
  /^(?:ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN)$/;
/** SQLSTATE: connection exceptions, too many connections, shutting down, starting up, no answer in time. */
const POSTGRES = /^(?:08\w{3}|53300|57P0[1-5]|25P03)$/;
const WORDS =
  /terminated unexpectedly|connection terminated|connection timeout|timeout expired|no answer within|is closed|LOADING/i;

function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (NETWORK.test(code) || POSTGRES.test(code) || WORDS.test(error.message)) return true;
  if (error instanceof AggregateError && error.errors.some(mayPass)) return true;
  return mayPass(error.cause);
}
