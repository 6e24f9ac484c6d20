import { DateTime } from 'luxon';
import type { OrdersPage } from '../amazon/gateway.js';
import type { Feed, FeedCursor, KnownOrders, PlannedOrder } from '../ledger/ledger.js';
import { latest } from '../policy/instants.js';
import type { OrderFacts } from '../policy/order.js';
import { meetTrouble } from './account-trouble.js';
import { isNews, isOpenToPlans, planOrder } from './plan-order.js';
import { ReadingTurn } from './reading-turn.js';
import { backOff, learnFrom, retryTime, takeSlot } from './slot.js';
import type { Again, StepAccount, StepContext } from './step.js';

/** Every read begins a little before the watermark: updates may become visible out of order. */
const OVERLAP_MINUTES = 10;
/** Amazon's tokens live 24 h; an older one is not tried any more. */
const TOKEN_HOURS = 23;
/** Where an answer names no upper bound: Amazon's own is two minutes back (Orders 2026-01-01, `lastUpdatedBefore`). */
const BEHIND_MINUTES = 3;
/** A turn ends here even where the rate allows more: an answer may name a rate of a thousand pages a second. */
const MOST_PAGES = 100;

/**
 * Reads the orders of an account that changed since its watermark, page by page, as far as Amazon's rate goes. Where it
 * stops, by a crash or for want of a slot, the next run goes on at the same page. Answers when a slot is free again.
 */
export async function discover(accountName: string, context: StepContext): Promise<Again> {
  const { ledger, clock, accounts } = context;
  const account = accounts.get(accountName);
  if (account === undefined) return undefined;
  const state = await ledger.account(accountName);
  if (state?.paused?.by === 'askonce') return undefined;
  if (state?.coolDownUntil && state.coolDownUntil > clock.now()) return { again: state.coolDownUntil };

  const turn = new ReadingTurn(accountName, context);
  if (!(await turn.mayReadOn())) return undefined;
  try {
    for (const feed of await ledger.feeds(accountName, account.marketplaceIds)) {
      const again = await readFeed(account, feed, turn, context);
      if (again !== undefined) return again;
    }
    return undefined;
  } finally {
    await turn.end();
  }
}

interface Read {
  /** Everything before is read for the first time: nothing is in the ledger yet. */
  readonly isFirst: boolean;
  readonly marketplaceIds: readonly string[];
  readonly from: DateTime;
  readonly through: DateTime | null;
  readonly token: string | null;
  readonly startedAt: DateTime;
}

async function readFeed(account: StepAccount, feed: Feed, turn: ReadingTurn, context: StepContext): Promise<Again> {
  let read: Read | null = await resumeOrBegin(account, feed, context);
  for (let pages = 0; read !== null; pages += 1) {
    if (pages === MOST_PAGES || context.leaving?.aborted) return { again: context.clock.now() };
    if (!(await turn.mayReadOn())) return undefined;
    const slot = await takeSlot(account.name, 'searchOrders', context);
    if (slot.kind === 'busy') return { again: slot.freeAt };
    const { marketplaceIds, from, token } = read;
    const { outcome, call } = await account.gateway.searchOrders({
      marketplaceIds,
      updatedAfter: from,
      paginationToken: token,
    });
    await learnFrom(call, account.name, 'searchOrders', context);
    if (outcome.kind !== 'page') return giveUp(outcome, account, read, context);
    if (token !== null && outcome.nextToken === token) {
      // The same token again would be the same page again, for ever.
      await context.ledger.restartRead(account.name, marketplaceIds);
      return giveUp({ kind: 'no-answer', cause: 'same-page-token' }, account, read, context);
    }
    read = await keepPage(account, outcome, read, turn, context);
  }
  return undefined;
}

async function resumeOrBegin(
  account: StepAccount,
  feed: Feed,
  { ledger, clock, settings }: StepContext,
): Promise<Read> {
  const now = clock.now();
  const { marketplaceIds, read, watermark } = feed;
  const isFirst = watermark === null;
  if (read !== null && now < read.startedAt.plus({ hours: TOKEN_HOURS })) return { isFirst, marketplaceIds, ...read };
  if (read !== null) await ledger.restartRead(account.name, marketplaceIds);
  const from = watermark?.minus({ minutes: OVERLAP_MINUTES }) ?? now.minus({ days: settings.catchUpDays });
  return { isFirst, marketplaceIds, from, through: null, token: null, startedAt: now };
}

/** Writes the page and where the read stands, and answers how to go on: `null` after the last page. */
async function keepPage(
  account: StepAccount,
  page: Extract<OrdersPage, { kind: 'page' }>,
  read: Read,
  turn: ReadingTurn,
  { ledger, clock, accounts, log }: StepContext,
): Promise<Read | null> {
  const known = await ledger.known(page.orders.map(({ orderId }) => orderId));
  const now = clock.now();
  const orders = newsOf(page, account, known, accounts, now);
  const { isFirst, ...place } = read;
  // The first page's bound holds for the whole read: what changes later comes with the next one.
  const through = read.through ?? boundOf(page, now) ?? read.startedAt.minus({ minutes: BEHIND_MINUTES });
  const cursor: FeedCursor =
    page.nextToken === null
      ? { kind: 'done', marketplaceIds: read.marketplaceIds, watermark: latest(through, read.from) ?? through }
      : { ...place, kind: 'more', through, token: page.nextToken };

  const unreadable = page.unreadable.flatMap(({ orderId, problem }) =>
    orderId === null ? [] : [{ orderId, problem }],
  );
  const written = await ledger.recordPage(
    { account: account.name, configuredAccounts: [...accounts.keys()], orders, unreadable, cursor },
    now,
  );
  const counts = { ...written, unchanged: written.unchanged + page.orders.length - orders.length };
  for (const { orderId, problem } of page.unreadable) {
    log.warn('order-unreadable', { account: account.name, orderId, problem });
  }
  log.info('orders-read', {
    account: account.name,
    ...counts,
    more: page.nextToken !== null,
    ...(isFirst && { firstRead: { from: read.from.toISO(), through: through.toISO(), ...spanOf(page) } }),
  });
  if (counts.fresh + counts.replanned > 0) await turn.tellOfNews();
  if (page.nextToken === null) return null;
  return { ...read, through, token: page.nextToken };
}

/** The orders of a page that are new or changed, planned. Most pages tell again what is known: those cost one statement more. */
function newsOf(
  { orders, unreadable }: Extract<OrdersPage, { kind: 'page' }>,
  { rules }: StepAccount,
  known: KnownOrders,
  accounts: StepContext['accounts'],
  now: DateTime,
): readonly PlannedOrder[] {
  const planned = (facts: OrderFacts) =>
    planOrder(facts, known.orders.get(facts.orderId), known.suppressed.has(facts.orderId), rules, now);
  // A page that names an order twice is for the ledger to make sense of.
  const ids = new Set([...orders, ...unreadable].map(({ orderId }) => orderId));
  if (ids.size < orders.length + unreadable.length) return orders.map(planned);
  return orders.flatMap((facts) => {
    const before = known.orders.get(facts.orderId);
    if (before === undefined) return [planned(facts)];
    if (!isOpenToPlans(facts, before)) return [];
    const order = planned(facts);
    return isNews(order, before, accounts.has(before.account), now) ? [order] : [];
  });
}

/** When the orders of a page were updated first and last: how far a first read has come, where Amazon tells them in order. */
function spanOf({ orders }: Extract<OrdersPage, { kind: 'page' }>): { oldest?: string | null; latest?: string | null } {
  const updates = orders.map(({ lastUpdatedAt }) => lastUpdatedAt);
  return { oldest: DateTime.min(...updates)?.toISO(), latest: DateTime.max(...updates)?.toISO() };
}

/** A bound that is still to come is not believed: every order until then would be passed over. */
function boundOf({ readThrough }: Extract<OrdersPage, { kind: 'page' }>, now: DateTime): DateTime | null {
  return readThrough !== null && readThrough <= now ? readThrough : null;
}

async function giveUp(
  outcome: Exclude<OrdersPage, { kind: 'page' }>,
  account: StepAccount,
  read: Read,
  context: StepContext,
): Promise<Again> {
  const { ledger, log } = context;
  switch (outcome.kind) {
    case 'token-expired':
      log.warn('page-token-expired', { account: account.name, from: read.from.toISO() });
      await ledger.restartRead(account.name, read.marketplaceIds);
      return { again: context.clock.now() };
    case 'throttled':
      return { again: await backOff(account.name, 'searchOrders', context) };
    case 'account-trouble': {
      const fate = await meetTrouble(account, outcome.trouble, null, context);
      return fate.kind === 'account' ? { again: fate.until } : undefined;
    }
    case 'no-answer':
      log.warn('orders-not-read', { account: account.name, cause: outcome.cause });
      return { again: retryTime(context) };
    default:
      return outcome satisfies never;
  }
}
