import { DateTime } from 'luxon';
import { z } from 'zod';
import type { OrderFacts, OrderItem, UnreadableOrder } from '../policy/order.js';
import { isOrderId } from './order-id.js';

export type OrderReading =
  | { readonly kind: 'order'; readonly facts: OrderFacts }
  | { readonly kind: 'unreadable'; readonly unreadable: UnreadableOrder };

/** Far more than any order of Amazon's has: whatever is beyond is no order, and must not fill the memory or the ledger. */
const mostCharacters = 250;
const mostEntries = 1_000;

/** Postgres takes neither NUL nor half a surrogate pair in a text. */
const text = z
  .string()
  .max(mostCharacters)
  .transform((value) => Buffer.from(value.replaceAll('\0', '')).toString());

const maybeText = text.nullish().transform((value) => value ?? null);

/** Any other year is a slip, and some are none to a database. */
export const instant = z
  .string()
  .max(mostCharacters)
  .transform((value, context) => {
    const moment = DateTime.fromISO(value, { zone: 'utc' });
    if (moment.isValid && moment.year >= 2000 && moment.year < 2100) return moment;
    context.addIssue('not an instant');
    return z.NEVER;
  });

const maybeInstant = instant.nullish().transform((value) => value ?? null);

const maybeOneOf = <const V extends readonly [string, ...string[]]>(values: V) => z.enum(values).nullable().catch(null);

/** Counted before its entries are read: each wrong one of a million would be reported. */
const list = <T extends z.ZodType>(entry: T) =>
  z
    .array(z.unknown())
    .max(mostEntries)
    .pipe(z.array(entry))
    .nullish()
    .transform((values) => values ?? []);

/** Only what we use. Whatever else comes, above all about the buyer and the recipient, is dropped here. */
const orderSchema = z.object({
  orderId: z.string().refine(isOrderId, 'not an order id'),
  createdTime: instant,
  lastUpdatedTime: instant,
  salesChannel: z.object({ channelName: text, marketplaceId: maybeText }),
  programs: list(text),
  associatedOrders: list(z.object({ associationType: maybeText })),
  fulfillment: z
    .object({
      fulfillmentStatus: maybeOneOf([
        'PENDING_AVAILABILITY',
        'PENDING',
        'UNSHIPPED',
        'PARTIALLY_SHIPPED',
        'SHIPPED',
        'CANCELLED',
        'UNFULFILLABLE',
      ]),
      fulfilledBy: maybeOneOf(['AMAZON', 'MERCHANT']),
      fulfillmentServiceLevel: maybeText,
      deliverByWindow: z.object({ earliestDateTime: maybeInstant, latestDateTime: maybeInstant }).nullish(),
    })
    .nullish(),
  packages: list(
    z.object({
      shipTime: maybeInstant,
      packageStatus: z
        .object({
          status: maybeOneOf(['PENDING', 'IN_TRANSIT', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'UNDELIVERABLE']),
          detailedStatus: maybeText,
        })
        .nullish(),
    }),
  ),
  orderItems: list(
    z.object({
      programs: list(text),
      product: z.object({ asin: maybeText, sellerSku: maybeText }).nullish(),
      cancellation: z.object({ cancellationExecution: z.object({}).nullish() }).nullish(),
    }),
  ),
});

/** Reads one entry of an orders page (Orders API 2026-01-01). A missing fact is `null`; a wrong one makes the order unreadable. */
export function readOrder(entry: unknown): OrderReading {
  const reading = orderSchema.safeParse(entry);
  if (reading.success) return { kind: 'order', facts: factsOf(reading.data) };
  const id = z.object({ orderId: z.string().refine(isOrderId) }).safeParse(entry);
  const problem = reading.error.issues
    .slice(0, 3)
    // Never zod's own message: it may quote what it found.
    .map(
      ({ path, code, message }) => `${path.join('.') || 'order'}: ${code === 'custom' ? message : 'missing or wrong'}`,
    )
    .join('; ');
  return { kind: 'unreadable', unreadable: { orderId: id.success ? id.data.orderId : null, problem } };
}

function factsOf(order: z.output<typeof orderSchema>): OrderFacts {
  const items = order.orderItems;
  return {
    orderId: order.orderId,
    marketplaceId: order.salesChannel.marketplaceId,
    salesChannel: order.salesChannel.channelName,
    createdAt: order.createdTime,
    lastUpdatedAt: order.lastUpdatedTime,
    fulfillmentStatus: order.fulfillment?.fulfillmentStatus ?? null,
    fulfilledBy: order.fulfillment?.fulfilledBy ?? null,
    serviceLevel: order.fulfillment?.fulfillmentServiceLevel ?? null,
    promisedFrom: order.fulfillment?.deliverByWindow?.earliestDateTime ?? null,
    promisedBy: order.fulfillment?.deliverByWindow?.latestDateTime ?? null,
    packages: order.packages.map(({ packageStatus, shipTime }) => ({
      status: packageStatus?.status ?? null,
      detailedStatus: packageStatus?.detailedStatus ?? null,
      shippedAt: shipTime,
    })),
    replacesAnother: order.associatedOrders.some(
      ({ associationType }) =>
        associationType === 'REPLACEMENT_ORIGINAL_ID' || associationType === 'EXCHANGE_ORIGINAL_ID',
    ),
    allItemsCancelled: items.length > 0 && items.every((item) => item.cancellation?.cancellationExecution != null),
    programs: unique([...order.programs, ...items.flatMap((item) => item.programs)]),
    items: products(items.map((item) => ({ sku: item.product?.sellerSku || null, asin: item.product?.asin || null }))),
  };
}

/** Each product once, however many lines of the order it fills. */
function products(items: readonly OrderItem[]): readonly OrderItem[] {
  return [...new Map(items.map((item) => [`${item.sku}\n${item.asin}`, item])).values()];
}

function unique(values: readonly (string | null | undefined)[]): readonly string[] {
  return [...new Set(values.filter((value) => typeof value === 'string' && value !== ''))] as string[];
}
