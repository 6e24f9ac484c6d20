import type { ComponentChildren, VNode } from 'preact';

interface TableProps {
  /** Says what the table holds to who cannot see where it stands. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly children: ComponentChildren;
}

interface Column {
  readonly title: string;
  /** Figures stand at the right. */
  readonly figures?: boolean;
}

/** A table that scrolls by itself where the page is too narrow for it, also by keyboard. */
export function Table({ caption, columns, children }: TableProps): VNode {
  return (
    <Scrolling label={caption}>
      <table>
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, figures = false }) => (
              <th key={title} scope="col" class={figures ? 'figure' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </Scrolling>
  );
}

export function Scrolling({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): VNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="scrolling" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
