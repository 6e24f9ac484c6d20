import type { DateTime } from 'luxon';
import {
  type Basis,
  bases,
  basisOf,
  type ClauseId,
  clauses,
  type DecisionReason,
  isDecisionReason,
} from './clauses.js';
import type { DeliveryEstimate, Evidence, SeenBefore } from './evidence.js';
import { latest } from './instants.js';
import type { AccountTrouble, AskOutcome, LookOutcome } from './outcome.js';
import { canReturn, type KnownBy, type State } from './review-request.js';

/** One thing that happened to an order, for people. */
export interface StoryLine {
  readonly at: DateTime;
  /** Stable, kebab-case. */
  readonly event: string;
  /** Whole sentences; a code stands in brackets behind the words for it. */
  readonly text: string;
  /** The clause of Amazon's that is followed; `null` where none is. */
  readonly clause: ClauseId | null;
  /** The owner's own rule that is followed, by its key; `null` where none is. */
  readonly rule: string | null;
}

/** What the ledger tells about an order. */
export interface ToldOrder {
  readonly account: string;
  readonly state: State;
  readonly reason: string | null;
  readonly rule: string | null;
  readonly fulfilledBy: string | null;
  readonly seen: Pick<SeenBefore, 'shippedSeenAt' | 'undeliveredAt'>;
  readonly delivery: DeliveryEstimate | null;
  readonly opensAt: DateTime | null;
  readonly closesAt: DateTime | null;
  readonly askAt: DateTime | null;
  readonly nextLookAt: DateTime | null;
  readonly firstSeenAt: DateTime;
  readonly factsAt: DateTime;
  readonly sentAt: DateTime | null;
  readonly knownBy: KnownBy | null;
}

export interface ToldAttempt {
  readonly at: DateTime;
  readonly kind: 'order' | 'look' | 'claim' | 'answer' | 'settle' | 'decision';
  readonly outcome: string;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly detail: string | null;
}

/** That of the order's account, while it lasts. */
export interface ToldPause {
  readonly at: DateTime;
  readonly reason: string;
  readonly by: string;
}

/** Whose clock is told beside UTC. */
export interface ToldPlace {
  /** Amazon's code of the marketplace, e.g. `DE`. */
  readonly marketplace: string;
  readonly zone: string;
}

/** The whole story of an order, oldest first: what was seen, decided, sent and answered, and what comes next. */
export function tellStory(
  order: ToldOrder,
  attempts: readonly ToldAttempt[],
  place: ToldPlace | null,
  pause: ToldPause | null = null,
): readonly StoryLine[] {
  const time: Time = (instant) => timeText(instant, place);
  const story = [
    firstSeen(order, place),
    ...attempts.map(attempted),
    ...(order.delivery === null ? [] : [planned(order, order.delivery, attempts, time)]),
    ...(pause === null || !isHeldByPause(order) ? [] : [paused(order, pause)]),
  ].toSorted((a, b) => a.at.toMillis() - b.at.toMillis());
  return [...story, standing(order, story.at(-1)?.at ?? order.firstSeenAt, time)];
}

/** `2026-03-12 09:00:00 UTC (10:00:00 in DE, Europe/Berlin)`; the date stands twice only where it is another one. */
export function timeText(instant: DateTime, place: ToldPlace | null): string {
  const utc = instant.toUTC();
  const text = utc.toFormat("yyyy-MM-dd HH:mm:ss 'UTC'");
  if (place === null) return text;
  const local = instant.setZone(place.zone);
  const format = local.toISODate() === utc.toISODate() ? 'HH:mm:ss' : 'yyyy-MM-dd HH:mm:ss';
  return `${text} (${local.toFormat(format)} in ${place.marketplace}, ${place.zone})`;
}

/** A reason in words, its code behind them; also one that this version does not know. */
export function reasonText(reason: string): string {
  return `${isDecisionReason(reason) ? reasons[reason] : 'for a reason that this version has no words for'} (${reason})`;
}

type Time = (instant: DateTime) => string;

function line(
  at: DateTime,
  event: string,
  texts: readonly (string | null)[],
  ...followed: (Basis | null)[]
): StoryLine {
  const told = followed.filter((basis) => basis !== null);
  const text = [...texts, ...told.map(basisText)].filter((part) => part !== null).join(' ');
  const clause = told.find((basis) => basis.by === 'amazon')?.clause ?? null;
  const rule = told.find((basis) => basis.by === 'owner')?.rule ?? null;
  return { at, event, text, clause, rule };
}

function basisText(basis: Basis): string {
  return basis.by === 'owner'
    ? `The owner's rule: ${basis.rule}.`
    : `Amazon's clause: ${clauses[basis.clause].title} (${basis.clause}).`;
}

function firstSeen({ firstSeenAt, account, fulfilledBy }: ToldOrder, place: ToldPlace | null): StoryLine {
  const where = place === null ? '' : `, sold in ${place.marketplace}`;
  const shipper =
    fulfilledBy === null ? '' : fulfilledBy === 'MERCHANT' ? ', shipped by the seller' : ', shipped by Amazon';
  return line(firstSeenAt, 'seen', [`Discovery saw the order for account ${account}${where}${shipper}.`]);
}

function isHeldByPause({ state }: ToldOrder): boolean {
  return state === 'waiting' || state === 'scheduled';
}

function paused({ account }: ToldOrder, { at, reason, by }: ToldPause): StoryLine {
  const words = reason.trim().replace(/[.!?]?$/, '.');
  return line(at, 'account-paused', [
    `The account ${account} was paused by ${by}: ${words} The order is not asked until the account is resumed.`,
  ]);
}

const evidences: Readonly<Record<Evidence, string>> = {
  'package-delivered': 'Amazon reports its packages as delivered, but not when; it was between two looks',
  promised: 'Amazon tells no delivery, only the window that was promised to the buyer',
  'transit-estimate':
    'Amazon tells neither delivery nor promise; reckoned from when it shipped and how long that takes',
};

const timeRules = {
  'wait-after-delivery': "set by the owner's wait after delivery",
  'window-opens': "set by the opening of Amazon's window, which comes after the owner's wait",
  'asking-hours': "moved to the owner's next allowed hour and weekday",
  deadline:
    "set by the deadline, which wins over ASK_HOURS and ASK_WEEKDAYS: Amazon's window closes before the next allowed hour",
} as const satisfies Partial<Record<DecisionReason, string>>;

/** The plan as it stands now, told where it was made: with the facts, or when it was last decided anew. */
function planned(
  order: ToldOrder,
  { about, earliest, latest: last, evidence }: DeliveryEstimate,
  attempts: readonly ToldAttempt[],
  time: Time,
): StoryLine {
  const { opensAt, closesAt, askAt, rule, seen } = order;
  const decided = attempts.findLast(({ kind, outcome }) => kind === 'decision' && outcome === 'scheduled');
  const setBy = rule !== null && Object.hasOwn(timeRules, rule) ? (rule as keyof typeof timeRules) : null;
  return line(
    latest(order.factsAt, decided?.at ?? null) ?? order.factsAt,
    'planned',
    [
      `Delivered about ${time(about)}: not before ${time(earliest)}, not after ${time(last)}.`,
      `${evidences[evidence]} (${evidence}).`,
      seen.shippedSeenAt && `Known as shipped from an update of ${time(seen.shippedSeenAt)} on.`,
      seen.undeliveredAt && `A package was still under way at ${time(seen.undeliveredAt)}.`,
      opensAt && closesAt && `So Amazon takes a request from ${time(opensAt)} until before ${time(closesAt)}.`,
      askAt && `Time to ask: ${time(askAt)}${setBy === null ? '' : `, ${timeRules[setBy]} (${setBy})`}.`,
    ],
    { by: 'amazon', clause: '30-days' },
    setBy !== null && bases[setBy].by === 'owner' ? bases[setBy] : null,
  );
}

const reasons: Readonly<Record<DecisionReason, string>> = {
  sent: 'the buyer was asked',
  'asked-elsewhere': 'Amazon says that the buyer was asked already, and it was not by askonce',

  'wait-after-delivery': "the time is set by the owner's wait after delivery",
  'window-opens': "the time is set by the opening of Amazon's window",
  'asking-hours': "the time is set by the owner's hours and weekdays",
  deadline: "the time is set by the deadline: Amazon's window closes before the next allowed hour",

  'not-shipped': 'it has not shipped',
  'not-delivered': 'a package of it has not arrived',

  'fulfilled-by': 'the owner does not ask for orders of this shipper',
  'only-skus': 'not all of its items are among the SKUs that the owner asks for',
  'except-skus': 'one of its items is among the SKUs that the owner leaves out',
  'only-asins': 'not all of its items are among the ASINs that the owner asks for',
  'except-asins': 'one of its items is among the ASINs that the owner leaves out',
  'except-programs': 'it belongs to a program that the owner leaves out',
  'non-amazon-channel': 'it was not sold on Amazon, so that Amazon has no buyer to ask',
  'replacement-order': 'it only replaces or exchanges another order',
  cancelled: 'it was cancelled',
  unfulfillable: 'it cannot be fulfilled',
  'package-undeliverable': 'a package of it could not be delivered',
  'package-returned': 'a package of it went back before the buyer had it',
  'package-cancelled': 'its shipment was cancelled',
  suppressed: 'a person said that it is never to be asked for',
  'marketplace-not-configured': 'its marketplace is not among those that the account is set up for',
  'marketplace-unknown': 'Amazon does not tell its marketplace',
  'unreadable-order': 'what Amazon tells about it could not be read',

  'window-closed': "Amazon's window is closed",
  'never-shipped': 'it has not shipped in a year',
  'never-delivered': 'a package of it has not arrived in half a year',
  'fate-unknown': 'whether the buyer was asked could not be found out before the window closed',

  'not-offered': 'Amazon did not offer the request, which is not final',
  'not-available': 'Amazon said that the request is not available, which is not final',
  'outside-window': 'Amazon said that it is outside of the window, too early or too late',
  throttled: 'Amazon refused for pace and sent nothing',
  rate: "Amazon's rate leaves no room",
  'not-sent': 'the request never left this machine',
  'account-trouble': 'Amazon refused the account, not the order',
  'order-denied': 'Amazon denies this one order while it answers for others of the account',
  rejected: 'Amazon does not know the order, or not in this marketplace',
  'no-answer': 'no usable answer came',
  'settled-not-sent': 'two looks in a row showed that an earlier request did not reach Amazon',
  'answer-lost': 'a request left and its answer never came',
  'lease-ran-out': 'a process wrote down its intent to ask and then was not heard of any more',
  'gone-after-doubt': 'an earlier request may have reached Amazon after all, for the action is not offered any more',
  'dry-run': 'this is a dry run: it would have been asked',
  'max-per-day': "the day's requests were used up",
  'catch-up-per-day': "the day's requests for orders of the catch-up were used up",
};

const looks: Readonly<Record<LookOutcome['kind'], string>> = {
  offered: 'yes, it offers the request',
  gone: 'not now, it does not offer the request',
  throttled: 'it refused for pace',
  'account-trouble': 'it refused the account, not the order',
  rejected: 'it does not know the order, or not in this marketplace',
  'no-answer': 'no usable answer came',
};

const lookReasons: Readonly<Record<LookOutcome['kind'], DecisionReason>> = {
  offered: 'not-offered',
  gone: 'not-offered',
  throttled: 'throttled',
  'account-trouble': 'account-trouble',
  rejected: 'rejected',
  'no-answer': 'no-answer',
};

const answers: Readonly<Record<AskOutcome['kind'], string>> = {
  accepted: 'it took the request and asks the buyer',
  'already-requested': 'the buyer was asked already',
  'not-available': 'the request is not available for this order',
  'outside-window': 'outside of the window, too early or too late',
  throttled: 'refused for pace, nothing was sent',
  'not-sent': 'none, because the request never left this machine',
  'account-trouble': 'it refused the account, not the order; nothing was sent',
  rejected: 'it does not know the order, or not in this marketplace; nothing was sent',
  unknown: 'none that can be relied on, so that nobody knows yet whether the buyer was asked',
};

const answerReasons: Readonly<Record<AskOutcome['kind'], DecisionReason>> = {
  accepted: 'sent',
  'already-requested': 'asked-elsewhere',
  'not-available': 'not-available',
  'outside-window': 'outside-window',
  throttled: 'throttled',
  'not-sent': 'not-sent',
  'account-trouble': 'account-trouble',
  rejected: 'rejected',
  unknown: 'answer-lost',
};

const states: Readonly<Record<State, string>> = {
  waiting: 'it has to wait',
  scheduled: 'it has a time to ask',
  sending: 'a request is under way',
  unknown: 'it is not known whether the buyer was asked',
  sent: 'the buyer was asked',
  refused: 'Amazon said no for good',
  skipped: 'it is left out',
  expired: 'it is given up',
};

/** What reading the order anew made of it, or why it could not be read. */
const readings: Readonly<Record<string, string>> = {
  ...states,
  'not-found': 'Amazon does not know it',
  unreadable: 'the answer could not be read',
  'no-answer': 'no usable answer came',
  throttled: 'refused for pace',
  'account-trouble': 'Amazon refused the account, not the order',
};

const sights: Readonly<Record<string, string>> = {
  offered: 'Amazon offers it',
  gone: 'Amazon does not offer it any more',
  'late-answer': 'the answer came, when others had taken the order over already',
  rejected: 'Amazon does not know the order, or not in this marketplace',
  'no-answer': 'no usable answer came',
  'account-trouble': 'Amazon refused the account, not the order',
  throttled: 'refused for pace',
};

/** What one look in doubt led to. */
const conclusions: Readonly<Record<string, string>> = {
  sent: 'Two looks in a row agree: the buyer was asked.',
  scheduled: 'Two looks in a row agree: the buyer was not asked, and may be.',
  expired: 'The window is closed; nobody will be asked.',
  'look-again': 'One look alone decides nothing, so there will be another.',
  'not-counted': 'This look does not count: most orders of the account are suddenly not offered.',
};

const troubles: Readonly<Record<AccountTrouble, string>> = {
  'token-unavailable': "Amazon's login did not answer",
  denied: 'access was denied',
  'token-expired': 'the access token was refused as expired or revoked',
  'secret-expired': "the application's secret has expired",
  revoked: 'the authorisation of the seller was revoked',
  'bad-client': "Amazon's login refuses the application",
};

const causes: Readonly<Record<string, string>> = {
  ...troubles,
  timeout: 'the time was up',
  shutdown: 'the process was being stopped',
  fence: 'too much time had passed since the intent was written down',
  'the claim was no longer ours': 'the claim was no longer ours, the account paused, or the window closed',
  'connection-refused': 'the connection was refused',
  'connection-reset': 'the connection broke',
  'connection-failed': 'the connection failed',
  'name-not-found': 'the name of the host was not found',
  unreachable: 'the host could not be reached',
  tls: 'no secure connection came about',
  'unreadable-body': 'the answer could not be read',
  'too-large': 'the answer was too large',
  'bad-order-id': 'the order id is none that Amazon knows',
};

function attempted(attempt: ToldAttempt): StoryLine {
  const { at, kind, outcome } = attempt;
  const event = `${kind}-${outcome}`;
  switch (kind) {
    case 'order':
      return line(at, event, [`Read the order anew: ${worded(readings, outcome)}.`, cause(attempt), answer(attempt)]);
    case 'look':
      return line(
        at,
        event,
        [`Asked Amazon whether it offers the request: ${worded(looks, outcome)}.`, cause(attempt), answer(attempt)],
        basisBehind(lookReasons, outcome),
      );
    case 'claim':
      return line(
        at,
        event,
        [
          `Wrote down the intent to ask before the call${attempt.detail === null ? '' : `, as worker ${attempt.detail}`}.`,
          'Nobody else may ask from here on.',
        ],
        bases.sent,
      );
    case 'answer':
      return line(
        at,
        event,
        [`Sent the request to Amazon. The answer: ${worded(answers, outcome)}.`, cause(attempt), answer(attempt)],
        basisBehind(answerReasons, outcome),
      );
    case 'settle':
      return line(
        at,
        event,
        [`Looked what became of the request: ${worded(sights, outcome)}.`, conclusion(attempt), answer(attempt)],
        bases['fate-unknown'],
      );
    case 'decision':
      return decided(attempt);
    default:
      return kind satisfies never;
  }
}

const RULES_CHANGED = 'rules-changed: ';

function decided({ at, kind, outcome, detail }: ToldAttempt): StoryLine {
  const changed = detail?.startsWith(RULES_CHANGED) === true;
  const reason = changed ? detail.slice(RULES_CHANGED.length) : detail;
  const why = changed ? "Planned anew, because the owner's rules have changed" : 'Decided anew';
  // Of an order that could not be read the ledger keeps what was wrong, in words.
  const because = reason === null ? '' : `: ${/^[a-z-]+$/.test(reason) ? reasonText(reason) : reason}`;
  const text = `${why}: ${worded(states, outcome)}${because}.`;
  return line(at, `${kind}-${outcome}`, [text], reason === null ? null : basisOf(reason));
}

function conclusion(attempt: ToldAttempt): string | null {
  const known = attempt.detail === null ? null : (own(conclusions, attempt.detail) ?? null);
  return known === null ? cause(attempt) : `${known.slice(0, -1)} (${attempt.detail}).`;
}

/** Why a call failed: a code of ours, or what Amazon said where we could not classify it. */
function cause({ detail }: ToldAttempt): string | null {
  // A mark of the ledger's own, see `firstLooks`.
  if (detail === null || detail === 'first') return null;
  const known = own(causes, detail);
  if (known !== undefined) return `The cause: ${known}${known.startsWith(detail) ? '' : ` (${detail})`}.`;
  const status = /^status-(\d+)$/.exec(detail)?.[1];
  return status === undefined
    ? `What was said: "${detail}".`
    : `The cause: an answer with HTTP status ${status} (${detail}).`;
}

function answer({ status, requestId }: ToldAttempt): string | null {
  if (status === null) return null;
  return `Amazon's answer had HTTP status ${status}${requestId === null ? '' : ` and request id ${requestId}`}.`;
}

function basisBehind(behind: Readonly<Record<string, DecisionReason>>, outcome: string): Basis | null {
  const reason = own(behind, outcome);
  return reason === undefined ? null : bases[reason];
}

function worded(words: Readonly<Record<string, string>>, code: string): string {
  return `${own(words, code) ?? 'something that this version has no words for'} (${code})`;
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

const knowledge: Readonly<Record<KnownBy, string>> = {
  accepted: 'Amazon took the request',
  inferred: 'after our request Amazon stopped offering it, in two looks in a row',
  'already-asked': 'Amazon says that the buyer was asked already, after our own request',
};

/** How it stands now, and what comes next. */
function standing(order: ToldOrder, at: DateTime, time: Time): StoryLine {
  const { state, reason, sentAt, knownBy, nextLookAt } = order;
  const because = reason === null ? '' : `: ${reasonText(reason)}`;
  const next = nextLookAt && `Next look: ${time(nextLookAt)}.`;
  const basis = reason === null ? null : basisOf(reason);
  switch (state) {
    case 'sent':
      return line(
        at,
        state,
        [
          `The buyer was asked${sentAt === null ? '' : ` at ${time(sentAt)}`}${knownBy === null ? '' : `: ${knowledge[knownBy]} (${knownBy})`}.`,
          'Nobody asks again.',
        ],
        bases.sent,
      );
    case 'refused':
      return line(at, state, [`Nobody will be asked: Amazon said no for good${because}.`], basis);
    case 'expired':
      return line(at, state, [`Nobody will be asked, it is too late${because}.`], basis);
    case 'skipped':
      return line(
        at,
        state,
        [
          `The order is left out${because}.`,
          // The ledger keeps there what was wrong with the answer.
          reason === 'unreadable-order' && order.rule !== null ? `What was wrong: ${order.rule}.` : null,
          canReturn(reason) ? 'It comes back if that changes while the window is open.' : 'That is for good.',
        ],
        basis,
      );
    case 'waiting':
      return line(at, state, [`The order waits${because}.`, next], basis);
    case 'scheduled':
      return line(
        at,
        state,
        [`The order is ${reason === null ? 'going to be asked' : `going to be looked at again${because}`}.`, next],
        basis,
      );
    case 'sending':
      return line(at, state, ['A request for the order is under way.', next], bases.sent);
    case 'unknown':
      return line(
        at,
        state,
        [
          `Nobody knows yet whether the buyer was asked${because}.`,
          'It is found out by looking, never by asking again.',
          next,
        ],
        basis ?? bases['fate-unknown'],
      );
    default:
      return state satisfies never;
  }
}
