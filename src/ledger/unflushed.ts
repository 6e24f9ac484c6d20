import { Prisma } from './generated/client.js';

/**
 * Selected in a statement, it lets that statement's commit not wait for the disk. Only where what a crash of the server's machine
 * would forget is done again by itself: never for a claim, nor for what came of one.
 */
export const unflushed = Prisma.sql`set_config('synchronous_commit', 'off', true) AS unflushed`;
