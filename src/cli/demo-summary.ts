import type { ReviewRequest } from '../ledger/ledger.js';
import type { Reports } from '../ledger/reports.js';
import type { OrderTruth, Truth } from '../simulator/truth.js';
import { columns } from './terminal.js';

/** Holds what the ledger says against what the simulated Amazon knows, order by order. */
export async function demoSummary(
  truth: Truth,
  ledger: Reports,
  seconds: number,
): Promise<{ readonly text: string; readonly proven: boolean }> {
  const requests = new Map<string, ReviewRequest>();
  for await (const batch of ledger.everyRequest()) for (const request of batch) requests.set(request.orderId, request);
  const asked = truth.orders.filter(({ accepted }) => accepted > 0);
  const sent = [...requests.values()].filter(({ state }) => state === 'sent');
  const lost = asked.filter(({ posts }) =>
    posts.some(({ decision, status }) => decision === 'accepted' && status === null),
  );
  const failures = [
    ...complaints(
      truth.orders.filter(({ posts }) => posts.length > 1),
      'reached by a second POST',
    ),
    ...complaints(
      asked.filter(({ orderId }) => requests.get(orderId)?.state !== 'sent'),
      'asked, but not on record as sent',
    ),
    ...complaints(
      truth.orders.filter(({ orderId, accepted }) => accepted === 0 && requests.get(orderId)?.state === 'sent'),
      'on record as sent, but never asked',
    ),
    ...complaints(
      truth.orders.filter(({ orderId }) => !requests.has(orderId)),
      'never seen by the ledger',
    ),
  ];
  const facts = [
    ['orders in the ledger', String(requests.size)],
    ['buyers asked, each exactly once', String(asked.length)],
    ['  of them on record as sent', String(sent.length)],
    ['  answers lost on the way, settled by looking', String(lost.length)],
    ['buyers reached by a second POST', String(truth.orders.filter(({ posts }) => posts.length > 1).length)],
    ['calls refused for pace (429)', String(truth.accounts.reduce((sum, { throttled }) => sum + throttled, 0))],
    [
      'calls that asked for personal data',
      String(truth.accounts.reduce((sum, account) => sum + account.personalDataRequests, 0)),
    ],
    ...notAsked([...requests.values()]),
  ];
  const verdict =
    failures.length === 0
      ? `Done in ${seconds} s: the ledger agrees with the simulated Amazon on every order.`
      : ['The ledger and the simulated Amazon disagree:', ...failures].join('\n  ');
  return { text: ['', columns(facts), '', verdict].join('\n'), proven: failures.length === 0 && asked.length > 0 };
}

function complaints(orders: readonly OrderTruth[], what: string): string[] {
  return orders.map(({ orderId, kind }) => `${orderId} (${kind}): ${what}`);
}

/** Why the others were not: every order has a reason on record. */
function notAsked(requests: readonly ReviewRequest[]): string[][] {
  const reasons = new Map<string, number>();
  for (const { state, reason } of requests) {
    if (state === 'sent') continue;
    const why = reason ?? 'its time has not come';
    reasons.set(`${state}: ${why}`, (reasons.get(`${state}: ${why}`) ?? 0) + 1);
  }
  const rows = [...reasons].sort(([, a], [, b]) => b - a).map(([why, count]) => [`  ${why}`, String(count)]);
  return [['not asked', String(requests.filter(({ state }) => state !== 'sent').length)], ...rows];
}
