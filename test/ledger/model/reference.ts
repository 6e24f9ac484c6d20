import type { State } from '../../../src/policy/review-request.js';
import {
  type Cap,
  type ClaimMade,
  decided,
  type Fate,
  fateOf,
  type Millis,
  type Order,
  type Planned,
  planOf,
  type SightFate,
  type Sighting,
  type SightMark,
  unseen,
} from './order.js';

export const GRACE_IN_DOUBT: Millis = 3_600_000;

/**
 * What the ledger has to answer and to hold, told once more in the plainest way: no table, no lock, one call after the other.
 * `docs/guarantees.md` and the picture of the states are its source, not the ledgers' code.
 */
export class Reference {
  readonly orders: Map<string, Order>;
  readonly #pausedBy: Map<string, string>;
  readonly #suppressed: Set<string>;

  constructor(of?: Reference) {
    this.orders = new Map(of?.orders);
    this.#pausedBy = new Map(of === undefined ? [] : of.#pausedBy);
    this.#suppressed = new Set(of === undefined ? [] : of.#suppressed);
  }

  /** What discovery read about one order. */
  see(account: string, { orderId, plan, updatedAt }: Sighting, now: Millis): 'fresh' | 'replanned' | 'unchanged' {
    const was = this.orders.get(orderId);
    if (was === undefined) {
      const catchUp = plan.state === 'scheduled' && plan.askAt < now;
      this.orders.set(orderId, { ...unseen, ...planOf(plan), account, updatedAt, catchUp });
      return 'fresh';
    }
    const older = was.updatedAt !== null && (updatedAt === null || updatedAt < was.updatedAt);
    if (!mayStillBePlanned(was) || older) return 'unchanged';
    const overdue = was.state === 'waiting' && was.nextLookAt !== null && was.nextLookAt <= now;
    const becomes = { ...was, ...planOf(plan), updatedAt };
    const same =
      samePlan(was, becomes) &&
      was.closesAt === becomes.closesAt &&
      was.updatedAt === updatedAt &&
      (was.state === 'scheduled' || was.reason === becomes.reason);
    if (same && !overdue) return 'unchanged';
    // Being seen again does not hurry an order that waits for its next look.
    const waits = samePlan(was, becomes) && was.nextLookAt !== null && was.nextLookAt > now;
    this.#change(orderId, [`decision ${plan.state}`], {
      ...becomes,
      reason: samePlan(was, becomes) ? (becomes.reason ?? was.reason) : becomes.reason,
      nextLookAt: waits ? was.nextLookAt : becomes.nextLookAt,
    });
    return 'replanned';
  }

  /** Changed rules, worked out on what was on record earlier. Answers whether the plan was written. */
  replan(orderId: string, before: Pick<Order, 'state' | 'updatedAt'>, plan: Planned): boolean {
    const was = this.orders.get(orderId);
    if (was === undefined || !mayStillBePlanned(was)) return false;
    if (was.state !== before.state || was.updatedAt !== before.updatedAt) return false;
    this.#change(orderId, [`decision ${plan.state}`], planOf(plan));
    return true;
  }

  claim(
    { id, orderId, leaseUntil }: Pick<ClaimMade, 'id' | 'orderId' | 'leaseUntil'>,
    caps: readonly Cap[],
    now: Millis,
  ) {
    const order = this.orders.get(orderId);
    if (order?.state !== 'scheduled' || order.closesAt === null || order.closesAt <= now) return null;
    if (this.#suppressed.has(orderId) || this.#pausedBy.has(order.account)) return null;
    if (caps.some((cap) => this.#askedOn(order.account, cap) >= cap.limit)) return null;
    const posts = order.posts + 1;
    this.#change(orderId, ['look offered', 'claim sending'], {
      state: 'sending',
      reason: null,
      claimId: id,
      intentAt: now,
      leaseUntil,
      nextLookAt: leaseUntil,
      posts,
      looks: order.looks + 1,
      settleLooks: 0,
      lastSight: null,
    });
    const { account, closesAt, doubts } = order;
    return { id, orderId, account, claimedAt: now, leaseUntil, posts, earlierDoubt: doubts > 0, closesAt };
  }

  mayPost({ id, orderId, claimedAt, leaseUntil }: ClaimMade, now: Millis): boolean {
    const order = this.orders.get(orderId);
    if (order?.state !== 'sending' || order.claimId !== id || order.closesAt === null) return false;
    const fresh = now < claimedAt + (leaseUntil - claimedAt) / 2 && now < order.closesAt;
    return fresh && !this.#pausedBy.has(order.account) && !this.#suppressed.has(orderId);
  }

  record({ id, orderId }: ClaimMade, fate: Fate): 'recorded' | 'late' {
    const order = this.orders.get(orderId);
    const ours = order?.claimId === id;
    const open = order?.state === 'sending' || (order?.state === 'unknown' && fate.state === 'sent');
    this.#change(orderId, ['answer outcome'], {});
    if (order === undefined || !ours || !open) return 'late';
    this.#change(orderId, [], {
      ...fateOf(order, fate),
      doubts: order.doubts + (fate.state === 'unknown' ? 1 : 0),
      posts: order.posts - (fate.state === 'scheduled' && fate.givesBack ? 1 : 0),
    });
    return 'recorded';
  }

  takeOver(orderId: string, lookAt: Millis, now: Millis): boolean {
    const order = this.orders.get(orderId);
    if (order?.state !== 'sending' || order.leaseUntil === null || now < order.leaseUntil) return false;
    this.#change(orderId, ['decision unknown'], {
      state: 'unknown',
      reason: 'lease-ran-out',
      doubts: order.doubts + 1,
      nextLookAt: lookAt,
    });
    return true;
  }

  recordSight(orderId: string, mark: SightMark, fate: SightFate): boolean {
    const order = this.orders.get(orderId);
    this.#change(orderId, ['settle outcome'], {});
    if (order?.state !== 'unknown') return false;
    if (order.settleLooks !== mark.settleLooks || order.nextLookAt !== mark.nextLookAt) return false;
    const settleLooks = order.settleLooks + 1;
    if (fate.state !== 'look-again') {
      const { lastSight } = fate.state === 'scheduled' ? { lastSight: null } : order;
      this.#change(orderId, [], { ...fateOf(order, fate), settleLooks, lastSight });
    } else {
      const counted = fate.sight === null ? {} : { settleLooks, lastSight: fate.sight };
      this.#change(orderId, [], { ...counted, nextLookAt: fate.lookAt });
    }
    return true;
  }

  doubtAgain(orderId: string, lookAt: Millis): boolean {
    const order = this.orders.get(orderId);
    if (order?.state !== 'scheduled' || order.doubts === 0) return false;
    this.#change(orderId, ['look gone'], {
      state: 'unknown',
      reason: 'gone-after-doubt',
      settleLooks: 1,
      lastSight: 'gone',
      nextLookAt: lookAt,
    });
    return true;
  }

  putOff(orderId: string, state: State, reason: string | null, lookAt: Millis, looked: boolean): boolean {
    const order = this.orders.get(orderId);
    if (looked) this.#change(orderId, ['look gone'], {});
    if (order?.state !== state) return false;
    const looks = order.looks + (looked ? 1 : 0);
    this.#change(orderId, [], { reason: reason ?? order.reason, nextLookAt: lookAt, looks });
    return true;
  }

  expire(now: Millis): number {
    const closed = [...this.orders].filter(([, { state, closesAt }]) => {
      if (closesAt === null || !['waiting', 'scheduled', 'unknown'].includes(state)) return false;
      return closesAt + (state === 'unknown' ? GRACE_IN_DOUBT : 0) <= now;
    });
    for (const [orderId, { state }] of closed) {
      const reason = state === 'unknown' ? 'fate-unknown' : 'window-closed';
      this.#change(orderId, ['decision expired'], { state: 'expired', reason, ...decided });
    }
    return closed.length;
  }

  suppress(orderIds: readonly string[]) {
    const before = this.#suppressed.size;
    for (const orderId of orderIds) this.#suppressed.add(orderId);
    const added = this.#suppressed.size - before;
    const known = orderIds.flatMap((orderId) => {
      const order = this.orders.get(orderId);
      return order === undefined ? [] : [{ orderId, order }];
    });
    const held = known.filter(({ order }) => mayStillBePlanned(order));
    for (const { orderId } of held) {
      const never = { state: 'skipped', reason: 'suppressed', askAt: null, nextLookAt: null } as const;
      this.#change(orderId, ['decision skipped'], never);
    }
    const asked = known.filter(({ order }) => ['sending', 'unknown', 'sent'].includes(order.state));
    return { added, already: orderIds.length - added, heldBack: held.length, asked: asked.length };
  }

  pause(account: string, by: string): boolean {
    const pausedBy = this.#pausedBy.get(account);
    if (pausedBy !== undefined && (pausedBy !== 'askonce' || by === 'askonce')) return false;
    this.#pausedBy.set(account, by);
    return true;
  }

  /** askonce lifts only its own pauses. */
  resume(account: string, by: string): boolean {
    const pausedBy = this.#pausedBy.get(account);
    if (pausedBy === undefined || (by === 'askonce' && pausedBy !== 'askonce')) return false;
    return this.#pausedBy.delete(account);
  }

  #askedOn(account: string, { from, until }: Cap): number {
    return [...this.orders.values()].filter(
      (order) =>
        order.account === account &&
        order.posts > 0 &&
        order.intentAt !== null &&
        order.intentAt >= from &&
        order.intentAt < until &&
        (['sending', 'unknown', 'sent'].includes(order.state) || (order.state === 'expired' && order.doubts > 0)),
    ).length;
  }

  #change(orderId: string, attempts: readonly string[], change: Partial<Order>): void {
    const order = this.orders.get(orderId);
    if (order !== undefined)
      this.orders.set(orderId, { ...order, ...change, attempts: [...order.attempts, ...attempts] });
  }
}

function mayStillBePlanned({ state, reason }: Order): boolean {
  const passing = state === 'skipped' && (reason === 'only-skus' || reason === 'unreadable-order');
  return state === 'waiting' || state === 'scheduled' || passing;
}

function samePlan(was: Order, becomes: Order): boolean {
  return was.state === becomes.state && was.askAt === becomes.askAt;
}
