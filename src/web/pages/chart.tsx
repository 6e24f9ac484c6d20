import type { VNode } from 'preact';
import type { DayTable } from './day-table.js';
import { count, dayText } from './figures.js';
import { Scrolling } from './table.js';

interface DayChartProps {
  readonly title: string;
  /** What the picture says, in a sentence. */
  readonly says: string;
  readonly table: DayTable;
  /** What a day has room for, drawn as a line. */
  readonly allowed?: { readonly title: string; readonly each: number };
}

/** Stacked bars by day. charts.js draws what stands in the table; without scripts the table is there by itself. */
export function DayChart({ title, says, table, allowed }: DayChartProps): VNode {
  const { columns, rows } = table;
  return (
    <figure class="chart">
      <figcaption>
        <h2>{title}</h2>
        <p>{says}</p>
      </figcaption>
      <div class="plot">
        <canvas role="img" aria-label={`${title}. ${says} The figures are in the table that follows.`} />
      </div>
      <details>
        <summary>{title}, as a table</summary>
        <Scrolling label={`${title}, figures`}>
          <table data-chart>
            <caption class="visually-hidden">{title}</caption>
            <thead>
              <tr>
                <th scope="col">Day (UTC)</th>
                {columns.map((column) => (
                  <th key={column} scope="col" class="figure" data-bars>
                    {column}
                  </th>
                ))}
                {columns.length > 1 ? (
                  <th scope="col" class="figure">
                    Together
                  </th>
                ) : null}
                {allowed === undefined ? null : (
                  <th scope="col" class="figure" data-line>
                    {allowed.title}
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {rows.map(({ day, values, total }) => (
                <tr key={day}>
                  <th scope="row">
                    <time dateTime={day}>{dayText(day)}</time>
                  </th>
                  {columns.map((column, index) => (
                    <td key={column} class="figure">
                      {count(values[index] ?? 0)}
                    </td>
                  ))}
                  {columns.length > 1 ? <td class="figure">{count(total)}</td> : null}
                  {allowed === undefined ? null : <td class="figure">{count(allowed.each)}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolling>
      </details>
    </figure>
  );
}
