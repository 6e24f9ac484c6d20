import { expect, test } from '@jest/globals';
import { simulate } from '../../proof/sim/simulate.js';

/**
 * Seeds of `npm run proof:sim` that once showed something, and what it was. What a seed brings changes with what the
 * simulation draws, so each mend of ours is held by a test beside its code as well.
 */
test.each([
  [18, 'a worker dies between its claim and its POST, and a look that follows is wrongly empty'],
  [82, 'the owner excludes an order while it is in doubt, and it comes back to be asked'],
  [382, 'a worker that slept before its look puts it off, and draws the next one forward that another had planned'],
  [421, 'between two empty looks Amazon offers the action in an answer that cannot be read'],
])('seed %i stays mended: %s', async (seed) => {
  const { findings } = await simulate(seed, { days: 60, without: new Set(), keepTrace: false });

  expect(findings).toEqual([]);
});
