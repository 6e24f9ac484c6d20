import type { State } from '../policy/review-request.js';
import { Prisma } from './generated/client.js';
import type { ListedOrder } from './order-list.js';
import { instant, instantOrNull } from './rows.js';

/** When an order was placed, or first seen: to the letter the expression of the indexes that lists are read along. */
export const listedAt = Prisma.sql`coalesce(ordered_at, first_seen_at)`;

export const listedColumns = Prisma.sql`order_id, account, marketplace_id, state, reason, ${listedAt} AS listed_at,
  next_look_at, ask_at, closes_at, intent_at, sent_at`;

export interface ListedRow {
  readonly order_id: string;
  readonly account: string;
  readonly marketplace_id: string | null;
  readonly state: State;
  readonly reason: string | null;
  readonly listed_at: Date;
  readonly next_look_at: Date | null;
  readonly ask_at: Date | null;
  readonly closes_at: Date | null;
  readonly intent_at: Date | null;
  readonly sent_at: Date | null;
}

export function listedOrder(row: ListedRow): ListedOrder {
  return {
    orderId: row.order_id,
    account: row.account,
    marketplaceId: row.marketplace_id,
    state: row.state,
    reason: row.reason,
    listedAt: instant(row.listed_at),
    nextLookAt: instantOrNull(row.next_look_at),
    askAt: instantOrNull(row.ask_at),
    closesAt: instantOrNull(row.closes_at),
    intentAt: instantOrNull(row.intent_at),
    sentAt: instantOrNull(row.sent_at),
  };
}
