import { expect, test } from '@jest/globals';
import { columnsFor, dayTable } from '../../src/web/pages/day-table.js';

const tally = (account: string, day: string, orders: number) => ({ account, day, orders });

test('every account has its column, also one without an order, and every day its row', () => {
  const tallies = [tally('tea', '2026-03-01', 3), tally('mugs', '2026-03-03', 2), tally('tea', '2026-03-03', 1)];

  const columns = columnsFor(tallies, ['spoons']);

  expect(columns).toEqual(['mugs', 'spoons', 'tea']);
  expect(dayTable(tallies, ['2026-03-01', '2026-03-02', '2026-03-03'], columns).rows).toEqual([
    { day: '2026-03-01', values: [0, 0, 3], total: 3 },
    { day: '2026-03-02', values: [0, 0, 0], total: 0 },
    { day: '2026-03-03', values: [2, 0, 1], total: 3 },
  ]);
});

test('of too many accounts the busiest have columns, and the others share one: nothing is left out', () => {
  const accounts = Array.from({ length: 20 }, (_, index) => `account-${String(index).padStart(2, '0')}`);
  const tallies = accounts.map((account, index) => tally(account, '2026-03-01', index));

  const columns = columnsFor(tallies, []);
  const { rows } = dayTable(tallies, ['2026-03-01'], columns);

  expect(columns).toEqual([...accounts.slice(14), 'others']);
  expect(rows[0]?.total).toBe(190);
  expect(rows[0]?.values.at(-1)).toBe(91);
});
