import type { DateTime } from 'luxon';
import type { DeliveryEstimate, Evidence, SeenBefore } from '../policy/evidence.js';
import { instantAt } from '../policy/instants.js';
import type { KnownBy, State } from '../policy/review-request.js';
import type { Sight } from '../policy/settling.js';
import type { ReviewRequest as Row } from './generated/client.js';
import type { ReviewRequest } from './ledger.js';

/** `Date` lives only here, at the edge to Prisma; inside it is luxon, in UTC. */
export function instant(date: Date): DateTime {
  return instantAt(date.getTime());
}

export function instantOrNull(date: Date | null): DateTime | null {
  return date === null ? null : instant(date);
}

export function reviewRequest(row: Row): ReviewRequest {
  const delivery = deliveryOnRecord(row);
  return {
    orderId: row.orderId,
    account: row.account,
    marketplaceId: row.marketplaceId,
    state: row.state as State,
    reason: row.reason,
    rule: row.rule,
    delivery,
    opensAt: instantOrNull(row.opensAt),
    closesAt: instantOrNull(row.closesAt),
    askAt: instantOrNull(row.askAt),
    nextLookAt: instantOrNull(row.nextLookAt),
    catchUp: row.catchUp,
    fulfilledBy: row.fulfilledBy,
    factsAt: instant(row.factsAt),
    seen: seenBefore(row),
    claimId: row.claimId,
    leaseUntil: instantOrNull(row.leaseUntil),
    intentAt: instantOrNull(row.intentAt),
    posts: row.posts,
    doubts: row.doubts,
    looks: row.looks,
    settleLooks: row.settleLooks,
    lastSight: row.lastSight as Sight | null,
    sentAt: instantOrNull(row.sentAt),
    knownBy: row.knownBy as KnownBy | null,
    firstSeenAt: instant(row.firstSeenAt),
  };
}

type DeliveryColumns = Pick<Row, 'deliveredEarliest' | 'deliveredAbout' | 'deliveredLatest' | 'evidence'>;

export function deliveryOnRecord(row: DeliveryColumns): DeliveryEstimate | null {
  if (row.deliveredEarliest === null || row.deliveredAbout === null || row.deliveredLatest === null) return null;
  return {
    earliest: instant(row.deliveredEarliest),
    about: instant(row.deliveredAbout),
    latest: instant(row.deliveredLatest),
    evidence: row.evidence as Evidence,
  };
}

function seenBefore(row: DeliveryColumns & Pick<Row, 'shippedSeenAt' | 'undeliveredAt'>): SeenBefore {
  return {
    shippedSeenAt: instantOrNull(row.shippedSeenAt),
    undeliveredAt: instantOrNull(row.undeliveredAt),
    delivered: deliveryOnRecord(row),
  };
}
