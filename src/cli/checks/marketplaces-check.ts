import type { OrdersPage } from '../../amazon/gateway.js';
import { marketplaceById } from '../../amazon/marketplaces.js';
import type { StepAccount } from '../../steps/step.js';
import { type AccountGround, myTurn } from './account-ground.js';
import { type Check, failed, fine, note } from './check-line.js';

/** What a worker has read in this time needs no call of the check's: Amazon grants one in three minutes. */
const FRESH_MINUTES = 60;
/** Amazon wants the beginning in the past. */
const LOOK_BACK_MINUTES = 10;

/**
 * Whether the account's orders can be read in its marketplaces. Amazon's list of an account's marketplaces (Sellers API) takes a
 * role that asking does not need; so this is judged by the orders' own call, and where no order was ever seen it says so.
 */
export async function marketplacesChecks(account: StepAccount, ground: AccountGround): Promise<Check[]> {
  const name = `${account.name}: marketplaces`;
  const { marketplaceIds } = account;
  const stale = await notReadLately(account, ground);
  if (stale.length === 0) return [whole(name, marketplaceIds, account, ground)];
  const outcome = await search(account, stale, ground);
  if (outcome === 'not-asked') {
    return [
      note(
        name,
        `orders of ${codes(stale)} were not read lately, and the pace is used up right now`,
        'try again later',
      ),
    ];
  }
  if (outcome.kind === 'page') return [whole(name, marketplaceIds, account, ground)];
  const refused = stale.length === 1 && isRefusal(outcome) ? stale : await refusedOf(account, stale, outcome, ground);
  if (refused.length > 0) {
    const remedy = 'take them out of MARKETPLACES, or give them an account of their own';
    return [failed(name, `Amazon refuses to tell orders of ${codes(refused)}`, remedy)];
  }
  return [failed(name, `orders of ${codes(stale)} cannot be read (${causeOf(outcome)})`, 'try again')];
}

function whole(name: string, ids: readonly string[], account: StepAccount, { ledger, seen }: AccountGround): Check {
  const unseen = ids.filter((id) => !seen.get(account.name)?.has(id));
  const told = `Amazon tells orders of ${codes(ids)}`;
  if (unseen.length === 0 || ledger === null) return fine(name, told);
  const remedy = 'nothing, if the account has not sold there yet';
  return note(name, `${told}; none of ${codes(unseen)} was seen so far`, remedy);
}

async function notReadLately(
  { name, marketplaceIds }: StepAccount,
  { ledger, clock }: AccountGround,
): Promise<string[]> {
  const since = clock.now().minus({ minutes: FRESH_MINUTES });
  const feeds = (await ledger?.feeds(name, marketplaceIds)) ?? [];
  const fresh = feeds.filter(({ watermark }) => watermark !== null && watermark >= since);
  const read = new Set(fresh.flatMap((feed) => feed.marketplaceIds));
  return marketplaceIds.filter((id) => !read.has(id));
}

async function search(
  account: StepAccount,
  marketplaceIds: readonly string[],
  ground: AccountGround,
): Promise<OrdersPage | 'not-asked'> {
  if (!(await myTurn(account.name, 'searchOrders', ground))) return 'not-asked';
  const updatedAfter = ground.clock.now().minus({ minutes: LOOK_BACK_MINUTES });
  return (await account.gateway.searchOrders({ marketplaceIds, updatedAfter, paginationToken: null })).outcome;
}

/** Refused together, asked one by one. */
async function refusedOf(
  account: StepAccount,
  ids: readonly string[],
  together: OrdersPage,
  ground: AccountGround,
): Promise<string[]> {
  if (!isRefusal(together)) return [];
  const answers = await Promise.all(ids.map((id) => search(account, [id], ground)));
  return ids.filter((_, index) => {
    const answer = answers[index];
    return answer !== undefined && answer !== 'not-asked' && isRefusal(answer);
  });
}

function isRefusal(outcome: OrdersPage): boolean {
  if (outcome.kind === 'account-trouble') return outcome.trouble === 'denied';
  return outcome.kind === 'no-answer' && outcome.cause === 'rejected';
}

function causeOf(outcome: OrdersPage): string {
  switch (outcome.kind) {
    case 'account-trouble':
      return outcome.trouble;
    case 'no-answer':
      return outcome.cause;
    case 'throttled':
      return 'other software uses up the pace, 429';
    default:
      return outcome.kind;
  }
}

function codes(ids: readonly string[]): string {
  return ids.map((id) => marketplaceById(id)?.code ?? id).join(', ');
}
