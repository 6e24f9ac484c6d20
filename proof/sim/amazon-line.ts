import type { DateTime } from 'luxon';
import { createTokenSource, type TokenAnswer } from '../../src/amazon/access-token.js';
import { tokenRefusal } from '../../src/amazon/account-trouble.js';
import { type Decoded, decodeAsk, decodeLook, type HttpAnswer } from '../../src/amazon/answers.js';
import { callFacts, noCall } from '../../src/amazon/call-facts.js';
import type { AmazonGateway, Answer, OrderLook, OrderRef, OrdersPage, OrdersQuery } from '../../src/amazon/gateway.js';
import { decodeOrderLook, decodeOrdersPage } from '../../src/amazon/orders-answers.js';
import type { Clock } from '../../src/clock.js';
import type { AccountTrouble, AskOutcome, LookOutcome } from '../../src/policy/outcome.js';
import type { SimulatedAccount } from '../../src/simulator/account.js';
import type { AmazonRequest } from '../../src/simulator/call.js';
import type { Exchange, Sent, Wire } from './amazon-wire.js';

type NoAnswer = Extract<Exchange, { kind: 'no-answer' }>;
type Troubled = { readonly kind: 'account-trouble'; readonly trouble: AccountTrouble };

interface Operation<T> {
  readonly name: Sent['operation'];
  readonly order: OrderRef | null;
  readonly request: AmazonRequest;
  readonly decode: (answer: HttpAnswer) => Decoded<T>;
  readonly unanswered: (failure: NoAnswer) => T;
  readonly mayStillSend?: () => boolean;
}

const userAgent = 'askonce/1.0 (Language=TypeScript; Platform=Node.js)';
const includedData = 'FULFILLMENT,PACKAGES,CANCELLATION';

/**
 * Amazon's gateway on the virtual wire. Answers are read, and tokens are kept, by the product's own code; what it means
 * that none came is said here a second time, as in `sp-api-gateway.ts` and `exchange.ts`.
 */
export function amazonLine(
  account: SimulatedAccount,
  wire: Wire,
  clock: Clock,
  hearTime: (time: DateTime) => void,
): AmazonGateway {
  const tokens = createTokenSource(() => askForToken(account, wire, clock), clock);

  const call = async <T extends { readonly kind: string }>(
    operation: Operation<T | Troubled>,
  ): Promise<Answer<T | Troubled>> => {
    const token = await tokens.ready();
    if (token.kind === 'account-trouble') return { outcome: token, call: noCall };
    const { name, order, mayStillSend, request } = operation;
    const headers = { ...request.headers, 'x-amz-access-token': token.token, 'user-agent': userAgent };
    const startedAt = clock.now();
    const result = await wire.exchange({
      operation: name,
      account: account.name,
      order,
      request: { ...request, headers },
      ...(mayStillSend && { mayStillSend }),
    });
    const durationMs = clock.now().diff(startedAt).toMillis();
    if (result.kind === 'no-answer') {
      return { outcome: operation.unanswered(result), call: callFacts(null, durationMs, null) };
    }
    const { outcome, said } = operation.decode(result.answer);
    if (blamesToken(outcome)) tokens.forget(token.token);
    const facts = callFacts({ status: result.answer.status, headers: result.headers }, durationMs, said);
    if (facts.amazonTime !== null) hearTime(facts.amazonTime);
    return { outcome, call: facts };
  };

  return {
    async prepare() {
      const state = await tokens.ready();
      return state.kind === 'ready' ? { kind: 'ready' } : state;
    },
    look: (order) =>
      call<LookOutcome>({
        name: 'getSolicitationActions',
        order,
        request: get(`/solicitations/v1/orders/${order.orderId}`, { marketplaceIds: order.marketplaceId }),
        decode: decodeLook,
        unanswered: ({ cause }) => ({ kind: 'no-answer', cause }),
      }),
    ask: (order, mayStillSend) =>
      call<AskOutcome>({
        name: 'createSolicitation',
        order,
        request: {
          ...get(`/solicitations/v1/orders/${order.orderId}/solicitations/productReviewAndSellerFeedback`, {
            marketplaceIds: order.marketplaceId,
          }),
          method: 'POST',
        },
        decode: decodeAsk,
        unanswered: ({ cause, written }) => (written ? { kind: 'unknown', cause } : { kind: 'not-sent', cause }),
        mayStillSend,
      }),
    searchOrders: ({ marketplaceIds, updatedAfter, paginationToken }: OrdersQuery) =>
      call<OrdersPage>({
        name: 'searchOrders',
        order: null,
        request: get('/orders/2026-01-01/orders', {
          lastUpdatedAfter: updatedAfter.toUTC().toISO() ?? '',
          marketplaceIds: marketplaceIds.join(','),
          includedData,
          ...(paginationToken === null ? {} : { paginationToken }),
        }),
        decode: (answer) => decodeOrdersPage(answer, paginationToken !== null),
        unanswered: ({ cause }) => ({ kind: 'no-answer', cause }),
      }),
    getOrder: (orderId) =>
      call<OrderLook>({
        name: 'getOrder',
        order: { orderId, marketplaceId: '' },
        request: get(`/orders/2026-01-01/orders/${orderId}`, { includedData }),
        decode: (answer) => decodeOrderLook(answer, orderId),
        unanswered: ({ cause }) => ({ kind: 'no-answer', cause }),
      }),
  };
}

function get(path: string, query: Record<string, string>): AmazonRequest {
  return { method: 'GET', path, query: new URLSearchParams(query), headers: {}, body: '' };
}

function blamesToken(outcome: { readonly kind: string; readonly trouble?: AccountTrouble }): boolean {
  return outcome.kind === 'account-trouble' && (outcome.trouble === 'denied' || outcome.trouble === 'token-expired');
}

async function askForToken(account: SimulatedAccount, wire: Wire, clock: Clock): Promise<TokenAnswer> {
  const { clientId, clientSecret, refreshToken } = account;
  const askedAt = clock.now();
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
    client_id: clientId,
    client_secret: clientSecret,
  }).toString();
  const result = await wire.exchange({
    operation: 'token',
    account: account.name,
    order: null,
    request: {
      method: 'POST',
      path: '/auth/o2/token',
      query: new URLSearchParams(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body,
    },
  });
  if (result.kind === 'no-answer') return { kind: 'account-trouble', trouble: 'token-unavailable' };
  const { status, body: text } = result.answer;
  if (status !== 200) return { kind: 'account-trouble', trouble: tokenRefusal(status, text) };
  const { access_token: token, expires_in: seconds } = JSON.parse(text) as { access_token: string; expires_in: number };
  return { kind: 'token', token, expiresAt: askedAt.plus({ seconds }) };
}
