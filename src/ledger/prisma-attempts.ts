import { Prisma } from './generated/client.js';
import type { AttemptFacts } from './ledger.js';

/** The attempt's columns as they follow `order_id, account, at`: for `INSERT ... SELECT` inside of one statement. */
export function attemptColumns(): Prisma.Sql {
  return Prisma.sql`(order_id, account, at, kind, outcome, status, request_id, duration_ms, claim_id, detail)`;
}

export function attemptValues(attempt: AttemptFacts, claimId: string | null): Prisma.Sql {
  return Prisma.sql`${attempt.kind}, ${attempt.outcome}, ${attempt.status}::smallint, ${attempt.requestId},
    ${attempt.durationMs === null ? null : Math.round(attempt.durationMs)}::int, ${claimId}::uuid, ${attempt.detail}`;
}
