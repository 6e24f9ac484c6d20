import { Prisma } from './generated/client.js';

/**
 * What a decided order need not keep: its attempts tell under which claim it was asked, and by which process. In a ledger of
 * millions these are some seven bytes in a hundred.
 */
export const claimIsOver = Prisma.sql`claim_id = NULL, claimed_by = NULL, lease_until = NULL`;
