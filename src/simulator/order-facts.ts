import type { Order, OrderItem, OrderPackage, SearchOrdersIncludedDataEnum } from '@sp-api-sdk/orders-api-2026-01-01';
import { days, type Instant, toIso } from './instant.js';
import { lastUpdatedAt, type OrderLife, packageShippedAt, packageStatusAt, statusAt } from './order-life.js';

export type IncludedData = SearchOrdersIncludedDataEnum;

export const includedDataSets: readonly IncludedData[] = [
  'BUYER',
  'RECIPIENT',
  'PROCEEDS',
  'EXPENSE',
  'PROMOTION',
  'CANCELLATION',
  'FULFILLMENT',
  'PACKAGES',
  'TAX',
  'PAYMENT',
  'FULFILLMENT_ORDERS',
];

/** Sets that tell who the buyer is. Asking for one is allowed, and counted in the truth. */
export const personalData: ReadonlySet<IncludedData> = new Set<IncludedData>(['BUYER', 'RECIPIENT', 'TAX', 'PAYMENT']);

/**
 * What the Orders API shows of an order now. Buyers are invented and easy to find in a log or a database where they
 * must not be. EXPENSE, PROMOTION, TAX, PAYMENT and FULFILLMENT_ORDERS hold nothing, which the model allows.
 */
export function orderFacts(life: OrderLife, now: Instant, included: ReadonlySet<IncludedData>): Order {
  const order: Order = {
    orderId: life.orderId,
    createdTime: toIso(life.createdAt),
    lastUpdatedTime: toIso(lastUpdatedAt(life, now)),
    programs: [...life.programs],
    associatedOrders:
      life.replaces === null ? [] : [{ orderId: life.replaces, associationType: 'REPLACEMENT_ORIGINAL_ID' }],
    salesChannel: { channelName: life.salesChannel, marketplaceId: life.marketplaceId },
    orderItems: life.items.map((_line, index) => item(life, index, now, included)),
  };
  if (included.has('BUYER')) {
    order.buyer = { buyerName: 'Simulated Buyer', buyerEmail: `buyer-of-${life.orderId}@example.invalid` };
  }
  if (included.has('RECIPIENT')) {
    order.recipient = { deliveryAddress: { name: 'Simulated Recipient', addressLine1: '1 Simulated Street' } };
  }
  if (included.has('PROCEEDS')) order.proceeds = { grandTotal: { amount: '19.99', currencyCode: 'USD' } };
  if (included.has('FULFILLMENT')) order.fulfillment = fulfillment(life, now);
  if (included.has('PACKAGES') && life.packages.length > 0) order.packages = packages(life, now);
  return order;
}

function fulfillment(life: OrderLife, now: Instant): NonNullable<Order['fulfillment']> {
  const promise = {
    ...(life.promisedFrom !== null && { earliestDateTime: toIso(life.promisedFrom) }),
    ...(life.promisedBy !== null && { latestDateTime: toIso(life.promisedBy) }),
  };
  return {
    fulfillmentStatus: statusAt(life, now),
    fulfilledBy: life.fulfilledBy,
    fulfillmentServiceLevel: life.serviceLevel,
    shipByWindow: { earliestDateTime: toIso(life.createdAt), latestDateTime: toIso(life.createdAt + days(2)) },
    ...(Object.keys(promise).length > 0 && { deliverByWindow: promise }),
  };
}

function item(life: OrderLife, index: number, now: Instant, included: ReadonlySet<IncludedData>): OrderItem {
  const { sku, asin, quantity } = life.items[index] ?? { sku: '', asin: '', quantity: 0 };
  const status = statusAt(life, now);
  const shipped = status === 'SHIPPED' ? quantity : 0;
  return {
    orderItemId: orderItemId(life, index),
    quantityOrdered: quantity,
    product: { asin, sellerSku: sku, title: `Simulated product ${sku}` },
    ...(included.has('FULFILLMENT') && {
      fulfillment: { quantityFulfilled: shipped, quantityUnfulfilled: quantity - shipped },
    }),
    ...(included.has('CANCELLATION') &&
      status === 'CANCELLED' && {
        cancellation: { cancellationExecution: { cancelledBy: 'BUYER', cancelReason: 'NO_LONGER_NEEDED' } },
      }),
  };
}

function packages(life: OrderLife, now: Instant): OrderPackage[] {
  return life.packages.map((parcel, index) => {
    const shippedAt = packageShippedAt(life, parcel);
    const status = packageStatusAt(life, parcel, now);
    // Amazon leaves `detailedStatus` out for ordinary orders (issue 5127 of its models repository).
    const detailedStatus = status === parcel.trouble?.status ? parcel.trouble.detailedStatus : undefined;
    return {
      packageReferenceId: String(index + 1),
      createdTime: toIso(shippedAt ?? life.createdAt),
      packageStatus: { status, ...(detailedStatus !== undefined && { detailedStatus }) },
      carrier: 'Simulated Carrier',
      ...(shippedAt !== null && shippedAt <= now && { shipTime: toIso(shippedAt) }),
      trackingNumber: `SIM${life.orderId.replaceAll('-', '')}${index + 1}`,
      packageItems: life.items.map((line, i) => ({ orderItemId: orderItemId(life, i), quantity: line.quantity })),
    };
  });
}

function orderItemId(life: OrderLife, index: number): string {
  return `${life.orderId.replace(/\D/g, '').slice(0, 12)}${String(index + 1).padStart(2, '0')}`;
}
