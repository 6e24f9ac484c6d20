import type { VNode } from 'preact';
import { type State, states } from '../../policy/review-request.js';
import { StateBadge } from './badges.js';
import { count } from './figures.js';
import { ordersPath } from './orders-query.js';

/** Of a state with few orders among very many, still a sliver can be seen. */
const LEAST_PERCENT = 0.6;

/** All orders as one bar, and what its parts are. */
export function StateBar({ counts }: { readonly counts: Readonly<Record<State, number>> }): VNode {
  const present = states.filter((state) => counts[state] > 0);
  const all = present.reduce((sum, state) => sum + counts[state], 0);
  const widths = present.map((state) => Math.max((counts[state] / all) * 100, LEAST_PERCENT));
  const whole = widths.reduce((sum, width) => sum + width, 0);
  let from = 0;
  const pieces = present.map((state, index) => {
    const width = ((widths[index] ?? 0) / whole) * 100;
    const piece = <rect key={state} class={`fill-${state}`} x={`${from}%`} width={`${width}%`} height="100%" />;
    from += width;
    return piece;
  });
  return (
    <div class="state-bar">
      <svg aria-hidden="true" focusable="false" width="100%" height="14">
        {pieces}
      </svg>
      <ul>
        {present.map((state) => (
          <li key={state} data-key={state}>
            <a href={ordersPath({ state })}>
              <StateBadge state={state} /> <b>{count(counts[state])}</b>
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
