import { columns } from '../../src/cli/terminal.js';

/** What one bench measured. */
export interface Measured {
  /** As in `npm run bench -- NAME`. */
  readonly name: string;
  readonly ratio: number;
  /** What is divided by what, in words. */
  readonly ratioOf: string;
  readonly figures: Figures;
  /** The same for a person; the first row is the head. */
  readonly table: readonly (readonly Cell[])[];
}

/** Units stand in the names. `null`: not to be had on this machine. */
export interface Figures {
  readonly [name: string]: Figure;
}
type Figure = number | string | null | readonly Figures[] | Figures;

export type Cell = number | string | null;

/** Prints a table and the ratio for a person, or one JSON document. */
export function conclude(measured: Measured, { json }: { readonly json?: boolean }): void {
  process.stdout.write(json === true ? `${documentOf(measured)}\n` : reportOf(measured));
}

function documentOf({ name, ratio, ratioOf, figures }: Measured): string {
  return JSON.stringify({ name, ratio: rounded(ratio), ratioOf, figures }, (_key, value) =>
    typeof value === 'number' ? rounded(value) : value,
  );
}

function reportOf({ name, ratio, ratioOf, table }: Measured): string {
  const text = columns(table.map((row) => row.map(cellText)));
  return `${text}\n\n${name}: ${cellText(ratio)} (${ratioOf})\n`;
}

function cellText(cell: Cell): string {
  if (cell === null) return '-';
  return typeof cell === 'number' ? rounded(cell).toLocaleString('en', { maximumFractionDigits: 4 }) : cell;
}

/** Four figures that count; all of a whole number's. */
export function rounded(value: number): number {
  if (!Number.isFinite(value) || Number.isInteger(value)) return value;
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4));
}
