import type { OrderTruth, Truth } from '../../src/simulator/truth.js';

/** One line of `askonce export --format jsonl`. */
export interface LedgerLine {
  readonly orderId: string;
  readonly account: string;
  readonly state: string;
  readonly reason: string | null;
  readonly how: string | null;
  readonly askAt: string | null;
  readonly sentAt: string | null;
  readonly posts: number;
}

export interface AgreementRules {
  /** After a POST whose fate was open, nobody may POST again before this: the looks have not all been taken. */
  readonly undecidedForMs: number;
  /** The scenario makes Amazon refuse for pace. */
  readonly throttlingExpected?: boolean;
  /** Orders of these accounts may be due and not asked: they are paused. */
  readonly pausedAccounts?: readonly string[];
}

/** Every point on which Amazon's truth and the ledger do not agree, in words; none when all is well. */
export function disagreements(truth: Truth, lines: readonly LedgerLine[], rules: AgreementRules): string[] {
  const byId = new Map(lines.map((line) => [line.orderId, line]));
  const known = new Set(truth.orders.map(({ orderId }) => orderId));
  return [
    ...truth.orders.flatMap((order) =>
      aboutOrder(order, byId.get(order.orderId), truth.at, rules).map((what) => `${nameOf(order)}: ${what}`),
    ),
    ...lines.filter(({ orderId }) => !known.has(orderId)).map(({ orderId }) => `${orderId}: Amazon has no such order`),
    ...(byId.size === lines.length ? [] : ['the export names an order twice']),
    ...aboutAccounts(truth, rules),
  ];
}

function nameOf({ orderId, kind, account }: OrderTruth): string {
  return `${orderId} (${kind}, ${account})`;
}

function aboutOrder(order: OrderTruth, line: LedgerLine | undefined, now: string, rules: AgreementRules): string[] {
  const problems = postsOutOfOrder(order, rules);
  if (order.accepted > 1) problems.push(`accepted ${order.accepted} times`);
  if (line === undefined) return [...problems, 'not in the ledger'];

  const { state, reason, askAt } = line;
  if (order.accepted > 0 && state !== 'sent') problems.push(`accepted, but on record as ${state} (${reason})`);
  if (order.accepted === 0 && state === 'sent') problems.push(`on record as sent (${line.how}), but never accepted`);
  if (state === 'sending' || state === 'unknown') problems.push(`its fate is still open: ${state} (${reason})`);
  if (order.posts.length > line.posts)
    problems.push(`${order.posts.length} POSTs, of which ${line.posts} are on record`);
  if (state === 'sent') problems.push(...wrongTime(order, line));
  else if (reason === null && !isLater(askAt, now))
    problems.push(`${state} without a reason and without a future time`);

  const due = order.standing === 'open' && askAt !== null && !isLater(askAt, now);
  if (due && rules.pausedAccounts?.includes(line.account) !== true)
    problems.push(`due, and not asked: ${state} (${reason})`);
  return problems;
}

/** A further POST is right only when the one before was refused, and was known to be, or had its time to settle. */
function postsOutOfOrder({ posts }: OrderTruth, { undecidedForMs }: AgreementRules): string[] {
  return posts.slice(1).flatMap((post, index) => {
    const before = posts[index];
    if (before === undefined) return [];
    if (before.decision !== 'refused') return [`a second POST at ${post.at} after one that was ${before.decision}`];
    const certainlyNotSent = before.status !== null && before.status < 500;
    const gapMs = Date.parse(post.at) - Date.parse(before.at);
    if (certainlyNotSent || gapMs >= undecidedForMs) return [];
    return [`a second POST ${gapMs} ms after one whose fate was open (${before.fault})`];
  });
}

function wrongTime({ acceptedAt }: OrderTruth, { sentAt }: LedgerLine): string[] {
  if (acceptedAt === null) return [];
  if (sentAt === null) return ['sent, but nobody knows when'];
  const gapMs = Date.parse(acceptedAt) - Date.parse(sentAt);
  return gapMs >= -50 && gapMs < 10_000 ? [] : [`accepted at ${acceptedAt}, on record as sent at ${sentAt}`];
}

function aboutAccounts({ accounts, strangers }: Truth, { throttlingExpected = false }: AgreementRules): string[] {
  const problems = strangers > 0 ? [`${strangers} requests by nobody Amazon knows`] : [];
  for (const { account, personalDataRequests, wrongUserAgent, throttled } of accounts) {
    if (personalDataRequests > 0) problems.push(`${account}: ${personalDataRequests} requests for personal data`);
    if (wrongUserAgent > 0) problems.push(`${account}: ${wrongUserAgent} requests with a wrong User-Agent`);
    if (throttled > 0 && !throttlingExpected) problems.push(`${account}: ${throttled} requests refused for pace`);
  }
  return problems;
}

function isLater(instant: string | null, than: string): boolean {
  return instant !== null && Date.parse(instant) > Date.parse(than);
}
