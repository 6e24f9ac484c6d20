import type { DateTime } from 'luxon';
import type { DeliveryEstimate } from './evidence.js';

/** One thing that happened to an order, for people. */
export interface StoryLine {
  readonly at: DateTime;
  /** Stable, kebab-case. */
  readonly event: string;
  readonly text: string;
}

/** What the ledger tells about an order. */
export interface ToldOrder {
  readonly account: string;
  readonly state: string;
  readonly reason: string | null;
  readonly rule: string | null;
  readonly delivery: DeliveryEstimate | null;
  readonly opensAt: DateTime | null;
  readonly closesAt: DateTime | null;
  readonly askAt: DateTime | null;
  readonly nextLookAt: DateTime | null;
  readonly firstSeenAt: DateTime;
  readonly factsAt: DateTime;
  readonly sentAt: DateTime | null;
  readonly knownBy: string | null;
}

export interface ToldAttempt {
  readonly at: DateTime;
  readonly kind: string;
  readonly outcome: string;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly detail: string | null;
}

/** The whole story of an order, oldest first: what was seen, decided, sent and answered, and what comes next. */
export function tellStory(order: ToldOrder, attempts: readonly ToldAttempt[]): StoryLine[] {
  const lines: StoryLine[] = [
    { at: order.firstSeenAt, event: 'seen', text: `Discovery saw the order for account ${order.account}.` },
    ...(order.delivery === null ? [] : [planned(order, order.delivery)]),
    ...attempts.map(attempted),
  ];
  const story = lines.toSorted((a, b) => a.at.toMillis() - b.at.toMillis());
  return [...story, now(order, story.at(-1)?.at ?? order.firstSeenAt)];
}

const evidences: Readonly<Record<DeliveryEstimate['evidence'], string>> = {
  'package-delivered': 'its packages are reported as delivered',
  promised: 'the promised delivery window',
  'transit-estimate': 'when it shipped and how long such a delivery takes',
};

function planned(order: ToldOrder, { about, earliest, latest, evidence }: DeliveryEstimate): StoryLine {
  const plan =
    order.askAt === null
      ? 'There is no time to ask.'
      : `Amazon takes a request from ${time(order.opensAt)} to ${time(order.closesAt)}; time to ask: ${time(order.askAt)}${rule(order)}.`;
  return {
    at: order.factsAt,
    event: 'planned',
    text: `Delivered about ${time(about)} (between ${time(earliest)} and ${time(latest)}), judged by ${evidences[evidence]}. ${plan}`,
  };
}

const rules: Readonly<Record<string, string>> = {
  'wait-after-delivery': 'the wait after delivery (ASK_AFTER_DAYS)',
  'window-opens': "the opening of Amazon's window",
  'asking-hours': 'the allowed hours and weekdays (ASK_HOURS, ASK_WEEKDAYS)',
  deadline: "the deadline: no allowed hour was left before Amazon's window closes",
};

function rule(order: ToldOrder): string {
  return order.rule === null ? '' : `, set by ${rules[order.rule] ?? order.rule}`;
}

function attempted(attempt: ToldAttempt): StoryLine {
  const answer = attempt.status === null ? '' : ` (HTTP ${attempt.status}${requestId(attempt)})`;
  const detail = attempt.detail === null || attempt.detail === 'first' ? '' : `: ${attempt.detail}`;
  return {
    at: attempt.at,
    event: `${attempt.kind}-${attempt.outcome}`,
    text: `${sentence(attempt)}${answer}${detail}.`,
  };
}

function requestId({ requestId: id }: ToldAttempt): string {
  return id === null ? '' : `, request ${id}`;
}

function sentence({ kind, outcome }: ToldAttempt): string {
  switch (kind) {
    case 'order':
      return `Read the order again, it is now ${outcome}`;
    case 'look':
      return `Looked whether Amazon offers the request, answer: ${outcome}`;
    case 'claim':
      return 'Wrote down the intent to ask, before the call';
    case 'answer':
      return `Asked Amazon, answer: ${outcome}`;
    case 'settle':
      return `Looked what became of the request, answer: ${outcome}`;
    case 'decision':
      return `Decided: ${outcome}`;
    default:
      return `${kind}: ${outcome}`;
  }
}

const known: Readonly<Record<string, string>> = {
  accepted: 'Amazon accepted the request',
  inferred: 'after our request Amazon stopped offering it, in two looks in a row',
  'already-asked': 'Amazon said "already requested" after our own request',
};

function now(order: ToldOrder, at: DateTime): StoryLine {
  const because = order.reason === null ? '' : ` (${order.reason})`;
  switch (order.state) {
    case 'sent':
      return {
        at,
        event: 'sent',
        text: `The buyer was asked at ${time(order.sentAt)}: ${known[order.knownBy ?? ''] ?? order.knownBy}.`,
      };
    case 'refused':
    case 'skipped':
    case 'expired':
      return { at, event: order.state, text: `The order is ${order.state}${because}; nobody will be asked.` };
    default:
      return {
        at,
        event: order.state,
        text: `The order is ${order.state}${because}; next look at ${time(order.nextLookAt)}.`,
      };
  }
}

/** UTC, to the second. */
function time(instant: DateTime | null): string {
  return instant === null ? 'an unknown time' : instant.toUTC().toFormat("yyyy-MM-dd HH:mm:ss 'UTC'");
}
