import type { DayTally } from '../../ledger/overview.js';

/** Figures by day and account, ready to be drawn: one row for each day, one column for each account. */
export interface DayTable {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly day: string; readonly values: readonly number[]; readonly total: number }[];
}

/** A chart with more colours than this tells less. */
const MOST_COLUMNS = 7;
const OTHERS = 'others';

/**
 * The accounts that get a column of their own, by name; both charts of the page use the same, so that a colour is one account.
 * Where there are too many, the busiest.
 */
export function columnsFor(tallies: readonly DayTally[], accounts: readonly string[]): string[] {
  const names = [...new Set([...accounts, ...tallies.map(({ account }) => account)])].sort();
  if (names.length <= MOST_COLUMNS) return names;
  const total = (name: string) => sum(tallies.filter(({ account }) => account === name).map(({ orders }) => orders));
  const totals = new Map(names.map((name) => [name, total(name)]));
  const busiest = names.toSorted((a, b) => (totals.get(b) ?? 0) - (totals.get(a) ?? 0)).slice(0, MOST_COLUMNS - 1);
  return [...busiest.sort(), OTHERS];
}

/** Days without a tally count nothing; accounts without a column count among the others. */
export function dayTable(tallies: readonly DayTally[], days: readonly string[], columns: readonly string[]): DayTable {
  const values = new Map<string, number>();
  for (const { account, day, orders } of tallies) {
    const key = `${day} ${columns.includes(account) ? account : OTHERS}`;
    values.set(key, (values.get(key) ?? 0) + orders);
  }
  const rows = days.map((day) => {
    const row = columns.map((column) => values.get(`${day} ${column}`) ?? 0);
    return { day, values: row, total: sum(row) };
  });
  return { columns, rows };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
