import type { OrderFacts, OrderItem, PackageFacts, UnreadableOrder } from '../policy/order.js';
import { Entry } from './entry.js';
import { isOrderId } from './order-id.js';

export type OrderReading =
  | { readonly kind: 'order'; readonly facts: OrderFacts }
  | { readonly kind: 'unreadable'; readonly unreadable: UnreadableOrder };

const fulfillmentStatuses = [
  'PENDING_AVAILABILITY',
  'PENDING',
  'UNSHIPPED',
  'PARTIALLY_SHIPPED',
  'SHIPPED',
  'CANCELLED',
  'UNFULFILLABLE',
] as const;
const fulfillers = ['AMAZON', 'MERCHANT'] as const;
const packageStatuses = ['PENDING', 'IN_TRANSIT', 'SHIPPED', 'DELIVERED', 'CANCELLED', 'UNDELIVERABLE'] as const;

/** More say nothing that the first do not. */
const mostProblems = 3;

/** Reads one entry of an orders page (Orders API 2026-01-01). A missing fact is `null`; a wrong one makes the order unreadable. */
export function readOrder(value: unknown): OrderReading {
  const entry = Entry.of(value);
  if (entry === null) return { kind: 'unreadable', unreadable: { orderId: null, problem: 'order: missing or wrong' } };
  const facts = factsOf(entry);
  if (entry.problems.length === 0) return { kind: 'order', facts };
  const problem = entry.problems
    .slice(0, mostProblems)
    .map(({ path, what }) => `${path}: ${what}`)
    .join('; ');
  return { kind: 'unreadable', unreadable: { orderId: facts.orderId || null, problem } };
}

/** Only what we use. Whatever else comes, above all about the buyer and the recipient, is not even looked at. */
function factsOf(order: Entry): OrderFacts {
  const orderId = order.textThat(isOrderId, 'not an order id', 'orderId');
  const createdAt = order.instant('createdTime');
  const lastUpdatedAt = order.instant('lastUpdatedTime');
  const channel = order.object('salesChannel');
  const salesChannel = channel.text('channelName');
  const marketplaceId = channel.maybeText('marketplaceId');
  const programs = order.texts('programs');
  const associations = order.objects('associatedOrders', (other) => other.maybeText('associationType'));
  const fulfillment = order.maybeObject('fulfillment');
  const fulfillmentStatus = fulfillment?.oneOf('fulfillmentStatus', fulfillmentStatuses) ?? null;
  const fulfilledBy = fulfillment?.oneOf('fulfilledBy', fulfillers) ?? null;
  const serviceLevel = fulfillment?.maybeText('fulfillmentServiceLevel') ?? null;
  const promise = fulfillment?.maybeObject('deliverByWindow');
  const promisedFrom = promise?.maybeInstant('earliestDateTime') ?? null;
  const promisedBy = promise?.maybeInstant('latestDateTime') ?? null;
  const packages = order.objects('packages', packageFacts);
  const items = order.objects('orderItems', itemFacts);
  return {
    orderId,
    marketplaceId,
    salesChannel,
    createdAt,
    lastUpdatedAt,
    fulfillmentStatus,
    fulfilledBy,
    serviceLevel,
    promisedFrom,
    promisedBy,
    packages,
    replacesAnother: associations.some((type) => type === 'REPLACEMENT_ORIGINAL_ID' || type === 'EXCHANGE_ORIGINAL_ID'),
    allItemsCancelled: items.length > 0 && items.every(({ isCancelled }) => isCancelled),
    programs: unique([...programs, ...items.flatMap((item) => item.programs)]),
    items: products(items.map(({ product }) => product)),
  };
}

function packageFacts(parcel: Entry): PackageFacts {
  const shippedAt = parcel.maybeInstant('shipTime');
  const status = parcel.maybeObject('packageStatus');
  return {
    status: status?.oneOf('status', packageStatuses) ?? null,
    detailedStatus: status?.maybeText('detailedStatus') ?? null,
    shippedAt,
  };
}

function itemFacts(item: Entry) {
  const programs = item.texts('programs');
  const product = item.maybeObject('product');
  const asin = product?.maybeText('asin') || null;
  const sku = product?.maybeText('sellerSku') || null;
  const execution = item.maybeObject('cancellation')?.maybeObject('cancellationExecution') ?? null;
  return { programs, product: { sku, asin }, isCancelled: execution !== null };
}

/** Each product once, however many lines of the order it fills. */
function products(items: readonly OrderItem[]): readonly OrderItem[] {
  if (items.length < 2) return items;
  return [...new Map(items.map((item) => [`${item.sku}\n${item.asin}`, item])).values()];
}

function unique(texts: readonly string[]): readonly string[] {
  return texts.length === 0 ? texts : [...new Set(texts.filter((text) => text !== ''))];
}
