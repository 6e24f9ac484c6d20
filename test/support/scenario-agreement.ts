import type { OrderTruth, Truth } from '../../src/simulator/truth.js';
import type { FaultKind, Finding } from './finding.js';

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
  return findings(truth, lines, rules).map(({ text }) => text);
}

/** The same, told apart by what it would mean for a buyer or a seller. */
export function findings(truth: Truth, lines: readonly LedgerLine[], rules: AgreementRules): Finding[] {
  const byId = new Map(lines.map((line) => [line.orderId, line]));
  const known = new Set(truth.orders.map(({ orderId }) => orderId));
  const strangers = lines.filter(({ orderId }) => !known.has(orderId));
  return [
    ...truth.orders.flatMap((order) =>
      aboutOrder(order, byId.get(order.orderId), truth.at, rules).map(({ kind, text }) =>
        finding(kind, `${nameOf(order)}: ${text}`),
      ),
    ),
    ...strangers.map(({ orderId }) => finding('wrongly-recorded', `${orderId}: Amazon has no such order`)),
    ...(byId.size === lines.length ? [] : [finding('wrongly-recorded', 'the export names an order twice')]),
    ...aboutAccounts(truth, rules).map((text) => finding('misbehaved', text)),
  ];
}

function finding(kind: FaultKind, text: string): Finding {
  return { kind, text };
}

function nameOf({ orderId, kind, account }: OrderTruth): string {
  return `${orderId} (${kind}, ${account})`;
}

function aboutOrder(order: OrderTruth, line: LedgerLine | undefined, now: string, rules: AgreementRules): Finding[] {
  const found = postsOutOfOrder(order, rules).map((text) => finding('double', text));
  if (order.accepted > 1) found.push(finding('double', `accepted ${order.accepted} times`));
  if (line === undefined) return [...found, finding('lost', 'not in the ledger')];

  const { state, reason, askAt } = line;
  const wrong = (text: string) => found.push(finding('wrongly-recorded', text));
  if (order.accepted > 0 && state !== 'sent') wrong(`accepted, but on record as ${state} (${reason})`);
  if (order.accepted === 0 && state === 'sent') wrong(`on record as sent (${line.how}), but never accepted`);
  if (order.posts.length > line.posts) wrong(`${order.posts.length} POSTs, of which ${line.posts} are on record`);
  if (state === 'sent') for (const text of wrongTime(order, line)) wrong(text);

  if (state === 'sending' || state === 'unknown')
    found.push(finding('stuck', `its fate is still open: ${state} (${reason})`));
  if (state !== 'sent' && reason === null && !isLater(askAt, now))
    found.push(finding('stuck', `${state} without a reason and without a future time`));
  const due = order.standing === 'open' && askAt !== null && !isLater(askAt, now);
  if (due && rules.pausedAccounts?.includes(line.account) !== true)
    found.push(finding('lost', `due, and not asked: ${state} (${reason})`));
  return found;
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
