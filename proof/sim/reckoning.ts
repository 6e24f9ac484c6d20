import type { Ledger, ReviewRequest } from '../../src/ledger/ledger.js';
import type { Reports } from '../../src/ledger/reports.js';
import { days, type Instant, toIso } from '../../src/simulator/instant.js';
import type { OrderTruth, Truth } from '../../src/simulator/truth.js';
import type { FaultKind } from '../../test/support/finding.js';
import type { Oracle } from './oracle.js';
import type { OrderStory } from './order-lives.js';
import { type AccountRules, longestGapMs } from './owner.js';
import { refusesToAsk, waitDays } from './owner-says.js';
import type { SeedPlan } from './seed-plan.js';
import { clocksDifferMs } from './weather.js';

const HOUR = 3_600_000;

/**
 * At the end of a run: what should have become of every order, by its true life and the owner's rules, against what the
 * ledger says. Nothing here asks the ledger for its reasons before it has one of its own.
 */
export async function reckon(plan: SeedPlan, oracle: Oracle, ledger: Ledger & Reports, truth: Truth): Promise<void> {
  const truths = new Map(truth.orders.map((order) => [order.orderId, order]));
  for (const story of plan.orders) {
    const order = truths.get(story.orderId);
    const row = await ledger.read(story.orderId);
    if (order === undefined) continue;
    const found = (kind: FaultKind, text: string) => oracle.found(kind, story.orderId, `(${story.life.kind}) ${text}`);
    if (row === null) {
      if (!plan.weather.beyondLimits && shouldBeKnown(story, plan, oracle)) found('lost', 'not in the ledger');
      continue;
    }
    checkRecord(row, order, story, { plan, oracle, found });
    checkAsked(row, story, { plan, oracle, found });
    const claims = (await ledger.attempts(story.orderId)).filter(({ kind }) => kind === 'claim').length;
    const { claims: seen } = oracle.watch(story.orderId);
    if (claims !== seen) found('wrongly-recorded', `${seen} claims, of which ${claims} are in the attempts`);
  }
  for (const { account, throttled, personalDataRequests, wrongUserAgent } of truth.accounts) {
    if (throttled > 0 && paceIsOurs(plan))
      oracle.found('misbehaved', account, `${throttled} requests refused for pace`);
    if (personalDataRequests > 0) oracle.found('misbehaved', account, 'asked for personal data');
    if (wrongUserAgent > 0) oracle.found('misbehaved', account, 'a wrong User-Agent');
  }
}

interface Reckoning {
  readonly plan: SeedPlan;
  readonly oracle: Oracle;
  readonly found: (kind: FaultKind, text: string) => void;
}

/** Nothing but us uses the plan, clocks agree, and requests arrive as far apart as they left. */
function paceIsOurs({ weather }: SeedPlan): boolean {
  const disturbing = ['stops', 'slow-wire', 'clocks', 'failing-calls', 'amazon-outages'] as const;
  return disturbing.every((kind) => !weather.kinds.has(kind));
}

function shouldBeKnown({ life, order }: OrderStory, plan: SeedPlan, oracle: Oracle): boolean {
  const margin = 3 * plan.settings.discoverEvery.toMillis() + 24 * HOUR;
  const { createdAt } = life;
  const disturbed = oracle.disturbances.within(Math.max(createdAt, plan.start), plan.end, order.account, margin);
  return plan.end - Math.max(createdAt, plan.start) - disturbed > margin;
}

/** Does what the ledger says of an order agree with what is true? */
function checkRecord(
  row: ReviewRequest,
  truth: OrderTruth,
  story: OrderStory,
  { plan, oracle, found }: Reckoning,
): void {
  const { state, reason, knownBy } = row;
  const wrong = (text: string) => found('wrongly-recorded', text);
  const strict = !plan.weather.beyondLimits;
  const isOpen = state === 'sending' || state === 'unknown';
  if (isOpen && row.intentAt !== null) {
    const since = row.intentAt.toMillis();
    const { looks, recheckEvery } = plan.settings;
    const mostMs = (looks.at(-1)?.toMillis() ?? 0) + 6 * recheckEvery.toMillis() + 48 * HOUR;
    const openMs = plan.end - since - oracle.disturbances.within(since, plan.end, row.account, 2 * HOUR);
    if (strict && openMs > mostMs) found('stuck', `its fate is open since ${toIso(since)}: ${state} (${reason})`);
  }
  const honest = isOpen || reason === 'fate-unknown';
  if (strict && truth.accepted > 0 && state !== 'sent' && !honest)
    wrong(`accepted, but on record as ${state} (${reason})`);
  switch (state) {
    case 'sent':
      if (strict && truth.accepted === 0 && truth.standing === 'open') wrong(`sent (${knownBy}), but never accepted`);
      if (strict && truth.accepted > 0 && clockWasRight(story, plan, oracle)) checkSentAt(row, truth, plan, wrong);
      return;
    case 'refused':
      if (strict && (truth.askedElsewhereAt === null || Date.parse(truth.askedElsewhereAt) > plan.end)) {
        wrong(`refused (${reason}), but nobody else has asked`);
      }
      return;
    case 'skipped':
      if (!isTrueReason(reason, story, row, { plan, oracle, found })) wrong(`skipped (${reason}), which is not so`);
      return;
    case 'expired':
      if (strict && reason !== 'window-closed' && reason !== 'fate-unknown')
        wrong(`expired (${reason}) within two months`);
      if (
        strict &&
        reason === 'window-closed' &&
        plan.end < earliestClose(story, plan) - clocksDifferMs(plan.weather)
      ) {
        wrong('expired, though its window is still open');
      }
      return;
    default:
      return;
  }
}

/** A machine that has just woken up writes down the time at which it fell asleep. */
function clockWasRight({ orderId }: OrderStory, plan: SeedPlan, oracle: Oracle): boolean {
  return Math.abs(oracle.watch(orderId).claim?.clockIsOffMs ?? 0) <= clocksDifferMs(plan.weather);
}

function checkSentAt(
  { sentAt, knownBy }: ReviewRequest,
  truth: OrderTruth,
  plan: SeedPlan,
  wrong: (text: string) => void,
) {
  if (truth.acceptedAt === null || knownBy !== 'accepted') return;
  const gapMs = Date.parse(truth.acceptedAt) - (sentAt?.toMillis() ?? 0);
  if (gapMs < -clocksDifferMs(plan.weather) || gapMs > plan.settings.claimLease.toMillis()) {
    wrong(`accepted at ${truth.acceptedAt}, on record as sent at ${sentAt?.toISO()}`);
  }
}

function isTrueReason(
  reason: string | null,
  story: OrderStory,
  row: ReviewRequest,
  { plan, oracle }: Reckoning,
): boolean {
  const { kind } = story.life;
  switch (reason) {
    case 'suppressed':
      return oracle.watch(story.orderId).suppressedAt !== null;
    case 'cancelled':
      return kind === 'cancelled' || kind === 'cancelled-late';
    case 'package-undeliverable':
    case 'package-returned':
      return kind === 'undeliverable' || kind === 'returned';
    case 'replacement-order':
      return kind === 'replacement';
    case 'non-amazon-channel':
      return kind === 'non-amazon';
    default: {
      const rules = plan.configurations.at(-1)?.accounts.find(({ account }) => account.name === row.account);
      return rules !== undefined && refusesToAsk(story, { ...rules, live: true }) !== null;
    }
  }
}

/** An order that could have been asked for long enough must have been. */
function checkAsked(row: ReviewRequest, story: OrderStory, { plan, oracle, found }: Reckoning): void {
  const watch = oracle.watch(story.orderId);
  if (plan.weather.beyondLimits || row.state === 'sent' || row.reason === 'fate-unknown') return;
  if (watch.suppressedAt !== null) return;
  plan.configurations.forEach((configuration, index) => {
    const rules = configuration.accounts.find(({ account }) => account.name === row.account);
    if (rules === undefined || refusesToAsk(story, rules) !== null) return;
    const couldFrom = Math.max(latestStart(story, rules, plan), configuration.from);
    const couldUntil = Math.min(couldEnd(story, plan), plan.configurations[index + 1]?.from ?? plan.end);
    if (couldUntil <= couldFrom) return;
    const recoveryMs = 3 * plan.settings.sweepEvery.toMillis() + HOUR;
    const disturbedMs = oracle.disturbances.within(couldFrom, couldUntil, row.account, recoveryMs);
    const hadMs = couldUntil - couldFrom - disturbedMs;
    if (hadMs <= neededMs(story, rules, plan, oracle)) return;
    const span = `${toIso(couldFrom)} to ${toIso(couldUntil)}`;
    found('lost', `could have been asked from ${span}, and is ${row.state} (${row.reason})`);
  });
}

/** How long it may take to ask an order that can be asked: the rhythms of looking, and everything that went wrong with it. */
function neededMs(story: OrderStory, rules: AccountRules, plan: SeedPlan, oracle: Oracle): number {
  const { looks, recheckEvery, sweepEvery, discoverEvery } = plan.settings;
  const asking = rules.planning.marketplaces.get(story.life.marketplaceId)?.rules;
  const gap = asking === undefined ? 0 : longestGapMs(asking);
  const again = recheckEvery.toMillis() + gap + 3 * sweepEvery.toMillis();
  const settling = (looks.at(-1)?.toMillis() ?? 0) + again;
  const { claims, emptyLooks, failedCalls } = oracle.watch(story.orderId);
  const caps = [...rules.caps.values()].flatMap(({ maxPerDay, catchUpPerDay }) => [maxPerDay, catchUpPerDay]);
  const queueing = caps.reduce(
    (most, cap) => Math.max(most, cap === null ? 0 : days(plan.orders.length / cap.limit)),
    0,
  );
  const base = again + 2 * discoverEvery.toMillis() + 12 * HOUR;
  return base + claims * settling + (emptyLooks + failedCalls) * again + queueing * (gap > days(1) ? 4 : 1);
}

/** From here on Amazon takes a request, and every estimate that the order's life allows has let it come due. */
function latestStart({ life, ...story }: OrderStory, rules: AccountRules, plan: SeedPlan): Instant {
  const { deliveredAt, promisedBy, tracked, createdAt, promiseSince } = life;
  if (deliveredAt === null) return Number.POSITIVE_INFINITY;
  const wait = days(Math.max(5, waitDays({ life, ...story }, rules)));
  const seen = Math.max(deliveredAt + plan.settings.recheckEvery.toMillis(), plan.start) + days(1);
  const about =
    life.fulfilledBy === 'AMAZON'
      ? createdAt + days(2) + transitMs(life.serviceLevel, rules)
      : tracked
        ? Math.min(seen, Math.max(promisedBy ?? seen, deliveredAt + plan.settings.recheckEvery.toMillis() + days(1)))
        : (promisedBy ?? 0);
  return Math.max(about + wait, deliveredAt + days(5), promiseSince, plan.start);
}

/** Up to here Amazon takes a request, and no estimate that the order's life allows has closed the window. */
function couldEnd(story: OrderStory, plan: SeedPlan): Instant {
  const { deliveredAt, endsAt, shippedAt } = story.life;
  if (deliveredAt === null || shippedAt === null) return Number.NEGATIVE_INFINITY;
  return Math.min(deliveredAt + days(30), earliestClose(story, plan), endsAt ?? Number.POSITIVE_INFINITY);
}

/** The earliest end of the window that any look at this order allows to conclude. */
function earliestClose({ life }: OrderStory, plan: SeedPlan): Instant {
  const rules = plan.configurations[0]?.accounts[0];
  const { shippedAt, deliveredAt, promisedBy, tracked } = life;
  if (shippedAt === null || rules === undefined) return Number.NEGATIVE_INFINITY;
  const margin = HOUR;
  const about =
    life.fulfilledBy === 'AMAZON'
      ? shippedAt + transitMs(life.serviceLevel, rules)
      : tracked
        ? (deliveredAt ?? shippedAt)
        : (promisedBy ?? shippedAt);
  return about + days(30) - margin;
}

function transitMs(level: string, { planning }: AccountRules): number {
  return days(planning.transitDays[level] ?? 4);
}
