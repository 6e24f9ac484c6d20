import type { Instant } from './instant.js';
import type { SpApiOperation } from './operation.js';

/** Requests per second, and how many may come at once. */
export interface UsagePlan {
  readonly rate: number;
  readonly burst: number;
}

export type UsagePlans = Readonly<Record<SpApiOperation, UsagePlan>>;

/** Amazon's defaults per application and selling partner account (models of the Solicitations API v1 and Orders API 2026-01-01). */
export const amazonUsagePlans: UsagePlans = {
  searchOrders: { rate: 0.0056, burst: 20 },
  getOrder: { rate: 0.5, burst: 30 },
  getSolicitationActions: { rate: 1, burst: 5 },
  createSolicitation: { rate: 1, burst: 5 },
};

/** Starts full. A clock that steps back neither fills nor drains it. */
export class TokenBucket {
  #plan: UsagePlan;
  #tokens: number;
  #filledAt: Instant;

  constructor(plan: UsagePlan, now: Instant) {
    this.#plan = plan;
    this.#tokens = plan.burst;
    this.#filledAt = now;
  }

  /** Another plan from now on. What has gathered stays, as far as the new burst holds it. */
  grant(plan: UsagePlan, now: Instant): void {
    this.#fill(now);
    this.#plan = plan;
    this.#tokens = Math.min(plan.burst, this.#tokens);
  }

  tryTake(now: Instant): boolean {
    this.#fill(now);
    // Refilling in small steps adds up to 0.9999999 where one token is due.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens -= 1;
    return true;
  }

  #fill(now: Instant): void {
    if (now <= this.#filledAt) return;
    this.#tokens = Math.min(this.#plan.burst, this.#tokens + ((now - this.#filledAt) / 1000) * this.#plan.rate);
    this.#filledAt = now;
  }
}

/** One bucket per account and operation, as Amazon meters "account-application pairs". */
export class Throttle {
  readonly #plans: UsagePlans;
  readonly #granted = new Map<string, UsagePlan>();
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(plans: UsagePlans) {
    this.#plans = plans;
  }

  admits(account: string, operation: SpApiOperation, now: Instant): boolean {
    const key = keyOf(account, operation);
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = new TokenBucket(this.#planOf(account, operation), now);
      this.#buckets.set(key, bucket);
    }
    return bucket.tryTake(now);
  }

  /** Gives one account another plan for an operation, as Amazon does when its business grows or shrinks. */
  grant(account: string, operation: SpApiOperation, plan: UsagePlan, now: Instant): void {
    this.#granted.set(keyOf(account, operation), plan);
    this.#buckets.get(keyOf(account, operation))?.grant(plan, now);
  }

  /** `x-amzn-RateLimit-Limit`, as Amazon writes it: `1.0`, `0.0056`. */
  header(account: string, operation: SpApiOperation): string {
    const { rate } = this.#planOf(account, operation);
    return Number.isInteger(rate) ? rate.toFixed(1) : String(rate);
  }

  #planOf(account: string, operation: SpApiOperation): UsagePlan {
    return this.#granted.get(keyOf(account, operation)) ?? this.#plans[operation];
  }
}

function keyOf(account: string, operation: SpApiOperation): string {
  return `${operation} ${account}`;
}
