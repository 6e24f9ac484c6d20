import type { DateTime } from 'luxon';
import type { VNode } from 'preact';
import type { ReviewRequest } from '../../ledger/ledger.js';
import { dayText } from './figures.js';

type Pictured = Pick<ReviewRequest, 'delivery' | 'opensAt' | 'closesAt' | 'askAt' | 'sentAt'>;

/**
 * Delivery and window of an order on one line, with where it stands: only for the eye, since every instant of it stands in
 * the facts beside it. Nothing for an order without a window.
 */
export function WindowPicture({ order, now }: { readonly order: Pictured; readonly now: DateTime }): VNode | null {
  const { delivery, opensAt, closesAt, askAt, sentAt } = order;
  if (delivery === null || opensAt === null || closesAt === null) return null;
  const from = Math.min(delivery.earliest.toMillis(), sentAt?.toMillis() ?? Number.POSITIVE_INFINITY);
  const until = closesAt.toMillis();
  const place = (instant: DateTime) => `${(((instant.toMillis() - from) / (until - from)) * 96 + 2).toFixed(2)}%`;
  const width = (begin: DateTime, end: DateTime) =>
    `${Math.max(((end.toMillis() - begin.toMillis()) / (until - from)) * 96, 0.6).toFixed(2)}%`;
  const isWithin = now.toMillis() > from && now.toMillis() < until;
  return (
    <figure class="window" aria-hidden="true">
      <svg aria-hidden="true" width="100%" height="56" focusable="false">
        <line class="axis" x1="2%" x2="98%" y1="26" y2="26" />
        <rect
          class="delivery"
          x={place(delivery.earliest)}
          width={width(delivery.earliest, delivery.latest)}
          y="21"
          height="10"
          rx="2"
        />
        <rect class="open" x={place(opensAt)} width={width(opensAt, closesAt)} y="18" height="16" rx="3" />
        {sentAt === null && askAt !== null ? <circle class="ask" cx={place(askAt)} cy="26" r="6" /> : null}
        {sentAt === null ? null : <circle class="sent" cx={place(sentAt)} cy="26" r="6" />}
        {isWithin ? <line class="now" x1={place(now)} x2={place(now)} y1="8" y2="44" /> : null}
      </svg>
      <figcaption>
        <span class="key key-delivery">delivered about {dayText(dayOf(delivery.about))}</span>
        <span class="key key-open">
          window {dayText(dayOf(opensAt))} to {dayText(dayOf(closesAt))}
        </span>
        {sentAt === null ? (
          askAt === null ? null : (
            <span class="key key-ask">time to ask {dayText(dayOf(askAt))}</span>
          )
        ) : (
          <span class="key key-sent">asked {dayText(dayOf(sentAt))}</span>
        )}
        {isWithin ? <span class="key key-now">now</span> : null}
      </figcaption>
    </figure>
  );
}

function dayOf(instant: DateTime): string {
  return instant.toUTC().toISODate() ?? '';
}
