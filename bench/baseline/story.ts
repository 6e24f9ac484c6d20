import { setTimeout as pause } from 'node:timers/promises';
import type { SimulatedAccount } from '../../src/simulator/account.js';
import type { FaultInput } from '../../src/simulator/fault.js';
import type { Amazon } from '../support/amazon.js';
import { ordersDueFrom } from '../support/orders.js';
import type { BenchProcess } from '../support/process.js';
import type { Rig } from '../support/rig.js';
import { type Fate, fateOf } from './reckoning.js';

/** What Amazon and its network do to everybody: one POST in so many loses its answer, and half as many fail in another way each. */
function faultsOf(every: number): readonly FaultInput[] {
  const operations: ['createSolicitation'] = ['createSolicitation'];
  return [
    { kind: 'answer-lost', everyNth: every },
    { kind: 'server-error', moment: 'after', operations, everyNth: 2 * every + 1 },
    { kind: 'server-error', moment: 'before', operations, everyNth: 2 * every + 3 },
    { kind: 'reset', operations, everyNth: 2 * every + 5 },
  ];
}

/** One of the two workers that are compared. */
export interface Contestant {
  start(): Promise<BenchProcess>;
  /** Orders that it has read of. */
  known(): Promise<number>;
  /** Those of them that it still means to ask. */
  open(): Promise<number>;
}

export interface Outcome extends Fate {
  /** While there was a backlog: the start and the kill included. */
  readonly acceptedPerSecond: number;
  readonly throttled: number;
  /** From the first start until nothing was left to ask, or the patience ended. */
  readonly seconds: number;
}

export interface StoryOptions {
  readonly accounts: readonly SimulatedAccount[];
  readonly seconds: number;
  /** At most so many seconds to recover in afterwards. */
  readonly drain: number;
  readonly everyFault: number;
  readonly seed: string;
}

/** For so long every account has a backlog, and requests per second are counted. */
export function backlogSeconds(seconds: number): number {
  return 0.4 * seconds;
}

/**
 * Both live through the same: faults all the time, a kill after a quarter of it. Redis is lost when five sixths are over: the
 * backlog is done with by then, and what waits in a queue are the orders that come due in the last sixth.
 */
export async function playStory(rig: Rig, contestant: Contestant, options: StoryOptions): Promise<Outcome> {
  const { accounts, seconds, drain, everyFault, seed } = options;
  const { amazon } = rig;
  const lossAt = (5 / 6) * seconds;
  const names = accounts.map(({ name }) => name);
  const last = { asksEach: Math.max(1, Math.round(seconds / 12)), seconds: seconds - lossAt, seed };
  await amazon.addOrders(ordersDueFrom(Date.now() + lossAt * 1000, names, last));
  await amazon.setFaults(faultsOf(everyFault));
  const orders = (await amazon.orders()).length;

  const begun = performance.now();
  const elapsed = () => (performance.now() - begun) / 1000;
  const until = (second: number) => pause(Math.max(0, second - elapsed()) * 1000);
  let worker = await contestant.start();
  await until(seconds / 4);
  await worker.end('SIGKILL');
  worker = await contestant.start();
  await until(backlogSeconds(seconds));
  const acceptedPerSecond = (await acceptedBy(amazon)) / elapsed();
  await until(lossAt);
  await rig.redis.client.flushall();
  await until(seconds);

  await amazon.setFaults([]);
  await rest(contestant, orders, drain);
  await worker.end('SIGTERM');
  const throttled = (await amazon.tallies()).reduce((sum, account) => sum + account.throttled, 0);
  return {
    ...fateOf(await amazon.orders(), await openOf(contestant, orders)),
    acceptedPerSecond,
    throttled,
    seconds: elapsed(),
  };
}

async function rest(contestant: Contestant, orders: number, drain: number): Promise<void> {
  const deadline = performance.now() + drain * 1000;
  while (performance.now() < deadline && (await openOf(contestant, orders)) > 0) await pause(1_000);
}

/** What it has not read yet it is still going to read: on a slow machine the end comes before that. */
async function openOf(contestant: Contestant, orders: number): Promise<number> {
  return orders - (await contestant.known()) + (await contestant.open());
}

async function acceptedBy(amazon: Amazon): Promise<number> {
  return (await amazon.tallies()).reduce((sum, { accepted }) => sum + accepted, 0);
}
