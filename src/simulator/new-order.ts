import { FulfillmentStatus, PackageStatusStatusEnum } from '@sp-api-sdk/orders-api-2026-01-01';
import { z } from 'zod';
import { marketplaceByCode } from '../amazon/marketplaces.js';
import type { SimulatedAccount } from './account.js';
import { Contradiction } from './contradiction.js';
import { days, type Instant, type InstantInput, isInstantInput, toInstant } from './instant.js';
import type { OrderLife, PackageLife } from './order-life.js';
import { randomLine, randomOrderId } from './order-names.js';
import type { SeededRandom } from './seeded-random.js';

const instant = z.custom<InstantInput>(
  isInstantInput,
  'must be an ISO 8601 instant, or a distance from now such as -10d or +36h',
);
const text = z.string().min(1);

const parcel = z.strictObject({
  shippedAt: instant.nullable().optional(),
  deliveredAt: instant.nullable().optional(),
  trouble: z
    .strictObject({ at: instant, status: z.enum(PackageStatusStatusEnum), detailedStatus: text.optional() })
    .optional(),
});

/** What may change in an order's life. */
const changes = {
  shippedAt: instant.nullable().optional(),
  deliveredAt: instant.nullable().optional(),
  cancelledAt: instant.nullable().optional(),
  touchedAt: instant.nullable().optional(),
  askedElsewhereAt: instant.nullable().optional(),
  promisedFrom: instant.nullable().optional(),
  promisedBy: instant.nullable().optional(),
  /** `tracked` is one package that follows the order. */
  packages: z.union([z.literal('tracked'), z.array(parcel)], 'must be "tracked" or a list of packages').optional(),
  unshippedAs: z.enum(FulfillmentStatus).optional(),
  deliveryMovesLastUpdated: z.boolean().optional(),
};

export const orderChangesSchema = z.strictObject(changes);
export const newOrderSchema = z.strictObject({
  ...changes,
  account: text,
  orderId: text.optional(),
  marketplace: z
    .string()
    .refine((code) => marketplaceByCode(code), 'not one of Amazon\u2019s marketplaces')
    .optional(),
  kind: text.optional(),
  salesChannel: z.enum(['AMAZON', 'NON_AMAZON']).optional(),
  fulfilledBy: z.enum(['AMAZON', 'MERCHANT']).optional(),
  serviceLevel: text.optional(),
  programs: z.array(text).optional(),
  items: z
    .array(z.strictObject({ sku: text, asin: text, quantity: z.int().positive() }))
    .min(1)
    .optional(),
  replaces: text.optional(),
  createdAt: instant.optional(),
});

export type OrderChanges = z.input<typeof orderChangesSchema>;
/** Everything but the account has a default; the default order was delivered by Amazon ten days ago and may be asked. */
export type NewOrder = z.input<typeof newOrderSchema>;

export function orderLife(order: NewOrder, account: SimulatedAccount, now: Instant, random: SeededRandom): OrderLife {
  const at = (input: InstantInput) => toInstant(input, now);
  const deliveredAt = order.deliveredAt === null ? null : at(order.deliveredAt ?? '-10d');
  const shippedAt =
    order.shippedAt === undefined
      ? defaultShippedAt(deliveredAt, now)
      : order.shippedAt === null
        ? null
        : at(order.shippedAt);
  const createdAt = order.createdAt === undefined ? (shippedAt ?? now) - days(1) : at(order.createdAt);
  const marketplace = marketplaceByCode(order.marketplace ?? account.marketplaces[0] ?? '');
  if (!marketplace) throw new Contradiction(`account ${account.name} has no marketplace`);

  const life: OrderLife = {
    orderId: order.orderId ?? randomOrderId(random, marketplace.region),
    account: account.sameSellerAs ?? account.name,
    marketplaceId: marketplace.id,
    kind: order.kind ?? 'custom',
    salesChannel: order.salesChannel ?? 'AMAZON',
    fulfilledBy: order.fulfilledBy ?? 'AMAZON',
    serviceLevel: order.serviceLevel ?? 'STANDARD',
    programs: order.programs ?? [],
    items: order.items ?? [randomLine(random)],
    replaces: order.replaces ?? null,
    createdAt,
    shippedAt,
    deliveredAt: shippedAt === null ? null : deliveredAt,
    unshippedAs: 'UNSHIPPED',
    cancelledAt: null,
    touchedAt: null,
    deliveryMovesLastUpdated: false,
    promisedFrom: null,
    promisedBy: null,
    packages: [],
    askedElsewhereAt: null,
  };
  return checked(changed(life, { ...order, shippedAt: undefined, deliveredAt: undefined }, now));
}

/** Throws a TypeError that says what contradicts what. */
export function changedLife(life: OrderLife, changes: OrderChanges, now: Instant): OrderLife {
  return checked(changed(life, changes, now));
}

function changed(life: OrderLife, changes: OrderChanges, now: Instant): OrderLife {
  const at = (input: InstantInput | null | undefined, before: Instant | null) =>
    input === undefined ? before : input === null ? null : toInstant(input, now);
  return {
    ...life,
    shippedAt: at(changes.shippedAt, life.shippedAt),
    deliveredAt: at(changes.deliveredAt, life.deliveredAt),
    cancelledAt: at(changes.cancelledAt, life.cancelledAt),
    touchedAt: at(changes.touchedAt, life.touchedAt),
    askedElsewhereAt: at(changes.askedElsewhereAt, life.askedElsewhereAt),
    promisedFrom: at(changes.promisedFrom, life.promisedFrom),
    promisedBy: at(changes.promisedBy, life.promisedBy),
    packages: packagesOf(changes.packages, now) ?? life.packages,
    unshippedAs: changes.unshippedAs ?? life.unshippedAs,
    deliveryMovesLastUpdated: changes.deliveryMovesLastUpdated ?? life.deliveryMovesLastUpdated,
  };
}

function packagesOf(packages: OrderChanges['packages'], now: Instant): readonly PackageLife[] | undefined {
  if (packages === 'tracked') return [{}];
  const at = (input: InstantInput | null) => (input === null ? null : toInstant(input, now));
  return packages?.map(({ shippedAt, deliveredAt, trouble }) => ({
    ...(shippedAt !== undefined && { shippedAt: at(shippedAt) }),
    ...(deliveredAt !== undefined && { deliveredAt: at(deliveredAt) }),
    ...(trouble && { trouble: { ...trouble, at: toInstant(trouble.at, now) } }),
  }));
}

function checked(life: OrderLife): OrderLife {
  const { createdAt, shippedAt, deliveredAt } = life;
  const problems: string[] = [];
  if (shippedAt !== null && shippedAt < createdAt) problems.push('it ships before it is created');
  if (deliveredAt !== null && (shippedAt === null || deliveredAt < shippedAt))
    problems.push('it arrives before it ships');
  if (life.fulfilledBy === 'AMAZON' && life.packages.length > 0) {
    problems.push('Amazon shows packages of merchant-fulfilled orders only');
  }
  if (life.fulfilledBy === 'AMAZON' && (life.promisedFrom !== null || life.promisedBy !== null)) {
    problems.push('Amazon shows a promised window of merchant-fulfilled orders only');
  }
  if (problems.length > 0) throw new Contradiction(`order ${life.orderId}: ${problems.join('; ')}`);
  return life;
}

function defaultShippedAt(deliveredAt: Instant | null, now: Instant): Instant {
  return deliveredAt === null ? now - days(1) : Math.min(deliveredAt, now) - days(3);
}
