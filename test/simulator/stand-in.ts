import { DateTime, type DurationLike } from 'luxon';
import type { Clock } from '../../src/clock.js';
import type { SimulatedAccount } from '../../src/simulator/account.js';
import type { SimulatorOptions } from '../../src/simulator/options.js';
import { type Simulator, startSimulator } from '../../src/simulator/server.js';

export const us = 'ATVPDKIKX0DER';
export const userAgent = 'askonce/0.1.0 (Language=TypeScript; Platform=Linux)';

export const seller: SimulatedAccount = {
  name: 'seller',
  refreshToken: 'Atzr|seller',
  clientId: 'client',
  clientSecret: 'secret',
  marketplaces: ['US'],
};
export const otherSeller: SimulatedAccount = {
  ...seller,
  name: 'other',
  refreshToken: 'Atzr|other',
  marketplaces: ['DE'],
};

/** Fast enough that no test meets the usage plan unless it wants to. */
const noLimits = {
  searchOrders: { rate: 1000, burst: 1000 },
  getOrder: { rate: 1000, burst: 1000 },
  getSolicitationActions: { rate: 1000, burst: 1000 },
  createSolicitation: { rate: 1000, burst: 1000 },
};

export class HeldClock implements Clock {
  #now = DateTime.fromISO('2026-03-10T12:00:00Z', { zone: 'utc' });

  now(): DateTime {
    return this.#now;
  }

  step(by: DurationLike): void {
    this.#now = this.#now.plus(by);
  }

  /** ISO text this far from now. */
  iso(by: DurationLike = {}): string {
    return this.#now.plus(by).toISO() ?? '';
  }
}

export interface Heard {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; `null` when it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests pick single fields out of answers of every shape
  readonly body: any;
}

/** A simulator on a held clock, and a plain HTTP caller of it. */
export class StandIn {
  readonly clock: HeldClock;
  readonly simulator: Simulator;
  #accessToken = '';

  private constructor(simulator: Simulator, clock: HeldClock) {
    this.simulator = simulator;
    this.clock = clock;
  }

  static async start(options: SimulatorOptions = {}): Promise<StandIn> {
    const clock = new HeldClock();
    const simulator = await startSimulator({
      accounts: [seller, otherSeller],
      rates: noLimits,
      clock,
      tokenLifeSeconds: 100 * 86_400,
      ...options,
    });
    const standIn = new StandIn(simulator, clock);
    running.push(simulator);
    await standIn.signIn();
    return standIn;
  }

  get world() {
    return this.simulator.world;
  }

  async signIn(account: SimulatedAccount = seller): Promise<void> {
    this.#accessToken = (await this.token({}, account)).body.access_token;
  }

  token(changes: Record<string, string> = {}, account: SimulatedAccount = seller): Promise<Heard> {
    const form = {
      grant_type: 'refresh_token',
      refresh_token: account.refreshToken,
      client_id: account.clientId,
      client_secret: account.clientSecret,
      ...changes,
    };
    return heard(fetch(this.simulator.lwaEndpoint, { method: 'POST', body: new URLSearchParams(form) }));
  }

  call(
    method: string,
    path: string,
    init: { headers?: Record<string, string>; body?: string; signal?: AbortSignal } = {},
  ) {
    const { headers, ...rest } = init;
    const all = { 'x-amz-access-token': this.#accessToken, 'user-agent': userAgent, ...headers };
    return heard(fetch(this.simulator.origin + path, { method, headers: all, ...rest }));
  }

  look(orderId: string, marketplaceId = us): Promise<Heard> {
    return this.call('GET', `/solicitations/v1/orders/${orderId}?marketplaceIds=${marketplaceId}`);
  }

  /** Whether GET offers the action. */
  async isOffered(orderId: string): Promise<boolean> {
    return (await this.look(orderId)).body._links.actions.length === 1;
  }

  ask(orderId: string, marketplaceId = us, signal?: AbortSignal): Promise<Heard> {
    const path = `/solicitations/v1/orders/${orderId}/solicitations/productReviewAndSellerFeedback`;
    return this.call('POST', `${path}?marketplaceIds=${marketplaceId}`, signal ? { signal } : {});
  }

  search(parameters: Record<string, string>): Promise<Heard> {
    return this.call('GET', `/orders/2026-01-01/orders?${new URLSearchParams(parameters)}`);
  }

  getOrder(orderId: string, includedData = 'FULFILLMENT,PACKAGES,CANCELLATION'): Promise<Heard> {
    return this.call('GET', `/orders/2026-01-01/orders/${orderId}?includedData=${includedData}`);
  }

  control(method: string, path: string, body?: unknown): Promise<Heard> {
    const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    return heard(fetch(`${this.simulator.origin}/_control${path}`, { method, ...init }));
  }

  tally() {
    return this.world.truth().accounts.find(({ account }) => account === 'seller');
  }
}

const running: Simulator[] = [];

export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
}

async function heard(response: Promise<Response>): Promise<Heard> {
  const { status, headers, ...rest } = await response.then(async (answer) => ({
    status: answer.status,
    headers: answer.headers,
    text: await answer.text(),
  }));
  return { status, headers, text: rest.text, body: parsed(rest.text) };
}

function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
