import { expect, jest, test } from '@jest/globals';
import { simulate } from '../../proof/sim/simulate.js';

// Two months take half a second; on a machine with other work several times as long.
jest.setTimeout(120_000);

/** Seeds of `npm run proof:sim` that once showed something, and what it was. */
test.each([[18, 'a worker dies between its claim and its POST, and the looks that follow are empty']])(
  'seed %i stays mended: %s',
  async (seed) => {
    const { findings } = await simulate(seed, { days: 60, without: new Set(), keepTrace: false });

    expect(findings).toEqual([]);
  },
);
