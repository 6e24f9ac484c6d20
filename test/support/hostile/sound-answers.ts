import fc from 'fast-check';

/** An order as Amazon's model shows it, with people in it who must not come through. */
export const soundOrder = {
  orderId: '202-7654321-1098765',
  createdTime: '2026-03-01T10:00:00.000Z',
  lastUpdatedTime: '2026-03-04T12:30:00Z',
  programs: ['PRIME'],
  associatedOrders: [{ orderId: '202-7654321-1098764', associationType: 'REPLACEMENT_ORIGINAL_ID' }],
  salesChannel: { channelName: 'AMAZON', marketplaceId: 'A1F83G8C2ARO7P' },
  buyer: { buyerName: 'Jane Doe', buyerEmail: 'jane@example.com' },
  fulfillment: {
    fulfillmentStatus: 'SHIPPED',
    fulfilledBy: 'MERCHANT',
    fulfillmentServiceLevel: 'STANDARD',
    deliverByWindow: { earliestDateTime: '2026-03-05T00:00:00Z', latestDateTime: '2026-03-07T23:59:59Z' },
  },
  orderItems: [
    {
      programs: ['SUBSCRIBE_AND_SAVE'],
      product: { asin: 'B000000001', sellerSku: 'SKU-1' },
      cancellation: { cancellationExecution: { cancelledBy: 'BUYER' } },
    },
  ],
  packages: [{ shipTime: '2026-03-02T08:00:00Z', packageStatus: { status: 'DELIVERED', detailedStatus: 'DELIVERED' } }],
};

export const soundPage = {
  orders: [soundOrder, { ...soundOrder, orderId: '202-7654321-1098766', packages: [] }],
  pagination: { nextToken: 'bmV4dA==' },
  lastUpdatedBefore: '2026-03-05T00:00:00Z',
};

export const soundActions = {
  _links: {
    self: { href: '/solicitations/v1/orders/202-7654321-1098765?marketplaceIds=A1F83G8C2ARO7P' },
    actions: [{ href: '/x', name: 'productReviewAndSellerFeedback' }],
  },
  _embedded: { actions: [] },
};

/** What Amazon says to the POST, and to any call (amazon.md 1.2 and 3.1), and what it might say. */
const phrases = [
  'You have already requested a review for this order.',
  'You can’t use this feature to request a review outside the 5-30 day range after the order delivery date.',
  'The requested solicitation is not available for this amazonOrderId.',
  'Access to requested resource is denied.',
  'The access token you provided is revoked, malformed or invalid.',
  'The LWA secret token you provided has expired.',
  'The security token included in the request is expired',
  'You exceeded your quota for the requested resource.',
  'We encountered an internal error. Please try again.',
  'already accepted',
];
const codes = ['Unauthorized', 'QuotaExceeded', 'InvalidInput', 'InternalFailure', 'NotFound'];

/** Beginnings of those: a pattern that looks for the rest of one again and again takes the square of the length. */
const beginnings = [
  'lwa secret ',
  'access token ',
  'outside the ',
  'already ',
  'â€',
  '"',
  "'",
  '<',
  '\\u00',
  '"code":"',
  'x@',
];

export const soundError = fc
  .tuple(fc.constantFrom(...codes), fc.constantFrom(...phrases), fc.constantFrom('', ...phrases))
  .map(([code, message, details]) => ({ errors: [{ code, message, details }] }));

/** An error whose text says one thing over and over, in one piece or in many. */
export const repeatedError = fc
  .tuple(fc.constantFrom(...beginnings), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 4 }), fc.boolean())
  .map(([beginning, many, deep, broken]) => {
    const text = beginning.repeat(Math.ceil(3_990 / beginning.length));
    const errors = Array.from({ length: many }, () => Array.from({ length: deep }, () => ({ message: text })));
    return JSON.stringify({ errors }).slice(0, broken ? -1 : undefined);
  });
