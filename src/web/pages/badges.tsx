import type { ComponentChildren, VNode } from 'preact';
import type { State } from '../../policy/review-request.js';
import { reasonText } from '../../policy/story.js';

/** A state, told by shape and word; colour only helps. */
export function StateBadge({ state }: { readonly state: State }): VNode {
  return <span class={`state state-${state}`}>{state}</span>;
}

/** A reason by its code, as every command and filter names it; in words for who points at it. */
export function Reason({ reason }: { readonly reason: string | null }): VNode {
  if (reason === null) return <span class="none">-</span>;
  return (
    <code class="reason" title={reasonText(reason)}>
      {reason}
    </code>
  );
}

/** How something stands. */
export type Mark = 'good' | 'attention' | 'bad' | 'idle';

export function Marked({ mark, children }: { readonly mark: Mark; readonly children: ComponentChildren }): VNode {
  return <span class={`mark mark-${mark}`}>{children}</span>;
}

export function OrderLink({ orderId }: { readonly orderId: string }): VNode {
  return (
    <a class="order-id" href={`/orders/${encodeURIComponent(orderId)}`}>
      {orderId}
    </a>
  );
}
