import { expect, test } from '@jest/globals';
import type { AmazonRequest, Reply } from '../../src/simulator/call.js';
import { simulatedAmazon } from '../../src/simulator/simulated-amazon.js';
import { HeldClock, seller, us, userAgent } from './stand-in.js';

test('sixty days with faults in one process: the same seed tells the same story to the last request id', () => {
  expect(sixtyDays(3)).toEqual(sixtyDays(3));
  expect(sixtyDays(3)).not.toEqual(sixtyDays(4));
});

test('whatever is asked, whenever, Amazon accepts at most one POST per order, inside its window', () => {
  const { truth } = sixtyDays(5);

  expect(truth.accounts[0]?.accepted).toBeGreaterThan(20);
  for (const { accepted, acceptedAt, opensAt, closesAt } of truth.orders) {
    expect(accepted).toBeLessThanOrEqual(1);
    if (acceptedAt === null) continue;
    expect(acceptedAt >= String(opensAt) && acceptedAt < String(closesAt)).toBe(true);
  }
});

/** Every four hours every order is asked, blindly. */
function sixtyDays(seed: number) {
  const clock = new HeldClock();
  const amazon = simulatedAmazon({
    seed,
    clock,
    accounts: [seller],
    ordersPerAccount: 40,
    rates: { createSolicitation: { rate: 1, burst: 60 } },
    faults: [
      { kind: 'answer-lost', probability: 0.3 },
      { kind: 'accepted-late', probability: 0.3, afterMs: 20 * 3_600_000 },
      { kind: 'server-error', probability: 0.1 },
    ],
  });
  const replies: Reply[] = [];
  const orderIds = amazon.world.truth().orders.map(({ orderId }) => orderId);
  for (let tick = 0; tick < 60 * 6; tick++) {
    const token = accessToken(amazon.handle(tokenRequest()));
    for (const orderId of orderIds) replies.push(amazon.handle(postRequest(orderId, token)));
    clock.step({ hours: 4 });
  }
  return { replies, truth: amazon.world.truth() };
}

function tokenRequest(): AmazonRequest {
  const { refreshToken: refresh_token, clientId: client_id, clientSecret: client_secret } = seller;
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token, client_id, client_secret }).toString();
  return { method: 'POST', path: '/auth/o2/token', query: new URLSearchParams(), headers: {}, body };
}

function postRequest(orderId: string, token: string): AmazonRequest {
  return {
    method: 'POST',
    path: `/solicitations/v1/orders/${orderId}/solicitations/productReviewAndSellerFeedback`,
    query: new URLSearchParams({ marketplaceIds: us }),
    headers: { 'x-amz-access-token': token, 'user-agent': userAgent },
    body: '',
  };
}

function accessToken(reply: Reply): string {
  return reply.kind === 'answer' ? JSON.parse(reply.body).access_token : '';
}
