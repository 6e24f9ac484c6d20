import type {
  AmazonGateway,
  Answer,
  CallFacts,
  OrderLook,
  OrderRef,
  OrdersPage,
  OrdersQuery,
} from '../../src/amazon/gateway.js';
import type { OrderFacts } from '../../src/policy/order.js';
import type { AskOutcome, LookOutcome } from '../../src/policy/outcome.js';

type Ready = Awaited<ReturnType<AmazonGateway['prepare']>>;

/** One answer of the script: an outcome, one with facts of its call, or what happens at that moment. */
export type Scripted<T> =
  | T
  | { readonly outcome: T; readonly call: Partial<CallFacts> }
  | (() => Scripted<T> | Promise<Scripted<T>>);

export interface Calls {
  /** POSTs that left. */
  readonly asked: string[];
  readonly looked: string[];
  readonly orders: string[];
  readonly searches: OrdersQuery[];
  prepared: number;
}

/**
 * Amazon as a test wants it: each call takes the next answer of its script; when the script is used up Amazon is well:
 * everything is offered and accepted, and there are no new orders.
 */
export class ScriptedAmazon implements AmazonGateway {
  readonly calls: Calls = { asked: [], looked: [], orders: [], searches: [], prepared: 0 };
  readonly #tokens: Scripted<Ready>[] = [];
  readonly #looks: Scripted<LookOutcome>[] = [];
  readonly #asks: Scripted<AskOutcome>[] = [];
  readonly #pages: Scripted<OrdersPage>[] = [];
  readonly #orders: Scripted<OrderLook>[] = [];

  tokens(...answers: readonly Scripted<Ready>[]): this {
    this.#tokens.push(...answers);
    return this;
  }

  looks(...answers: readonly Scripted<LookOutcome>[]): this {
    this.#looks.push(...answers);
    return this;
  }

  asks(...answers: readonly Scripted<AskOutcome>[]): this {
    this.#asks.push(...answers);
    return this;
  }

  pages(...answers: readonly Scripted<OrdersPage>[]): this {
    this.#pages.push(...answers);
    return this;
  }

  orders(...answers: readonly Scripted<OrderLook>[]): this {
    this.#orders.push(...answers);
    return this;
  }

  async prepare(): Promise<Ready> {
    this.calls.prepared += 1;
    return (await play<Ready>(this.#tokens.shift() ?? { kind: 'ready' })).outcome;
  }

  async look({ orderId }: OrderRef): Promise<Answer<LookOutcome>> {
    this.calls.looked.push(orderId);
    return play(this.#looks.shift() ?? { kind: 'offered' });
  }

  async ask({ orderId }: OrderRef, mayStillSend: () => boolean): Promise<Answer<AskOutcome>> {
    if (!mayStillSend()) return play({ kind: 'not-sent', cause: 'too-late' });
    this.calls.asked.push(orderId);
    return play(this.#asks.shift() ?? { kind: 'accepted' });
  }

  async searchOrders(query: OrdersQuery): Promise<Answer<OrdersPage>> {
    this.calls.searches.push(query);
    return play(this.#pages.shift() ?? page([]));
  }

  async getOrder(orderId: string): Promise<Answer<OrderLook>> {
    this.calls.orders.push(orderId);
    return play(this.#orders.shift() ?? { kind: 'not-found' });
  }
}

async function play<T>(scripted: Scripted<T>): Promise<Answer<T>> {
  if (typeof scripted === 'function') return play(await (scripted as () => Scripted<T> | Promise<Scripted<T>>)());
  const call: CallFacts = {
    status: 200,
    requestId: 'amzn-1',
    durationMs: 40,
    rateLimit: null,
    amazonTime: null,
    said: null,
  };
  const whole = scripted as T | { readonly outcome: T; readonly call: Partial<CallFacts> };
  if (typeof whole === 'object' && whole !== null && 'outcome' in whole) {
    return { outcome: whole.outcome, call: { ...call, ...whole.call } };
  }
  return { outcome: whole as T, call };
}

export function page(
  orders: readonly OrderFacts[],
  rest: Partial<Extract<OrdersPage, { kind: 'page' }>> = {},
): Extract<OrdersPage, { kind: 'page' }> {
  return { kind: 'page', orders, unreadable: [], nextToken: null, readThrough: null, ...rest };
}

export const offered = { kind: 'offered' } as const;
export const gone = { kind: 'gone' } as const;
export const throttled = { kind: 'throttled' } as const;
export const answerLost = { kind: 'unknown', cause: 'timeout' } as const;
export const denied = { kind: 'account-trouble', trouble: 'denied' } as const;
export const tokenServiceDown = { kind: 'account-trouble', trouble: 'token-unavailable' } as const;
export const revoked = { kind: 'account-trouble', trouble: 'revoked' } as const;
export const badClient = { kind: 'account-trouble', trouble: 'bad-client' } as const;
