import { z } from 'zod';
import { marketplaceByCode } from '../amazon/marketplaces.js';

const text = z.string().min(1);

export const accountSchema = z.strictObject({
  name: text,
  refreshToken: text,
  clientId: text,
  clientSecret: text,
  /** Country codes as in `MARKETPLACES`, e.g. `US`. */
  marketplaces: z
    .array(z.string().refine((code) => marketplaceByCode(code) !== undefined, 'not one of Amazon\u2019s marketplaces'))
    .min(1),
  /** Names another account: the same seller, authorised a second time, with the same orders. */
  sameSellerAs: text.optional(),
});

/** One authorisation: what LWA knows of it, and where it sells. */
export type SimulatedAccount = Readonly<z.output<typeof accountSchema>>;

/** What `askonce simulate` serves when nothing else is asked for. The secrets open nothing but the simulator. */
export const defaultAccounts: readonly SimulatedAccount[] = [
  {
    name: 'north',
    refreshToken: 'Atzr|simulated-north',
    clientId: 'amzn1.application-oa2-client.simulated',
    clientSecret: 'amzn1.oa2-cs.v1.simulated',
    marketplaces: ['US', 'CA'],
  },
  {
    name: 'europe',
    refreshToken: 'Atzr|simulated-europe',
    clientId: 'amzn1.application-oa2-client.simulated',
    clientSecret: 'amzn1.oa2-cs.v1.simulated',
    marketplaces: ['DE', 'UK'],
  },
];
