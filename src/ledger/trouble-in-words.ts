/**
 * The ledger could not do what it was asked, in one line for the log. It has no cause: the line is all that is worth telling of
 * Prisma's error, which spreads over many and names places in the code.
 */
class LedgerTrouble extends Error {
  override readonly name = 'LedgerTrouble';
}

/** The same ledger, telling its trouble in words. What is wrong in the code itself passes as it is, with its place. */
export function tellingTrouble<T extends Readonly<Record<string, unknown>>>(ledger: T): T {
  const telling = Object.entries(ledger).map(([name, call]) => [name, typeof call === 'function' ? told(call) : call]);
  return Object.fromEntries(telling) as T;
}

// biome-ignore lint/complexity/noBannedTypes: whatever the ledger's calls take and answer passes through.
function told(call: Function): (...given: unknown[]) => unknown {
  return (...given) => {
    const answer: unknown = call(...given);
    return answer instanceof Promise ? answer.catch(tell) : answer;
  };
}

function tell(error: unknown): never {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) throw error;
  throw ledgerTrouble(error);
}

export function ledgerTrouble(error: Error): LedgerTrouble {
  return new LedgerTrouble(`the ledger: ${troubleInWords(error)}`);
}

/** One line that says what is wrong, out of an error of Prisma's, of its adapter's or of the driver's. */
function troubleInWords(error: Error): string {
  const { message, cause } = error;
  if (isAdapterCause(cause)) return cause.originalMessage ?? inWords(cause.kind);
  // "Invalid `prisma.x.y()` invocation", and after empty lines what is wrong.
  const last = message.slice(Math.max(0, message.lastIndexOf('\n\n'))).trim();
  const database = /^(?:Raw query failed|Database error)\. Code: `[^`]*`\. Message: `([\s\S]*)`$/.exec(last)?.[1];
  return (database ?? last).replaceAll(/\s+/g, ' ').trim() || codeOf(error) || error.name;
}

/** What an adapter of Prisma's hangs on its errors: a plain object. The message of such an error is the kind alone. */
interface AdapterCause {
  readonly kind: string;
  readonly originalMessage?: string;
}

function isAdapterCause(cause: unknown): cause is AdapterCause {
  return typeof cause === 'object' && cause !== null && !(cause instanceof Error) && 'kind' in cause;
}

/** `ConnectionClosed` as `connection closed`. */
function inWords(kind: string): string {
  return kind.replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}

/** Refused on both addresses of `localhost`, Node's error has a code but no message. */
function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : '';
}
