import { z } from 'zod';
import type { Clock } from '../clock.js';
import { accountSchema, type SimulatedAccount } from './account.js';
import { Contradiction } from './contradiction.js';
import type { Instant } from './instant.js';
import {
  changedLife,
  type NewOrder,
  newOrderSchema,
  type OrderChanges,
  orderChangesSchema,
  orderLife,
} from './new-order.js';
import { hasCome } from './order-life.js';
import { makeOrders, type OrderMix } from './order-maker.js';
import type { SeededRandom } from './seeded-random.js';
import { emptyTally, type OrderRecord, type OrderTruth, orderTruth, type Tally, type Truth } from './truth.js';

interface AccountRecord {
  readonly account: SimulatedAccount;
  readonly tally: Tally;
  /** Shared by all accounts of one seller. */
  readonly orders: OrderRecord[];
}

/** All that is true behind Amazon's interface: who sells, what happened to each order, who was asked when. No HTTP. */
export class World {
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #accounts = new Map<string, AccountRecord>();
  readonly #orders = new Map<string, OrderRecord>();
  #later: { readonly at: Instant; readonly happen: () => void }[] = [];
  /** Requests whose account could not be told. */
  strangers = 0;

  constructor(clock: Clock, random: SeededRandom) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Now, after everything that was to happen by now has happened. */
  now(): Instant {
    const now = this.#clock.now().toMillis();
    if (this.#later.length > 0) {
      const due = this.#later.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
      this.#later = this.#later.filter(({ at }) => at > now);
      for (const { happen } of due) happen();
    }
    return now;
  }

  at(instant: Instant, happen: () => void): void {
    this.#later.push({ at: instant, happen });
  }

  addAccount(input: SimulatedAccount): void {
    const account = accountSchema.parse(input);
    if (this.#accounts.has(account.name)) throw new Contradiction(`there is an account ${account.name} already`);
    for (const { account: other } of this.#accounts.values()) {
      if (other.refreshToken === account.refreshToken) {
        throw new Contradiction(`account ${account.name} has the refresh token of ${other.name}`);
      }
    }
    const seller = account.sameSellerAs === undefined ? null : this.#account(account.sameSellerAs);
    this.#accounts.set(account.name, { account, tally: emptyTally(), orders: seller?.orders ?? [] });
  }

  accounts(): readonly SimulatedAccount[] {
    return [...this.#accounts.values()].map(({ account }) => account);
  }

  /** Adds all of them or, with an error that says why, none. Returns their order ids. */
  addOrders(orders: readonly NewOrder[]): string[] {
    const now = this.now();
    const records = z
      .array(newOrderSchema)
      .parse(orders)
      .map((order): OrderRecord => {
        const life = orderLife(order, this.#account(order.account).account, now, this.#random);
        return { life, looks: 0, posts: [], acceptedAt: null };
      });
    const ids = records.map(({ life }) => life.orderId);
    const fresh = new Set<string>();
    const twice = ids.find((id) => this.#orders.has(id) || fresh.size === fresh.add(id).size);
    if (twice !== undefined) throw new Contradiction(`there is an order ${twice} already`);

    for (const record of records) {
      this.#orders.set(record.life.orderId, record);
      this.#account(record.life.account).orders.push(record);
    }
    return ids;
  }

  addOrder(order: NewOrder): string {
    return this.addOrders([order])[0] as string;
  }

  /** Adds orders as an everyday seller has them, in all situations of the mix. */
  makeOrders(account: string, count: number, mix?: OrderMix): string[] {
    return this.addOrders(makeOrders(this.#account(account).account, count, this.#random, mix));
  }

  updateOrder(orderId: string, changes: OrderChanges): OrderTruth {
    const now = this.now();
    const record = this.#orders.get(orderId);
    if (!record) throw new Contradiction(`there is no order ${orderId}`);
    record.life = changedLife(record.life, orderChangesSchema.parse(changes), now);
    return orderTruth(record, now);
  }

  /** The order as this account's Amazon knows it now: its own, and placed already. */
  visibleOrder(account: SimulatedAccount, orderId: string, now: Instant): OrderRecord | null {
    const record = this.#orders.get(orderId);
    const seller = account.sameSellerAs ?? account.name;
    return record && record.life.account === seller && hasCome(record.life.createdAt, now) ? record : null;
  }

  ordersOf(account: SimulatedAccount): readonly OrderRecord[] {
    return this.#account(account.name).orders;
  }

  tally(account: SimulatedAccount): Tally {
    return this.#account(account.name).tally;
  }

  truth(): Truth {
    const now = this.now();
    return {
      at: this.#clock.now().toUTC().toISO() ?? '',
      accounts: [...this.#accounts.values()].map(({ account, tally }) => ({ account: account.name, ...tally })),
      strangers: this.strangers,
      orders: [...this.#orders.values()].map((record) => orderTruth(record, now)),
    };
  }

  truthOf(orderId: string): OrderTruth | null {
    const record = this.#orders.get(orderId);
    return record ? orderTruth(record, this.now()) : null;
  }

  #account(name: string): AccountRecord {
    const record = this.#accounts.get(name);
    if (!record) throw new Contradiction(`there is no account ${name}`);
    return record;
  }
}
