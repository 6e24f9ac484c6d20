/**
 * Every name a log line may have, its level, and what it means, in one sentence. The compiler holds every caller to them:
 * `log.warn('x')` needs an entry `x` with the level `warn` below. Names are stable, programs rely on them. After adding one,
 * `npm run docs` writes the list into docs/operations.md, and a test holds it up to date.
 */
const events = {
  // The process.
  starting: { level: 'info', means: 'The configuration is read; from now on signals ask for an orderly end.' },
  started: { level: 'info', means: 'The worker runs; version, mode, roles and accounts stand beside it.' },
  stopping: {
    level: 'info',
    means: 'A signal asked for an orderly end: nothing new is taken, calls in flight finish.',
  },
  stopped: { level: 'info', means: 'The orderly end is done; the process ends with status 0.' },
  'starting-again': {
    level: 'info',
    means: 'SIGHUP: the env files are read anew and the worker starts again with them.',
  },
  'configuration-refused': {
    level: 'error',
    means: 'After SIGHUP: the env files are wrong, and the worker goes on as before.',
  },
  'not-started': { level: 'error', means: 'The worker could not start; the process ends with status 1.' },
  'not-started-again': {
    level: 'error',
    means: 'After SIGHUP: the worker could not start again; the process ends with status 1.',
  },
  'waiting-for-ledger': {
    level: 'warn',
    means: 'At start: the ledger cannot be reached yet; it is tried again until LEDGER_GONE_EXIT has passed.',
  },
  'waiting-for-queue': {
    level: 'warn',
    means: 'At start: the queue cannot be reached yet; it is tried again until LEDGER_GONE_EXIT has passed.',
  },
  'drain-cut-short': {
    level: 'warn',
    means: 'Calls were still in flight when the time to stop was over; they were broken off and are settled later.',
  },
  'not-closed': {
    level: 'error',
    means: 'Something did not close properly at the end; nothing of the ledger depends on it.',
  },
  unhandled: {
    level: 'error',
    means: 'An error that no part of askonce had expected; the step concerned rings again, the others go on.',
  },

  'unhandled-too-often': {
    level: 'error',
    means: 'More than a hundred unexpected errors within a minute: the process ends with status 1.',
  },

  // The ledger.
  'ledger-migrated': { level: 'info', means: 'Migrations were applied at start.' },
  'ledger-is-newer': {
    level: 'warn',
    means: 'The ledger has migrations of a newer askonce; this one works on beside it.',
  },
  'ledger-connection-lost': {
    level: 'warn',
    means: 'The ledger ended idle connections, as a restart does; the next statement connects again.',
  },
  'ledger-write-retried': {
    level: 'warn',
    means: 'An answer could not be written down yet and is written again in a moment.',
  },
  'ledger-unreachable': {
    level: 'warn',
    means: 'The ledger does not answer; `ledger-gone` follows after LEDGER_GONE_EXIT.',
  },
  'ledger-back': { level: 'info', means: 'The ledger answers again.' },
  'ledger-gone': {
    level: 'error',
    means: 'The ledger could not be reached for LEDGER_GONE_EXIT; the process ends with status 1.',
  },
  'embedded-postgres': { level: 'info', means: 'What the embedded Postgres does.' },
  'embedded-postgres-trouble': {
    level: 'warn',
    means: 'The embedded Postgres had ended and was started again, or the like.',
  },
  'embedded-postgres-down': {
    level: 'error',
    means: 'The embedded Postgres has ended and cannot be started again yet; it is tried every second.',
  },
  'clock-corrected': { level: 'warn', means: "The worker's time was corrected by more than 5 s to the ledger's." },
  'clock-skew': { level: 'warn', means: "The ledger's clock and Amazon's have come to differ, or to agree again." },

  // The queue and the steps.
  'queue-trouble': { level: 'warn', means: 'Redis, or the queue in Postgres, has trouble; it mends by itself.' },
  'queue-lost': {
    level: 'warn',
    means:
      'The queue was emptied, and with it the wake-ups of so many orders; all of them are handed out again at once.',
  },
  'step-failed': { level: 'error', means: 'A step threw; it rings again later, and the other steps go on.' },
  rung: { level: 'info', means: 'The sweep handed out wake-ups.' },
  'tallies-corrected': {
    level: 'warn',
    means:
      'A recount found wrong tallies and set them right: orders were loaded or removed behind the back of the triggers.',
  },
  replanned: { level: 'info', means: "An account's rules have changed, and its open orders were planned anew." },
  expired: { level: 'info', means: 'Windows closed before the orders could be asked.' },

  // Reading orders.
  'orders-read': { level: 'info', means: "One page of an account's orders is in the ledger." },
  'orders-not-read': { level: 'warn', means: 'Amazon gave no readable answer about orders; the read is tried again.' },
  'page-token-expired': {
    level: 'warn',
    means: 'The read of a long list of orders begins again from where it is surely whole.',
  },
  'order-read': { level: 'info', means: 'One order was read by itself and planned anew.' },
  'order-not-read': { level: 'warn', means: 'One order could not be read by itself; what is on record stands.' },
  'order-unreadable': {
    level: 'warn',
    means: 'Amazon sent an order without what is needed; it is recorded and skipped.',
  },
  'rate-learnt': { level: 'info', means: "Amazon's answer named another rate than the one in force." },
  throttled: { level: 'warn', means: 'Amazon refused a call for its pace (429): the account stays away for a moment.' },

  // Asking.
  asked: { level: 'info', means: 'Amazon has the review request; the order is `sent`.' },
  'would-ask': { level: 'info', means: 'Dry-run: the order would have been asked now.' },
  'not-asked': { level: 'info', means: 'The order was not asked for the reason beside it, and is looked at again.' },
  refused: { level: 'info', means: 'Amazon said no for good.' },
  'answer-lost': {
    level: 'info',
    means: 'What became of the request is not known; it is settled by looking, never asked again.',
  },
  'claim-ran-out': {
    level: 'warn',
    means: 'A process ended between claim and answer; the order is settled by looking.',
  },
  'doubted-again': {
    level: 'warn',
    means: 'An order given back as not sent is not offered any more: it is settled once more.',
  },
  'settle-look': { level: 'info', means: 'A look at an order in doubt, and what it decided.' },

  // Accounts.
  'account-trouble': {
    level: 'warn',
    means: 'Amazon refuses calls of the whole account; it is left alone until the time named.',
  },
  'account-paused': { level: 'warn', means: 'The account was paused by askonce: a person is needed.' },
  'account-resumed': {
    level: 'info',
    means: 'Amazon answers for the account again, and the pause by askonce is lifted.',
  },
  'order-denied': {
    level: 'warn',
    means: 'Amazon denies access to one order while others of the account are answered.',
  },

  // Alarms.
  'alarm-fired': { level: 'warn', means: 'An alarm is raised: `alarm`, `account` and `text` say what needs a person.' },
  'alarm-cleared': { level: 'info', means: 'What an alarm was about is over.' },
  'alarm-not-delivered': {
    level: 'warn',
    means: 'The webhook did not take a message; it is kept and tried again. At most once an hour for each.',
  },
  'alarms-not-judged': {
    level: 'warn',
    means: 'What alarms are judged by could not be read; those concerned stay as they are.',
  },

  // Pages.
  'http-listening': { level: 'info', means: 'Health, metrics and pages are served at `url`.' },
  'http-failed': { level: 'error', means: 'A request to the pages could not be answered.' },
  'logged-in': { level: 'info', means: 'Somebody logged in on the pages with ADMIN_TOKEN.' },
  'log-in-refused': {
    level: 'warn',
    means: 'Wrong tokens were refused, `refused` of them since the last such line; at most one line a minute.',
  },
  'paused-by-person': { level: 'info', means: 'Somebody paused accounts on the pages.' },
  'resumed-by-person': { level: 'info', means: 'Somebody lifted the pause of accounts on the pages.' },
  'suppressed-by-person': { level: 'info', means: 'Somebody said on the pages that an order is never asked.' },
  'traces-not-delivered': {
    level: 'warn',
    means: 'The OpenTelemetry collector did not take traces; they are dropped. Said once in ten minutes.',
  },
} as const satisfies Record<string, { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly means: string }>;

export type LogEvent = keyof typeof events;

/** The events of one level. */
export type LogEventAt<L extends string> = {
  [E in LogEvent]: (typeof events)[E]['level'] extends L ? E : never;
}[LogEvent];

/** The list for docs/operations.md, in Markdown. */
export function logEventsTable(): string {
  const rows = Object.entries(events).map(([name, { level, means }]) => `| \`${name}\` | ${level} | ${means} |`);
  return ['| event | level | means |', '| --- | --- | --- |', ...rows].join('\n');
}
