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
  readonly #plan: UsagePlan;
  #tokens: number;
  #filledAt: Instant;

  constructor(plan: UsagePlan, now: Instant) {
    this.#plan = plan;
    this.#tokens = plan.burst;
    this.#filledAt = now;
  }

  tryTake(now: Instant): boolean {
    if (now > this.#filledAt) {
      this.#tokens = Math.min(this.#plan.burst, this.#tokens + ((now - this.#filledAt) / 1000) * this.#plan.rate);
      this.#filledAt = now;
    }
    // Refilling in small steps adds up to 0.9999999 where one token is due.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens -= 1;
    return true;
  }
}

/** One bucket per account and operation, as Amazon meters "account-application pairs". */
export class Throttle {
  readonly #plans: UsagePlans;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(plans: UsagePlans) {
    this.#plans = plans;
  }

  admits(account: string, operation: SpApiOperation, now: Instant): boolean {
    const key = `${operation} ${account}`;
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = new TokenBucket(this.#plans[operation], now);
      this.#buckets.set(key, bucket);
    }
    return bucket.tryTake(now);
  }

  /** `x-amzn-RateLimit-Limit`, as Amazon writes it: `1.0`, `0.0056`. */
  header(operation: SpApiOperation): string {
    const { rate } = this.#plans[operation];
    return Number.isInteger(rate) ? rate.toFixed(1) : String(rate);
  }
}
