import { marketplaceByCode } from '../amazon/marketplaces.js';
import type { SimulatedAccount } from './account.js';
import { Contradiction } from './contradiction.js';
import type { NewOrder } from './new-order.js';
import { randomMultiChannelId, randomOrderId } from './order-names.js';
import type { SeededRandom } from './seeded-random.js';

/** The situations that an order can be in, seen from the moment it is made. */
export const orderKinds = [
  'fba-eligible',
  'fba-too-young',
  'fba-too-old',
  'fba-not-delivered',
  'merchant-delivered',
  'merchant-too-young',
  'merchant-in-transit',
  'merchant-undeliverable',
  'merchant-promised',
  'asked-elsewhere',
  'cancelled',
  'unshipped',
  'replacement',
  'non-amazon',
] as const;

export type OrderKind = (typeof orderKinds)[number];

/** Weights; a kind that is left out does not occur. */
export type OrderMix = Readonly<Partial<Record<OrderKind, number>>>;

const everydayMix: OrderMix = {
  'fba-eligible': 34,
  'fba-too-young': 14,
  'fba-too-old': 4,
  'fba-not-delivered': 6,
  'merchant-delivered': 12,
  'merchant-too-young': 4,
  'merchant-in-transit': 5,
  'merchant-undeliverable': 2,
  'merchant-promised': 8,
  'asked-elsewhere': 3,
  cancelled: 3,
  unshipped: 3,
  replacement: 1,
  'non-amazon': 1,
};

/** `count` orders of one account, spread over its marketplaces. The same seed makes the same orders. */
export function makeOrders(
  account: SimulatedAccount,
  count: number,
  random: SeededRandom,
  mix: OrderMix = everydayMix,
): NewOrder[] {
  const draw = weightedDraw(mix);
  return Array.from({ length: count }, () => makeOrder(account, draw(random), random));
}

function makeOrder(account: SimulatedAccount, kind: OrderKind, random: SeededRandom): NewOrder {
  const marketplace = random.pick(account.marketplaces);
  const region = marketplaceByCode(marketplace)?.region ?? 'na';
  return {
    account: account.name,
    marketplace,
    kind,
    orderId: kind === 'non-amazon' ? randomMultiChannelId(random) : randomOrderId(random, region),
    programs: random.chance(0.6) ? ['PRIME'] : random.chance(0.1) ? ['AMAZON_BUSINESS'] : [],
    ...situation(kind, random, region),
  };
}

function situation(kind: OrderKind, random: SeededRandom, region: 'na' | 'eu' | 'fe'): Omit<NewOrder, 'account'> {
  // Not older than three weeks, so that a first read of thirty days finds them however long they travelled.
  const eligible = () => random.between(6, 21);
  const young = () => random.between(0.5, 4.5);
  switch (kind) {
    case 'fba-eligible':
      return byAmazon(eligible(), random);
    case 'fba-too-young':
      return byAmazon(young(), random);
    case 'fba-too-old':
      return { ...byAmazon(random.between(31, 40), random), touchedAt: ago(random.between(1, 20)) };
    case 'fba-not-delivered':
      return byAmazon(-random.between(1, 3), random);
    case 'merchant-delivered':
      return { ...byMerchant(eligible(), random), packages: 'tracked' };
    case 'merchant-too-young':
      return { ...byMerchant(young(), random), packages: 'tracked' };
    case 'merchant-in-transit':
      // The promise has passed: only the package tells that nothing has arrived.
      return { ...byMerchant(eligible(), random), deliveredAt: null, packages: 'tracked' };
    case 'merchant-undeliverable': {
      const trouble = {
        at: ago(random.between(1, 5)),
        status: 'UNDELIVERABLE',
        detailedStatus: 'RETURNING_TO_SELLER',
      } as const;
      return { ...byMerchant(eligible(), random), deliveredAt: null, packages: [{ trouble }] };
    }
    case 'merchant-promised':
      return byMerchant(eligible(), random);
    case 'asked-elsewhere':
      return { ...byAmazon(random.between(9, 21), random), askedElsewhereAt: ago(random.between(0.5, 3.5)) };
    case 'cancelled': {
      const created = random.between(2, 20);
      return {
        createdAt: ago(created),
        shippedAt: null,
        deliveredAt: null,
        cancelledAt: ago(created - random.between(0.1, 1)),
      };
    }
    case 'unshipped':
      return { createdAt: ago(random.between(0.1, 2)), shippedAt: null, deliveredAt: null };
    case 'replacement':
      return { ...byAmazon(eligible(), random), replaces: randomOrderId(random, region) };
    case 'non-amazon':
      return { ...byAmazon(eligible(), random), salesChannel: 'NON_AMAZON' };
    default:
      return kind satisfies never;
  }
}

/** Days in transit by service level. Amazon publishes no such table; these are this simulator's truth. */
const transitDays = { NEXT_DAY: [0.8, 1.2], SECOND_DAY: [1.5, 2.3], EXPEDITED: [1.5, 3], STANDARD: [2, 5] } as const;
const levels = ['STANDARD', 'STANDARD', 'STANDARD', 'EXPEDITED', 'SECOND_DAY', 'NEXT_DAY'] as const;

/** Delivered this many days ago; a negative number of days lies ahead. */
function byAmazon(deliveredDaysAgo: number, random: SeededRandom) {
  const serviceLevel = random.pick(levels);
  const [least, most] = transitDays[serviceLevel];
  // What is still under way has at least left.
  const shipped = Math.max(deliveredDaysAgo + random.between(least, most), 0.05);
  return {
    fulfilledBy: 'AMAZON',
    serviceLevel,
    deliveredAt: ago(deliveredDaysAgo),
    shippedAt: ago(shipped),
    createdAt: ago(shipped + random.between(0.2, 1.5)),
  } as const;
}

function byMerchant(deliveredDaysAgo: number, random: SeededRandom) {
  const promisedBy = deliveredDaysAgo - random.between(0, 1);
  return {
    ...byAmazon(deliveredDaysAgo, random),
    fulfilledBy: 'MERCHANT',
    promisedFrom: ago(promisedBy + 3),
    promisedBy: ago(promisedBy),
  } as const;
}

function ago(days: number): string {
  return `${days > 0 ? '-' : '+'}${Math.abs(days).toFixed(4)}d`;
}

function weightedDraw(mix: OrderMix): (random: SeededRandom) => OrderKind {
  let total = 0;
  const upTo = orderKinds.flatMap((kind) => {
    const weight = mix[kind] ?? 0;
    total += weight;
    return weight > 0 ? [{ kind, end: total }] : [];
  });
  const last = upTo.at(-1);
  if (!last) throw new Contradiction('the mix of orders is empty');
  return (random) => {
    const drawn = random.next() * total;
    return (upTo.find(({ end }) => drawn < end) ?? last).kind;
  };
}
