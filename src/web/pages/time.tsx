import type { DateTime } from 'luxon';
import type { VNode } from 'preact';
import { instantText, shortInstantText } from './figures.js';

/**
 * An instant, in UTC. Where scripts run, app.js shows how long ago or how far ahead it is, and keeps that up to date; the
 * instant itself is in the title.
 */
export function When({ at }: { readonly at: DateTime }): VNode {
  return (
    <time dateTime={iso(at)} title={instantText(at)} data-relative>
      {shortInstantText(at)}
    </time>
  );
}

/** `-` for what has no time. */
export function WhenOrNone({ at }: { readonly at: DateTime | null }): VNode {
  return at === null ? <span class="none">-</span> : <When at={at} />;
}

/** An instant whose date matters more than its distance. */
export function Instant({ at }: { readonly at: DateTime }): VNode {
  return (
    <time dateTime={iso(at)} title={instantText(at)}>
      {shortInstantText(at)}
    </time>
  );
}

/** How fresh the page is. By this instant app.js knows the server's clock: that of the machine in front may differ. */
export function AsOf({ now }: { readonly now: DateTime }): VNode {
  return (
    <p class="as-of">
      As of{' '}
      <time dateTime={iso(now)} data-as-of>
        {instantText(now)}
      </time>
      <span data-live-state />
    </p>
  );
}

function iso(instant: DateTime): string {
  return instant.toUTC().toISO() ?? '';
}
