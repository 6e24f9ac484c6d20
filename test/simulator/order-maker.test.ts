import { expect, test } from '@jest/globals';
import { type OrderKind, orderKinds } from '../../src/simulator/order-maker.js';
import { SeededRandom } from '../../src/simulator/seeded-random.js';
import { simulatedAmazon } from '../../src/simulator/simulated-amazon.js';
import { HeldClock, otherSeller, seller } from './stand-in.js';

function worldOf(seed: number, ordersPerAccount = 300) {
  return simulatedAmazon({ seed, ordersPerAccount, accounts: [seller, otherSeller], clock: new HeldClock() }).world;
}

test('the same seed makes the same orders, another seed others', () => {
  expect(worldOf(1).truth()).toEqual(worldOf(1).truth());
  expect(worldOf(1).truth()).not.toEqual(worldOf(2).truth());
});

test('every kind occurs among a few hundred orders, and only some may be asked', () => {
  const { orders } = worldOf(1).truth();

  expect(new Set(orders.map(({ kind }) => kind))).toEqual(new Set(orderKinds));
  expect(new Set(orders.map(({ orderId }) => orderId)).size).toBe(600);
  expect(orders.every(({ orderId }) => /^(\d{3}|S01)-\d{7}-\d{7}$/.test(orderId))).toBe(true);
});

test.each<[OrderKind, string]>([
  ['fba-eligible', 'open'],
  ['fba-too-young', 'outside-window'],
  ['fba-too-old', 'outside-window'],
  ['fba-not-delivered', 'outside-window'],
  ['merchant-delivered', 'open'],
  ['merchant-too-young', 'outside-window'],
  ['merchant-in-transit', 'outside-window'],
  ['merchant-undeliverable', 'outside-window'],
  ['merchant-promised', 'open'],
  ['asked-elsewhere', 'already-requested'],
  ['cancelled', 'not-available'],
  ['unshipped', 'not-available'],
  ['replacement', 'not-available'],
  ['non-amazon', 'not-available'],
])('%s: %s', (kind, standing) => {
  const { world } = simulatedAmazon({
    accounts: [seller],
    ordersPerAccount: 200,
    mix: { [kind]: 1 },
    clock: new HeldClock(),
  });

  expect(new Set(world.truth().orders.map((order) => order.standing))).toEqual(new Set([standing]));
});

test('chance is fair enough, and its forks do not disturb each other', () => {
  const random = new SeededRandom('x');
  const fork = random.fork('a');
  const expected = new SeededRandom('x').fork('a').digits(20);
  const heads = Array.from({ length: 10_000 }, () => random.chance(0.3)).filter(Boolean).length;

  expect(heads).toBeGreaterThan(2_800);
  expect(heads).toBeLessThan(3_200);
  expect(fork.digits(20)).toBe(expected);
});
