import type { HeldReason } from './answer.js';
import type { FullReason } from './forecast.js';
import type { AskTimeRule, ExpiryReason, WaitReason } from './plan.js';
import type { SkipReason } from './review-request.js';

/** One rule of Amazon's that askonce is held to. */
export interface Clause {
  readonly title: string;
  /** What Amazon says, in our words. */
  readonly says: string;
  /** The page or model that says it. */
  readonly source: string;
  /** What Amazon does to those who break it, where that is known. */
  readonly consequence: string | null;
}

const GUIDELINES =
  'Seller Central, Communication Guidelines, as quoted by feedbackz.com and ecomengine.com/help/compliance-checklist';
const TUTORIAL = 'developer-docs.amazon.com/sp-api/docs/solicit-feedback-for-an-order';
const SET_UP = 'developer-docs.amazon.com/sp-api/docs/set-up-the-solicitations-api';
const MODEL = 'amzn/selling-partner-api-models: models/solicitations-api-model/solicitations.json';
const REVIEWS_POLICY = 'Seller Central, Customer product reviews policies (help page GYRKB5RU3FS5TURN)';

const REFUSED = 'Amazon refuses the request.';
const TEMPLATES_ONLY =
  "Amazon may limit the seller to Amazon's own templates, block messages, or suspend selling privileges.";
const ZERO_TOLERANCE =
  "Amazon's zero tolerance for manipulated reviews: see the clause on consequences, down to the loss of the account.";

/** Amazon's rules for asking buyers, by an id that is stable. */
export const clauses = {
  '30-days': {
    title: 'From 5 to 30 days after delivery',
    says: 'Messages of the seller are sent within 30 days of the completion of the order. A review request is taken from 5 days after the earliest delivery date to 30 days after the latest.',
    source: `${GUIDELINES}; ${SET_UP}`,
    consequence: REFUSED,
  },
  'once-per-order': {
    title: 'One request per order',
    says: 'Only one review request, or one free-form message in its place, is sent for an order. It asks for the product review and the seller feedback together.',
    source: MODEL,
    consequence: `Amazon refuses the second request through its interface. ${TEMPLATES_ONLY}`,
  },
  'no-repeat-by-other-means': {
    title: 'No repetition by other means',
    says: 'Who was asked, by the button in Seller Central, by another tool or in a message, is not asked again by any other way.',
    source: GUIDELINES,
    consequence: TEMPLATES_ONLY,
  },
  'buyer-language': {
    title: "The order and the buyer's language",
    says: "A message names the order and is written in the buyer's language of preference. The review request is Amazon's own text, which Amazon translates and sends itself.",
    source: `ecomengine.com/help/buyers-preferred-language; ${MODEL}`,
    consequence: TEMPLATES_ONLY,
  },
  'no-incentives': {
    title: 'No incentives',
    says: 'No reward, discount, refund or other advantage is offered for a review.',
    source: `${TUTORIAL}; ${REVIEWS_POLICY}`,
    consequence: ZERO_TOLERANCE,
  },
  'no-sentiment': {
    title: 'Not only the happy',
    says: 'Positive reviews are not sought selectively: it is forbidden to ask only buyers who had a good experience, and to ask for a review to be changed or removed.',
    source: `${TUTORIAL}; Seller Central help page G201972160`,
    consequence: ZERO_TOLERANCE,
  },
  'no-marketing': {
    title: 'No marketing',
    says: 'Buyers are not contacted for marketing or promotion; coupons are promotion.',
    source: GUIDELINES,
    consequence: TEMPLATES_ONLY,
  },
  'delivered-orders-only': {
    title: 'Delivered orders only',
    says: 'Reviews are sought for orders that were delivered.',
    source: TUTORIAL,
    consequence: REFUSED,
  },
  'offered-orders-only': {
    title: 'Only where Amazon offers it',
    says: 'Before each request Amazon is asked whether the order is available for one; only where the action is listed may it be called.',
    source: TUTORIAL,
    consequence: REFUSED,
  },
  'seller-authorisation': {
    title: "The seller's authorisation",
    says: 'Calls need the authorisation of the selling partner and the Buyer Solicitation role.',
    source: SET_UP,
    consequence: 'Amazon denies every call of the account.',
  },
  'usage-plan': {
    title: 'No faster than the usage plan',
    says: 'One request per second, five at once, for each operation, selling partner account and application.',
    source: `${MODEL}; developer-docs.amazon.com, Solicitations API rate limits`,
    consequence: 'Amazon answers 429 and sends nothing.',
  },
  consequences: {
    title: 'Consequences',
    says: 'Who breaks the rules for messages may be limited to templates or suspended. Who manipulates reviews loses the selling privileges at once and for good, with funds withheld, the reviews removed and the product delisted; Amazon may go to court and name the seller. What partners and tools do counts as done by the seller.',
    source: `Seller Central, Communication Guidelines, as repeated by an Amazon moderator in the seller forums; ${REVIEWS_POLICY}`,
    consequence: null,
  },
} as const satisfies Readonly<Record<string, Clause>>;

export type ClauseId = keyof typeof clauses;

/** What a decision rests on. */
export type Basis =
  | { readonly by: 'amazon'; readonly clause: ClauseId }
  /** The owner's own rule: none of Amazon's asks for it. `rule` is its key in the env file, or the command. */
  | { readonly by: 'owner'; readonly rule: string };

/** Every word with which the ledger says why an order is, or is not, asked. */
export type DecisionReason =
  | SkipReason
  | WaitReason
  | ExpiryReason
  | HeldReason
  | AskTimeRule
  | FullReason
  /** Refused. */
  | 'asked-elsewhere'
  /** In doubt. */
  | 'answer-lost'
  | 'lease-ran-out'
  | 'gone-after-doubt'
  | 'sent';

/** What each decision rests on. A new reason does not compile before it has its place here. */
export const bases = {
  sent: amazon('once-per-order'),
  'asked-elsewhere': amazon('no-repeat-by-other-means'),

  'wait-after-delivery': owner('ASK_AFTER_DAYS, ASK_AFTER_DAYS_FOR'),
  'window-opens': amazon('30-days'),
  'asking-hours': owner('ASK_HOURS, ASK_WEEKDAYS'),
  deadline: amazon('30-days'),

  'not-shipped': amazon('delivered-orders-only'),
  'not-delivered': amazon('delivered-orders-only'),

  'fulfilled-by': owner('FULFILLED_BY'),
  'only-skus': owner('ONLY_SKUS'),
  'except-skus': owner('EXCEPT_SKUS'),
  'only-asins': owner('ONLY_ASINS'),
  'except-asins': owner('EXCEPT_ASINS'),
  'except-programs': owner('EXCEPT_PROGRAMS'),
  suppressed: owner('askonce never'),
  'marketplace-not-configured': owner('MARKETPLACES'),
  'non-amazon-channel': amazon('offered-orders-only'),
  'marketplace-unknown': amazon('offered-orders-only'),
  // The buyer is asked about the order that it replaces.
  'replacement-order': amazon('once-per-order'),
  cancelled: amazon('delivered-orders-only'),
  unfulfillable: amazon('delivered-orders-only'),
  'package-undeliverable': amazon('delivered-orders-only'),
  'package-returned': amazon('delivered-orders-only'),
  'package-cancelled': amazon('delivered-orders-only'),
  // What cannot be read is not known to be delivered.
  'unreadable-order': amazon('delivered-orders-only'),

  'window-closed': amazon('30-days'),
  'never-shipped': amazon('delivered-orders-only'),
  'never-delivered': amazon('delivered-orders-only'),
  'fate-unknown': amazon('once-per-order'),

  'not-offered': amazon('offered-orders-only'),
  'not-available': amazon('offered-orders-only'),
  'outside-window': amazon('30-days'),
  rejected: amazon('offered-orders-only'),
  'no-answer': amazon('offered-orders-only'),
  throttled: amazon('usage-plan'),
  rate: amazon('usage-plan'),
  'account-trouble': amazon('seller-authorisation'),
  'order-denied': amazon('seller-authorisation'),
  // What certainly was not sent may be sent once.
  'not-sent': amazon('once-per-order'),
  'settled-not-sent': amazon('once-per-order'),
  'answer-lost': amazon('once-per-order'),
  'lease-ran-out': amazon('once-per-order'),
  'gone-after-doubt': amazon('once-per-order'),
  'dry-run': owner('SEND_MODE'),
  'max-per-day': owner('MAX_PER_DAY'),
  'catch-up-per-day': owner('CATCH_UP_PER_DAY'),
} as const satisfies Readonly<Record<DecisionReason, Basis>>;

/** `null` for a word that this version does not know, e.g. one that a newer version wrote. */
export function basisOf(reason: string): Basis | null {
  return isDecisionReason(reason) ? bases[reason] : null;
}

export function isDecisionReason(reason: string): reason is DecisionReason {
  return Object.hasOwn(bases, reason);
}

function amazon<C extends ClauseId>(clause: C) {
  return { by: 'amazon', clause } as const;
}

function owner<R extends string>(rule: R) {
  return { by: 'owner', rule } as const;
}
