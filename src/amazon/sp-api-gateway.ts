import type { AxiosResponse, RawAxiosRequestConfig } from 'axios';
import type { DateTime } from 'luxon';
import type { Clock } from '../clock.js';
import { isLoopback } from '../loopback.js';
import type { AccountTrouble, AskOutcome, LookOutcome } from '../policy/outcome.js';
import { createTokenSource, type TokenSource } from './access-token.js';
import { type Decoded, decodeAsk, decodeLook, type HttpAnswer } from './answers.js';
import { callFacts, noCall } from './call-facts.js';
import { type Exchange, exchange } from './exchange.js';
import type { AmazonGateway, Answer, OrderLook, OrderRef, OrdersPage, OrdersQuery } from './gateway.js';
import type { Region } from './marketplaces.js';
import { isOrderId } from './order-id.js';
import { decodeOrderLook, decodeOrdersPage } from './orders-answers.js';
import { NoToken, OrdersClient, SolicitationsClient, TokenFromSource } from './sp-api-clients.js';
import { askForToken } from './token-service.js';

export interface SpApiGatewayOptions {
  readonly account: {
    readonly name: string;
    readonly clientId: string;
    readonly clientSecret: { reveal(): string };
    readonly refreshToken: { reveal(): string };
    readonly region: Region;
  };
  readonly endpoints: {
    /** An origin in place of Amazon's; `null`: Amazon. */
    readonly spApiEndpoint: string | null;
    /** A whole token URL in place of Amazon's; `null`: Amazon. */
    readonly lwaEndpoint: string | null;
    readonly sandbox: boolean;
  };
  readonly userAgent: string;
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  /** Told of the time that each answer of Amazon's names. */
  readonly hearTime?: (time: DateTime) => void;
  readonly shutdown: AbortSignal;
}

/** Exactly what the rules need. BUYER and RECIPIENT must never be here. */
const includedData: ('FULFILLMENT' | 'PACKAGES' | 'CANCELLATION')[] = ['FULFILLMENT', 'PACKAGES', 'CANCELLATION'];

const solicitationBytes = 1_000_000;
const ordersBytes = 20_000_000;

/** How one operation calls and reads. */
interface Operation<T> {
  readonly call: (options: RawAxiosRequestConfig) => Promise<AxiosResponse<unknown>>;
  readonly decode: (answer: HttpAnswer) => Decoded<T>;
  /** What it means that no whole answer came. */
  readonly unanswered: (failure: Extract<Exchange, { kind: 'no-answer' }>) => T;
  readonly maxBytes: number;
  readonly mayStillSend?: () => boolean;
}

type Troubled = { readonly kind: 'account-trouble'; readonly trouble: AccountTrouble };

/** Amazon through its Selling Partner API. Nothing is retried here: when to call again is for the steps to decide. */
export function createSpApiGateway(options: SpApiGatewayOptions): AmazonGateway {
  const { account, endpoints, shutdown, requestTimeoutMs: timeoutMs } = options;
  const direct = isOnThisMachine(endpoints.spApiEndpoint);
  const tokens = tokensOf(options);
  const configuration = {
    auth: new TokenFromSource(credentialsOf(account), tokens),
    region: account.region,
    userAgent: options.userAgent,
    sandbox: endpoints.sandbox,
  };
  const orders = new OrdersClient(configuration, endpoints.spApiEndpoint);
  const solicitations = new SolicitationsClient(configuration, endpoints.spApiEndpoint);

  const factsOf: typeof callFacts = (...answer) => {
    const facts = callFacts(...answer);
    if (facts.amazonTime !== null) options.hearTime?.(facts.amazonTime);
    return facts;
  };

  const run = async <T extends { readonly kind: string }>(
    operation: Operation<T | Troubled>,
  ): Promise<Answer<T | Troubled>> => {
    const token = await tokens.ready();
    if (token.kind === 'account-trouble') return { outcome: token, call: noCall };
    const { maxBytes, mayStillSend } = operation;
    const limits = { timeoutMs, maxBytes, shutdown, direct, ...(mayStillSend ? { mayStillSend } : {}) };
    const startedAt = performance.now();
    try {
      const result = await exchange(operation.call, limits, (error) => error instanceof NoToken);
      const durationMs = performance.now() - startedAt;
      if (result.kind === 'no-answer') {
        return { outcome: operation.unanswered(result), call: factsOf(result.head, durationMs, null) };
      }
      const { outcome, said } = operation.decode(result.answer);
      if (result.accessToken !== null && blamesToken(outcome)) tokens.forget(result.accessToken);
      const head = { status: result.answer.status, headers: result.headers };
      return { outcome, call: factsOf(head, durationMs, said) };
    } catch (error) {
      if (error instanceof NoToken) {
        return { outcome: { kind: 'account-trouble', trouble: error.trouble }, call: noCall };
      }
      throw error;
    }
  };

  return {
    async prepare() {
      const state = await tokens.ready();
      return state.kind === 'ready' ? { kind: 'ready' } : state;
    },

    async look({ orderId, marketplaceId }: OrderRef): Promise<Answer<LookOutcome>> {
      if (!isOrderId(orderId)) return { outcome: { kind: 'no-answer', cause: 'bad-order-id' }, call: noCall };
      return run<LookOutcome>({
        call: (request) =>
          solicitations.getSolicitationActionsForOrder(
            { amazonOrderId: orderId, marketplaceIds: [marketplaceId] },
            request,
          ),
        decode: decodeLook,
        unanswered: ({ cause }) => ({ kind: 'no-answer', cause }),
        maxBytes: solicitationBytes,
      });
    },

    async ask({ orderId, marketplaceId }: OrderRef, mayStillSend): Promise<Answer<AskOutcome>> {
      if (!isOrderId(orderId)) return { outcome: { kind: 'not-sent', cause: 'bad-order-id' }, call: noCall };
      return run<AskOutcome>({
        call: (request) =>
          solicitations.createProductReviewAndSellerFeedbackSolicitation(
            { amazonOrderId: orderId, marketplaceIds: [marketplaceId] },
            request,
          ),
        decode: decodeAsk,
        unanswered: askWithoutAnswer,
        maxBytes: solicitationBytes,
        mayStillSend,
      });
    },

    searchOrders({ marketplaceIds, updatedAfter, paginationToken }: OrdersQuery): Promise<Answer<OrdersPage>> {
      return run<OrdersPage>({
        call: (request) =>
          orders.searchOrders(
            {
              lastUpdatedAfter: updatedAfter.toUTC().toISO() ?? '',
              marketplaceIds: [...marketplaceIds],
              includedData,
              ...(paginationToken === null ? {} : { paginationToken }),
            },
            request,
          ),
        decode: (answer) => decodeOrdersPage(answer, paginationToken !== null),
        unanswered: ({ cause }) => ({ kind: 'no-answer', cause }),
        maxBytes: ordersBytes,
      });
    },

    async getOrder(orderId): Promise<Answer<OrderLook>> {
      if (!isOrderId(orderId))
        return { outcome: { kind: 'unreadable', problem: 'orderId: not an order id' }, call: noCall };
      return run<OrderLook>({
        call: (request) => orders.getOrder({ orderId, includedData }, request),
        decode: (answer) => decodeOrderLook(answer, orderId),
        unanswered: ({ cause }) => ({ kind: 'no-answer', cause }),
        maxBytes: ordersBytes,
      });
    },
  };
}

/** 201 in the head of an answer says it all, even if the connection broke right behind it. */
function askWithoutAnswer({ cause, written, head }: Extract<Exchange, { kind: 'no-answer' }>): AskOutcome {
  if (head?.status === 201) return { kind: 'accepted' };
  return written ? { kind: 'unknown', cause } : { kind: 'not-sent', cause };
}

function blamesToken(outcome: { readonly kind: string; readonly trouble?: AccountTrouble }): boolean {
  return outcome.kind === 'account-trouble' && (outcome.trouble === 'denied' || outcome.trouble === 'token-expired');
}

function tokensOf({
  account,
  endpoints,
  userAgent,
  requestTimeoutMs,
  clock,
  shutdown,
}: SpApiGatewayOptions): TokenSource {
  const { lwaEndpoint } = endpoints;
  const service = {
    lwaEndpoint,
    userAgent,
    timeoutMs: requestTimeoutMs,
    direct: isOnThisMachine(lwaEndpoint),
    shutdown,
    clock,
  };
  return createTokenSource(() => askForToken(credentialsOf(account), service), clock);
}

function credentialsOf({ clientId, clientSecret, refreshToken }: SpApiGatewayOptions['account']) {
  return { clientId, clientSecret: clientSecret.reveal(), refreshToken: refreshToken.reveal() };
}

function isOnThisMachine(endpoint: string | null): boolean {
  return endpoint !== null && isLoopback(new URL(endpoint).hostname);
}
