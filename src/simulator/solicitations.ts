import type {
  CreateProductReviewAndSellerFeedbackSolicitationResponse,
  GetSolicitationActionsForOrderResponse,
} from '@sp-api-sdk/solicitations-api-v1';
import { type Answer, hal, refusal } from './answer.js';
import { type Call, onlyMarketplace } from './call.js';
import type { FaultEvent } from './fault-board.js';
import { forbidden, invalidInput, notFound } from './refusals.js';
import { type Standing, standing } from './request-window.js';
import type { OrderRecord, Post } from './truth.js';

const action = 'productReviewAndSellerFeedback';
const missingMarketplace = 'Missing or invalid request parameters: [marketplaceIds]';

/** GET: which actions the order offers now. Empty for every reason there is. */
export function getActions(call: Call, orderId: string, query: URLSearchParams): Answer {
  const marketplaceId = onlyMarketplace(query);
  if (marketplaceId === null) return invalidInput(missingMarketplace);
  const record = call.world.visibleOrder(call.account, orderId, call.now);
  if (!record) return notFound(`Order ${orderId}`);

  record.looks += 1;
  return hal(200, actionsBody(orderId, marketplaceId, isOffered(call, record, marketplaceId)));
}

/** What became of a POST: an answer, or silence now and an acceptance later. */
export type Solicited = { readonly kind: 'answer'; readonly answer: Answer } | { readonly kind: 'accepted-late' };

/** POST: asks the buyer, once per order. `post` is the record of this very request. */
export function createSolicitation(call: Call, post: Post, orderId: string, request: SolicitationRequest): Solicited {
  const marketplaceId = onlyMarketplace(request.query);
  const record = call.world.visibleOrder(call.account, orderId, call.now);
  if (request.body !== '')
    return refused(post, 'body', refusal(415, 'UnsupportedMediaType', 'This operation takes no body.'));
  if (marketplaceId === null) return refused(post, 'marketplaceIds', invalidInput(missingMarketplace));
  if (!record) return refused(post, 'unknown-order', notFound(`Order ${orderId}`));

  const now = standingIn(record, marketplaceId, call);
  switch (now) {
    case 'open':
      return accept(call, record, post, marketplaceId);
    case 'outside-window':
    case 'not-available':
      return refused(post, now, forbidden(now));
    case 'already-requested':
      // Both texts have been seen for it; nobody knows which comes when.
      return refused(post, now, forbidden(call.random.chance(0.5) ? 'already-requested' : 'not-available'));
    default:
      return now satisfies never;
  }
}

interface SolicitationRequest {
  readonly query: URLSearchParams;
  readonly body: string;
}

function accept(call: Call, record: OrderRecord, post: Post, marketplaceId: string): Solicited {
  const late = call.faults.draw(['accepted-late'], { ...eventOf(call, record, 'createSolicitation') });
  if (!late) {
    take(call, record, post, call.now);
    const body: CreateProductReviewAndSellerFeedbackSolicitationResponse = {};
    return { kind: 'answer', answer: hal(201, body) };
  }
  post.decision = 'pending';
  const acceptedAt = call.now + late.afterMs;
  call.world.at(acceptedAt, () => {
    // Another POST may have come in between: Amazon takes one per order, whichever it reaches first.
    const then = standingIn(record, marketplaceId, { now: acceptedAt });
    if (then === 'open') take(call, record, post, acceptedAt);
    else refused(post, then, forbidden('not-available'));
  });
  return { kind: 'accepted-late' };
}

function take(call: Call, record: OrderRecord, post: Post, at: number): void {
  record.acceptedAt = at;
  post.decision = 'accepted';
  call.world.tally(call.account).accepted += 1;
}

function refused(post: Post, why: string, answer: Answer): Solicited {
  post.decision = 'refused';
  post.why = why;
  return { kind: 'answer', answer };
}

function isOffered(call: Call, record: OrderRecord, marketplaceId: string): boolean {
  const event = eventOf(call, record, 'getSolicitationActions');
  if (call.faults.draw(['look-empty'], event)) return false;
  if (record.acceptedAt !== null) {
    const stale = call.faults.draw(['look-stale'], event);
    if (stale && call.now < record.acceptedAt + stale.staleMs) return standing(record.life, null, call.now) === 'open';
  }
  return standingIn(record, marketplaceId, call) === 'open';
}

/** What Amazon answers for a marketplace that is not the order's is not known; here it has nothing to offer there. */
function standingIn(
  { life, acceptedAt }: OrderRecord,
  marketplaceId: string,
  { now }: { readonly now: number },
): Standing {
  return life.marketplaceId === marketplaceId ? standing(life, acceptedAt, now) : 'not-available';
}

function eventOf(call: Call, record: OrderRecord, operation: FaultEvent['operation']): FaultEvent {
  return { operation, moment: 'before', account: call.account.name, orderId: record.life.orderId, now: call.now };
}

function actionsBody(orderId: string, marketplaceId: string, offered: boolean): GetSolicitationActionsForOrderResponse {
  const order = `/solicitations/v1/orders/${orderId}`;
  const query = `?marketplaceIds=${marketplaceId}`;
  const href = `${order}/solicitations/${action}`;
  const links = { self: { href: href + query }, schema: { href: `${href}/schema`, name: action } };
  return {
    _links: { actions: offered ? [{ href: href + query, name: action }] : [], self: { href: order + query } },
    _embedded: { actions: offered ? [{ _links: links }] : [] },
  };
}
