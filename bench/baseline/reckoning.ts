import type { OrderTruth } from '../../src/simulator/truth.js';

/** What became of the orders, by Amazon's own books. */
export interface Fate {
  readonly orders: number;
  readonly accepted: number;
  /** Orders for which another POST arrived after one had been accepted: only Amazon's refusal kept a buyer from being asked twice. */
  readonly doubles: number;
  readonly posts: number;
  /** Not asked, and nobody is going to. */
  readonly lost: number;
  /** Not asked yet. */
  readonly open: number;
}

type Asked = Pick<OrderTruth, 'accepted' | 'posts'>;

/** `open`: orders that the worker still means to ask. */
export function fateOf(orders: readonly Asked[], open: number): Fate {
  const accepted = orders.filter((order) => order.accepted > 0).length;
  const left = orders.length - accepted;
  return {
    orders: orders.length,
    accepted,
    doubles: orders.filter(askedAgain).length,
    posts: orders.reduce((sum, { posts }) => sum + posts.length, 0),
    lost: Math.max(0, left - open),
    open: Math.min(left, open),
  };
}

/** POSTs are in the order of their arrival. */
function askedAgain({ posts }: Asked): boolean {
  const first = posts.findIndex(({ decision }) => decision === 'accepted');
  return first !== -1 && first < posts.length - 1;
}
