import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { SellingPartnerApiAuth } from '@sp-api-sdk/auth';
import { type ClientConfiguration, SellingPartnerApiError } from '@sp-api-sdk/common';
import { OrdersApiClient } from '@sp-api-sdk/orders-api-2026-01-01';
import { clientRateLimits, SolicitationsApiClient } from '@sp-api-sdk/solicitations-api-v1';
import { StandIn, seller, stopAll, us, userAgent } from './stand-in.js';

class LocalAuth extends SellingPartnerApiAuth {
  readonly #amazon: StandIn;

  constructor(amazon: StandIn) {
    super({ clientId: seller.clientId, clientSecret: seller.clientSecret, refreshToken: seller.refreshToken });
    this.#amazon = amazon;
  }

  override async getAccessToken(): Promise<string> {
    return (await this.#amazon.token()).body.access_token;
  }
}

class LocalOrders extends OrdersApiClient {
  constructor(configuration: ClientConfiguration, origin: string) {
    super(configuration);
    this.basePath = origin;
  }
}

class LocalSolicitations extends SolicitationsApiClient {
  constructor(configuration: ClientConfiguration, origin: string) {
    super(configuration);
    this.basePath = origin;
  }
}

let amazon: StandIn;
let orders: LocalOrders;
let solicitations: LocalSolicitations;

beforeEach(async () => {
  amazon = await StandIn.start({ pageSize: 2 });
  const configuration: ClientConfiguration = { auth: new LocalAuth(amazon), region: 'na', userAgent };
  orders = new LocalOrders(configuration, amazon.simulator.origin);
  solicitations = new LocalSolicitations(configuration, amazon.simulator.origin);
});

afterEach(stopAll);

describe('the published orders client', () => {
  test('reads all pages', async () => {
    const added = amazon.world.addOrders(Array.from({ length: 5 }, () => ({ account: 'seller' })));
    const query = {
      lastUpdatedAfter: amazon.clock.iso({ days: -30 }),
      marketplaceIds: [us],
      includedData: ['FULFILLMENT', 'PACKAGES', 'CANCELLATION'],
    } satisfies Parameters<OrdersApiClient['searchOrders']>[0];
    const seen: string[] = [];
    let paginationToken: string | undefined;

    do {
      const { data } = await orders.searchOrders({ ...query, ...(paginationToken && { paginationToken }) });
      seen.push(...data.orders.map(({ orderId }) => orderId));
      paginationToken = data.pagination?.nextToken;
    } while (paginationToken);

    expect(seen.sort()).toEqual(added.sort());
    expect(amazon.tally()).toMatchObject({ searches: 3, wrongUserAgent: 0, personalDataRequests: 0 });
  });

  test('reads one order', async () => {
    const orderId = amazon.world.addOrder({ account: 'seller' });

    const { data } = await orders.getOrder({ orderId, includedData: ['FULFILLMENT'] });

    expect(data.order.fulfillment?.fulfillmentStatus).toBe('SHIPPED');
  });
});

describe('the solicitations client', () => {
  test('looks, asks, and looks again', async () => {
    const amazonOrderId = amazon.world.addOrder({ account: 'seller' });
    const order = { amazonOrderId, marketplaceIds: [us] };

    const before = await solicitations.getSolicitationActionsForOrder(order, { timeout: 5000 });
    const asked = await solicitations.createProductReviewAndSellerFeedbackSolicitation(order, { timeout: 5000 });
    const after = await solicitations.getSolicitationActionsForOrder(order);

    expect(before.data._links?.actions.map(({ name }) => name)).toEqual(['productReviewAndSellerFeedback']);
    expect([asked.status, asked.data]).toEqual([201, {}]);
    expect(asked.headers['x-amzn-requestid']).toBe(amazon.world.truthOf(amazonOrderId)?.posts[0]?.requestId);
    expect(after.data._links?.actions).toEqual([]);
  });

  test('rejects with the SDK\u2019s own error, Amazon\u2019s answer inside', async () => {
    const amazonOrderId = amazon.world.addOrder({ account: 'seller', deliveredAt: '-1d' });

    const refusal = solicitations.createProductReviewAndSellerFeedbackSolicitation({
      amazonOrderId,
      marketplaceIds: [us],
    });

    await expect(refusal).rejects.toBeInstanceOf(SellingPartnerApiError);
    await expect(refusal).rejects.toMatchObject({
      apiName: 'solicitations',
      apiVersion: 'v1',
      response: { status: 403 },
    });
  });

  test('sends neither a body nor a content type, unless told to', async () => {
    const sent: unknown[] = [];
    const order = { amazonOrderId: '111-2222222-3333333', marketplaceIds: [us] };
    const adapter: NonNullable<Parameters<typeof solicitations.getSolicitationActionsForOrder>[1]>['adapter'] = async (
      config,
    ) => {
      sent.push([
        config.method,
        config.url,
        config.data,
        config.headers.get('content-type'),
        config.headers.get('accept'),
      ]);
      return { data: {}, status: 201, statusText: '', headers: {}, config };
    };

    await solicitations.createProductReviewAndSellerFeedbackSolicitation(order, { adapter });
    await solicitations.getSolicitationActionsForOrder(order, { adapter });

    const path = `${amazon.simulator.origin}/solicitations/v1/orders/111-2222222-3333333`;
    expect(sent).toEqual([
      [
        'post',
        `${path}/solicitations/productReviewAndSellerFeedback?marketplaceIds=${us}`,
        undefined,
        null,
        'application/hal+json',
      ],
      ['get', `${path}?marketplaceIds=${us}`, undefined, undefined, 'application/hal+json'],
    ]);
  });

  test('refuses to call without an order', async () => {
    const nothing = { amazonOrderId: undefined as unknown as string, marketplaceIds: [us] };

    await expect(solicitations.getSolicitationActionsForOrder(nothing)).rejects.toThrow(/amazonOrderId/);
    expect(amazon.tally()?.looks).toBe(0);
  });

  test('knows Amazon\u2019s usage plans by method and path', () => {
    const plan = (method: string, path: string) =>
      clientRateLimits.find((limit) => limit.method === method && limit.urlRegex.test(path));

    expect(plan('get', '/solicitations/v1/orders/1')).toMatchObject({ rate: 1, burst: 5 });
    expect(plan('post', '/solicitations/v1/orders/1/solicitations/productReviewAndSellerFeedback')).toMatchObject({
      rate: 1,
      burst: 5,
    });
  });
});
