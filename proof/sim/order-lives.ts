import { marketplaceByCode } from '../../src/amazon/marketplaces.js';
import type { SimulatedAccount } from '../../src/simulator/account.js';
import { days, type Instant, toIso } from '../../src/simulator/instant.js';
import type { NewOrder, OrderChanges } from '../../src/simulator/new-order.js';
import { randomMultiChannelId, randomOrderId } from '../../src/simulator/order-names.js';
import type { SeededRandom } from '../../src/simulator/seeded-random.js';

/** One order of a run: its whole life, and what comes to be known of it only later. */
export interface OrderStory {
  readonly orderId: string;
  readonly order: NewOrder;
  /** Instants of the story, for whoever reckons what should have become of the order. */
  readonly life: Life;
  readonly changes: readonly { readonly at: Instant; readonly changes: OrderChanges }[];
}

interface Life {
  readonly kind: string;
  readonly marketplaceId: string;
  readonly fulfilledBy: 'AMAZON' | 'MERCHANT';
  readonly serviceLevel: string;
  readonly sku: string;
  readonly programs: readonly string[];
  readonly createdAt: Instant;
  readonly shippedAt: Instant | null;
  readonly deliveredAt: Instant | null;
  /** The last promise, once it has been made. */
  readonly promisedBy: Instant | null;
  /** When the last change of the promise was to be seen. */
  readonly promiseSince: Instant;
  /** Amazon shows packages. */
  readonly tracked: boolean;
  /** From here on nobody could or should ask any more: cancelled, asked by others, sent back. */
  readonly endsAt: Instant | null;
}

const kinds = [
  'fba',
  'fba',
  'fba',
  'fba',
  'fba-slow',
  'fba-lost',
  'fba-touched',
  'tracked',
  'tracked',
  'tracked-late',
  'two-packages',
  'promised',
  'promise-moves',
  'undeliverable',
  'returned',
  'cancelled',
  'cancelled-late',
  'unshipped',
  'asked-elsewhere',
  'asked-elsewhere-late',
  'replacement',
  'non-amazon',
] as const;

type Kind = (typeof kinds)[number];

const levels = ['STANDARD', 'STANDARD', 'STANDARD', 'EXPEDITED', 'SECOND_DAY', 'NEXT_DAY'] as const;
const transit = { NEXT_DAY: [0.8, 1.2], SECOND_DAY: [1.5, 2.3], EXPEDITED: [1.5, 3], STANDARD: [2, 5] } as const;

/** Orders of all kinds, created from a month before the run until two weeks before its end. */
export function drawOrders(
  sellers: readonly SimulatedAccount[],
  count: number,
  span: { readonly from: Instant; readonly until: Instant },
  random: SeededRandom,
): readonly OrderStory[] {
  const begins = span.from - days(27);
  return Array.from({ length: count }, () => {
    const createdAt = Math.floor(
      random.chance(0.4) ? random.between(begins, span.from) : random.between(span.from, span.until - days(14)),
    );
    return drawOrder(random.pick(sellers), random.pick(kinds), createdAt, random);
  });
}

function drawOrder(seller: SimulatedAccount, kind: Kind, createdAt: Instant, random: SeededRandom): OrderStory {
  const code = random.pick(seller.marketplaces);
  const marketplace = marketplaceByCode(code);
  if (marketplace === undefined) throw new Error(`no marketplace ${code}`);
  const orderId = kind === 'non-amazon' ? randomMultiChannelId(random) : randomOrderId(random, marketplace.region);
  const serviceLevel = random.pick(levels);
  const [least, most] = transit[serviceLevel];
  const shipped = createdAt + days(random.chance(0.1) ? random.between(2, 9) : random.between(0.2, 1.5));
  const onTheWay = days(random.between(least, most) + extraDays(kind, random));
  const sku = `${random.pick(['TEA', 'POT', 'CUP', 'JAR'])}-${random.digits(2)}`;
  const programs = random.chance(0.2) ? ['AMAZON_BUSINESS'] : ['PRIME'];
  const story: Story = {
    kind,
    createdAt,
    shippedAt: Math.floor(shipped),
    deliveredAt: Math.floor(shipped + onTheWay),
    random,
  };
  const { order, changes = [], life = {} } = situation(story);
  const merchant = isByMerchant(kind);
  return {
    orderId,
    order: {
      account: seller.name,
      orderId,
      marketplace: code,
      kind,
      fulfilledBy: merchant ? 'MERCHANT' : 'AMAZON',
      serviceLevel,
      programs: [...programs],
      items: [{ sku, asin: `B00${random.digits(7)}`, quantity: 1 }],
      createdAt: toIso(createdAt),
      shippedAt: toIso(story.shippedAt),
      deliveredAt: toIso(story.deliveredAt),
      ...order,
    },
    life: {
      kind,
      marketplaceId: marketplace.id,
      fulfilledBy: merchant ? 'MERCHANT' : 'AMAZON',
      serviceLevel,
      sku,
      programs,
      createdAt,
      shippedAt: story.shippedAt,
      deliveredAt: story.deliveredAt,
      promisedBy: null,
      promiseSince: createdAt,
      tracked: false,
      endsAt: null,
      ...life,
    },
    changes,
  };
}

interface Story {
  readonly kind: Kind;
  readonly createdAt: Instant;
  readonly shippedAt: Instant;
  readonly deliveredAt: Instant;
  readonly random: SeededRandom;
}

interface Situation {
  readonly order: Partial<NewOrder>;
  readonly changes?: OrderStory['changes'];
  readonly life?: Partial<Life>;
}

function extraDays(kind: Kind, random: SeededRandom): number {
  switch (kind) {
    case 'fba-slow':
      return random.between(2, 9);
    case 'tracked-late':
      return random.between(3, 25);
    default:
      return 0;
  }
}

function isByMerchant(kind: Kind): boolean {
  return ['tracked', 'tracked-late', 'two-packages', 'promised', 'promise-moves', 'undeliverable', 'returned'].includes(
    kind,
  );
}

function situation(story: Story): Situation {
  const { kind, createdAt, shippedAt, deliveredAt, random } = story;
  switch (kind) {
    case 'fba':
    case 'fba-slow':
      return { order: {} };
    case 'fba-lost':
      return { order: { deliveredAt: null }, life: { deliveredAt: null } };
    case 'fba-touched':
      return { order: { touchedAt: toIso(Math.floor(deliveredAt + days(random.between(0, 8)))) } };
    case 'tracked':
      return tracked(story, promiseFrom(Math.floor(deliveredAt + days(random.between(-1, 1)))));
    case 'tracked-late':
      return tracked(story, promiseFrom(Math.floor(shippedAt + days(3))));
    case 'two-packages': {
      const first = Math.floor(random.between(shippedAt, deliveredAt));
      const promise = promiseFrom(deliveredAt);
      return {
        order: {
          ...promise.order,
          packages: [{ deliveredAt: toIso(first) }, {}],
          deliveryMovesLastUpdated: random.chance(0.5),
        },
        life: { tracked: true, promisedBy: promise.promisedBy },
      };
    }
    case 'promised': {
      const promise = promiseFrom(Math.floor(deliveredAt + days(random.between(0, 1))));
      return { order: promise.order, life: { promisedBy: promise.promisedBy } };
    }
    case 'promise-moves':
      return promiseThatMoves(story);
    case 'undeliverable':
    case 'returned': {
      const at = Math.floor(deliveredAt + days(kind === 'returned' ? random.between(1, 20) : 0));
      const detailedStatus = kind === 'returned' ? 'RETURNED_TO_SELLER' : 'LOST';
      const trouble = { at: toIso(at), status: 'UNDELIVERABLE', detailedStatus } as const;
      const promise = promiseFrom(deliveredAt);
      const arrives = kind === 'returned' ? deliveredAt : null;
      return {
        order: {
          ...promise.order,
          deliveredAt: arrives === null ? null : toIso(arrives),
          packages: [{ trouble }],
        },
        life: { tracked: true, deliveredAt: arrives, promisedBy: promise.promisedBy, endsAt: at },
      };
    }
    case 'cancelled':
      return {
        order: { shippedAt: null, deliveredAt: null, cancelledAt: toIso(createdAt + days(0.5)) },
        life: { shippedAt: null, deliveredAt: null },
      };
    case 'cancelled-late': {
      const endsAt = Math.floor(deliveredAt + days(random.between(0, 15)));
      return { order: { cancelledAt: toIso(endsAt) }, life: { endsAt } };
    }
    case 'unshipped':
      return { order: { shippedAt: null, deliveredAt: null }, life: { shippedAt: null, deliveredAt: null } };
    case 'asked-elsewhere':
    case 'asked-elsewhere-late': {
      const after = kind === 'asked-elsewhere' ? 5.1 : random.between(5, 20);
      const endsAt = Math.floor(deliveredAt + days(after));
      return { order: { askedElsewhereAt: toIso(endsAt) }, life: { endsAt } };
    }
    case 'replacement':
      return { order: { replaces: '111-0000000-0000000' }, life: { endsAt: createdAt } };
    case 'non-amazon':
      return { order: { salesChannel: 'NON_AMAZON' }, life: { endsAt: createdAt } };
    default:
      return kind satisfies never;
  }
}

function promiseFrom(promisedBy: Instant): { readonly order: Partial<NewOrder>; readonly promisedBy: Instant } {
  return { order: { promisedFrom: toIso(promisedBy - days(2)), promisedBy: toIso(promisedBy) }, promisedBy };
}

function tracked({ random }: Story, { order, promisedBy }: ReturnType<typeof promiseFrom>): Situation {
  return {
    order: { ...order, packages: 'tracked', deliveryMovesLastUpdated: random.chance(0.5) },
    life: { tracked: true, promisedBy },
  };
}

/** A first promise that is wrong by days, and a second one that is right and comes before the first could have misled anybody. */
function promiseThatMoves({ shippedAt, deliveredAt, random }: Story): Situation {
  const first = promiseFrom(Math.floor(deliveredAt + days(random.between(-2, 8))));
  const last = Math.floor(deliveredAt + days(random.between(0, 1)));
  const at = Math.floor(random.between(shippedAt + days(0.2), deliveredAt + days(1.5)));
  return {
    order: first.order,
    changes: [{ at, changes: { promisedFrom: toIso(last - days(2)), promisedBy: toIso(last), touchedAt: toIso(at) } }],
    life: { promisedBy: last, promiseSince: at },
  };
}
