import { marketplaceById } from '../amazon/marketplaces.js';
import type { Config } from '../config/config.js';
import type { ReviewRequest } from '../ledger/ledger.js';
import type { ToldPlace } from '../policy/story.js';

/** Whose clock an order is told by: the owner's zone where the account is configured, else the marketplace's own. */
export function toldPlace(
  { account, marketplaceId }: Pick<ReviewRequest, 'account' | 'marketplaceId'>,
  config: Pick<Config, 'accounts'>,
): ToldPlace | null {
  const configured = config.accounts.find(({ name }) => name === account)?.marketplaces ?? [];
  const site = configured.find(({ id }) => id === marketplaceId) ?? marketplaceById(marketplaceId ?? '');
  return site === undefined ? null : { marketplace: site.code, zone: site.zone };
}
