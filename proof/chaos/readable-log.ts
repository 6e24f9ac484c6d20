/** What happened on the ground is told in `error`; these events say nothing without it. */
const NEED_AN_ERROR = new Set([
  'embedded-postgres-down',
  'embedded-postgres-trouble',
  'http-failed',
  'ledger-connection-lost',
  'ledger-gone',
  'ledger-unreachable',
  'ledger-write-retried',
  'not-closed',
  'not-started',
  'queue-trouble',
  'step-failed',
  'unhandled',
  'waiting-for-ledger',
  'waiting-for-queue',
]);

/** Longer is not a sentence but a dump. */
const LONGEST = 400;

interface LogEntry {
  readonly event: string;
  readonly said: unknown;
}

/** Everything a worker wrote, as an operator has to read it. */
export interface LogReading {
  /** Lines that are about trouble: with the level warn or error. */
  readonly warnings: number;
  /** What an operator could make nothing of, in words; each complaint once. */
  readonly complaints: readonly string[];
}

export function readLog(lines: readonly string[]): LogReading {
  let warnings = 0;
  const complaints = new Set<string>();
  for (const line of lines) {
    const entry = parsed(line);
    if (entry === 'not-json') complaints.add(`not a line of the log: ${shortened(line)}`);
    if (entry === 'fine' || entry === 'not-json') continue;
    warnings += 1;
    const complaint = complaintOf(entry);
    if (complaint !== null) complaints.add(`${entry.event}: ${complaint}: ${shortened(JSON.stringify(entry.said))}`);
  }
  return { warnings, complaints: [...complaints] };
}

function parsed(line: string): LogEntry | 'fine' | 'not-json' {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return 'not-json';
  }
  if (typeof entry !== 'object' || entry === null || !('event' in entry) || !('level' in entry)) return 'not-json';
  const { level, event, error, message } = entry as Readonly<Record<string, unknown>>;
  if (level !== 'warn' && level !== 'error') return 'fine';
  return { event: String(event), said: error ?? message ?? '' };
}

/** Why a person could not act on this sentence; `null` where they can. */
function complaintOf({ event, said: text }: LogEntry): string | null {
  if (typeof text !== 'string') return 'not a text';
  if (text.trim() === '') return NEED_AN_ERROR.has(event) ? 'it does not say what is wrong' : null;
  if (text.includes('[object ')) return 'an object in place of words';
  if (/\n\s+at |\(?file:\/\/|node:internal|\.[jt]s:\d+/.test(text)) return 'a stack or a place in the code';
  if (/[\n\r\t]|\\n/.test(text)) return 'more than one line';
  if (/:\/\/[^/\s:@]*:[^/\s@]+@/.test(text)) return 'a password';
  if (/\b(undefined|NaN)\b/.test(text)) return 'a value that is not there';
  if (text.length > LONGEST) return `${text.length} characters`;
  const words = text.match(/[a-z]{2,}/gi) ?? [];
  if (words.length < 3) return 'not a sentence';
  return null;
}

function shortened(text: string): string {
  return text.length > 300 ? `${text.slice(0, 300)} ...` : text;
}
