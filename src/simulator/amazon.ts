import type { SimulatedAccount } from './account.js';
import { refusal } from './answer.js';
import type { AmazonRequest, Reply } from './call.js';
import { type Exchange, eventOf, followsForm, unansweredPost } from './exchange.js';
import { FaultBoard } from './fault-board.js';
import { TokenService } from './lwa.js';
import { type Arrival, type Route, routeOf, type SpApiOperation } from './operation.js';
import { getOrder, OrderSearch, type OrdersOptions } from './orders.js';
import { forbidden, invalidInput, notFound, throttled } from './refusals.js';
import type { SeededRandom } from './seeded-random.js';
import { createSolicitation, getActions } from './solicitations.js';
import { answered, type Outcome, outcomeAfter, outcomeBefore, wireBody } from './strike.js';
import { Throttle, type UsagePlan, type UsagePlans } from './token-bucket.js';
import type { World } from './world.js';

export interface AmazonOptions extends OrdersOptions {
  readonly usagePlans: UsagePlans;
  readonly tokenLifeSeconds: number;
  /** Added to every answer. */
  readonly latencyMs: number;
  readonly onArrival: (arrival: Arrival) => void;
}

/**
 * Amazon without the wire: a request in, a reply out, at once. All that a request does to the world is done when
 * `handle` returns, so whole runs can be played in one process on a stepped clock.
 */
export class SimulatedAmazon {
  readonly world: World;
  readonly faults: FaultBoard;
  readonly #options: AmazonOptions;
  readonly #random: SeededRandom;
  readonly #throttle: Throttle;
  readonly #tokens: TokenService;
  readonly #search: OrderSearch;

  constructor(world: World, random: SeededRandom, options: AmazonOptions) {
    this.world = world;
    this.faults = new FaultBoard(random.fork('faults'), () => world.now());
    this.#options = options;
    this.#random = random.fork('amazon');
    this.#throttle = new Throttle(options.usagePlans);
    this.#tokens = new TokenService(world, random.fork('tokens'), options.tokenLifeSeconds);
    this.#search = new OrderSearch(options);
  }

  handle(request: AmazonRequest): Reply {
    const exchange = this.#open(request);
    const delayMs = this.#options.latencyMs + (this.faults.draw(['delay'], eventOf(exchange, 'before'))?.ms ?? 0);
    const outcome =
      outcomeBefore(this.faults, exchange) ?? outcomeAfter(this.faults, exchange, this.#act(request, exchange));
    return this.#close(exchange, outcome, delayMs);
  }

  /** From now on this account's plan for the operation is another; the next answers' rate limit header says so. */
  grant(account: string, operation: SpApiOperation, plan: UsagePlan): void {
    this.#throttle.grant(account, operation, plan, this.world.now());
  }

  /** Another client of the same application and account takes a request out of the bucket. False: it was refused for pace. */
  useElsewhere(account: string, operation: SpApiOperation): boolean {
    return this.#throttle.admits(account, operation, this.world.now());
  }

  /** Counts the request as arrived, and notes a POST before anything else can happen to it. */
  #open(request: AmazonRequest): Exchange {
    const now = this.world.now();
    const route = routeOf(request.method, request.path);
    const token = this.#tokens.check(request.headers['x-amz-access-token'], now);
    const account =
      route?.kind === 'token' ? this.#tokens.accountOf(request) : 'account' in token ? token.account : null;
    const requestId = this.#requestId();
    const post = route?.kind === 'createSolicitation' && account ? unansweredPost(now, requestId, account.name) : null;
    const exchange: Exchange = { route, token, account, requestId, post, now };
    if (route && account) this.#count(request, route, account, exchange);
    else this.world.strangers += 1;
    return exchange;
  }

  #count(request: AmazonRequest, route: Route, account: SimulatedAccount, { post, now }: Exchange): void {
    const tally = this.world.tally(account);
    if (route.kind !== 'token' && !followsForm(request.headers['user-agent'])) tally.wrongUserAgent += 1;
    switch (route.kind) {
      case 'token':
        tally.tokenCalls += 1;
        return;
      case 'searchOrders':
        tally.searches += 1;
        return;
      case 'getOrder':
        tally.orderReads += 1;
        return;
      case 'getSolicitationActions':
        tally.looks += 1;
        return;
      case 'createSolicitation':
        tally.posts += 1;
        if (post) this.world.visibleOrder(account, route.orderId, now)?.posts.push(post);
        return;
      default:
        route satisfies never;
    }
  }

  #act(request: AmazonRequest, { route, token, now, post }: Exchange): Outcome {
    if (!route) return answered(refusal(404, 'NotFound', 'The simulator has no such operation.'));
    if (route.kind === 'token') return answered(this.#tokens.issue(request, now));
    switch (token.kind) {
      case 'missing':
        return answered(forbidden('token-missing'));
      case 'unknown':
        return answered(forbidden('token-revoked'));
      case 'expired':
        return answered(forbidden('token-expired'));
      case 'valid':
        break;
      default:
        return token satisfies never;
    }

    const { account } = token;
    if ((request.headers['user-agent']?.length ?? 0) > 500)
      return answered(invalidInput('The User-Agent is too long.'));
    if (!this.#throttle.admits(account.name, route.kind, now)) return answered(throttled());
    const { 'content-length': length, 'transfer-encoding': chunked } = request.headers;
    if (request.method === 'GET' && (length !== undefined || chunked !== undefined)) {
      return answered(invalidInput('A GET request must have no body and no Content-Length.'));
    }

    const call = { account, now, world: this.world, faults: this.faults, random: this.#random };
    const rateLimit = this.#throttle.header(account.name, route.kind);
    switch (route.kind) {
      case 'searchOrders':
        return answered(this.#search.search(call, request.query), rateLimit);
      case 'getOrder':
        return answered(getOrder(call, route.orderId, request.query), rateLimit);
      case 'getSolicitationActions':
        return answered(getActions(call, route.orderId, request.query), rateLimit);
      case 'createSolicitation': {
        if (!post) return answered(notFound('The order'), rateLimit);
        const solicited = createSolicitation(call, post, route.orderId, request);
        return solicited.kind === 'answer'
          ? answered(solicited.answer, rateLimit)
          : { kind: 'silence', fault: 'accepted-late' };
      }
      default:
        return route satisfies never;
    }
  }

  #close({ account, requestId, post, route, now }: Exchange, outcome: Outcome, delayMs: number): Reply {
    const status = outcome.kind === 'answer' ? outcome.answer.status : null;
    if (post) {
      post.status = status;
      post.fault = outcome.fault;
      if (post.decision === 'refused') post.why ??= outcome.fault ?? (status === 429 ? 'throttled' : 'denied');
    }
    if (account && route && route.kind !== 'token') {
      this.#options.onArrival({ at: now, account: account.name, operation: route.kind, status });
      const tally = this.world.tally(account);
      if (status === 429) tally.throttled += 1;
      if (status === 403) tally.forbidden += 1;
    }
    switch (outcome.kind) {
      case 'cut':
        return { kind: 'cut', delayMs };
      case 'silence':
        return { kind: 'silence' };
      case 'answer': {
        const { answer, rateLimit } = outcome;
        const headers: Record<string, string> = { 'content-type': answer.contentType, 'x-amzn-requestid': requestId };
        // Amazon shows the limit on 20x, 400 and 404 only, and not on what it throttles.
        if (rateLimit !== null && (answer.status < 300 || answer.status === 400 || answer.status === 404)) {
          headers['x-amzn-ratelimit-limit'] = rateLimit;
        }
        return { kind: 'answer', status: answer.status, headers, body: wireBody(outcome), delayMs };
      }
      default:
        return outcome satisfies never;
    }
  }

  #requestId(): string {
    const hex = (length: number) => this.#random.text(length, '0123456789abcdef');
    return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
  }
}
