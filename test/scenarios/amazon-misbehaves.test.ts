import { expect, test } from '@jest/globals';
import type { FaultInput } from '../../src/simulator/fault.js';
import type { SimulatorOptions } from '../../src/simulator/options.js';
import { play } from '../support/scenario.js';
import { databases } from '../support/scenario-databases.js';

const freshDatabase = databases();

interface Trouble {
  readonly trouble: string;
  readonly faults: readonly FaultInput[];
  readonly simulator?: SimulatorOptions;
  /** POSTs beyond one per order: Amazon had not taken the first, and the looks said so. */
  readonly repeats?: number;
  readonly throttlingExpected?: boolean;
}

const DUE = 20;
const post: { operations: 'createSolicitation'[] } = { operations: ['createSolicitation'] };
const look: { operations: 'getSolicitationActions'[] } = { operations: ['getSolicitationActions'] };

const troubles: Trouble[] = [
  {
    trouble: 'it answers 500 before it accepts some, and after it accepted others',
    faults: [
      { kind: 'server-error', moment: 'before', ...post, everyNth: 5, times: 3 },
      { kind: 'server-error', moment: 'after', status: 503, ...post, everyNth: 4 },
    ],
    repeats: 3,
  },
  {
    trouble: 'it hangs before it accepts some, and after it accepted others',
    faults: [
      { kind: 'hang', moment: 'before', ...post, everyNth: 5, times: 3 },
      { kind: 'hang', moment: 'after', ...post, everyNth: 4, times: 3 },
      { kind: 'hang', ...look, everyNth: 10, times: 2 },
    ],
    repeats: 3,
  },
  {
    trouble: 'its answers are not JSON',
    faults: [
      { kind: 'broken-json', ...post, everyNth: 3 },
      { kind: 'broken-json', ...look, everyNth: 6, times: 3 },
      { kind: 'broken-json', operations: ['searchOrders'], times: 1 },
      { kind: 'broken-json', operations: ['token'], times: 1 },
    ],
  },
  {
    trouble: 'its page tokens expire in the middle of a read',
    faults: [{ kind: 'page-token-expired', everyNth: 2, times: 2 }],
    simulator: { pageSize: 3 },
  },
  {
    trouble: 'some of its answers are far too long',
    faults: [
      { kind: 'huge-body', bytes: 64_000_000, ...look, everyNth: 10, times: 2 },
      { kind: 'huge-body', bytes: 64_000_000, ...post, everyNth: 10, times: 2 },
    ],
  },
  {
    trouble: 'it resets connections before it accepts',
    faults: [{ kind: 'reset', ...post, everyNth: 4, times: 4 }],
    repeats: 4,
  },
  {
    trouble: 'it refuses some for pace, although we keep to it',
    faults: [{ kind: 'throttle', operations: ['getSolicitationActions', 'createSolicitation'], everyNth: 9, times: 2 }],
    throttlingExpected: true,
  },
];

test.concurrent.each(troubles)(
  'nobody is asked twice and nobody forgotten although $trouble',
  async ({ faults, simulator, repeats = 0, throttlingExpected = false }) => {
    const database = await freshDatabase();
    await play({ settings: database, ...(simulator && { simulator }) }, async (scenario) => {
      scenario.addDueOrders(DUE / 2, 'north');
      scenario.addDueOrders(DUE / 2, 'europe');
      scenario.simulator.faults.add(...faults);
      scenario.startWorker();

      await scenario.untilAccepted(DUE);
      const lines = await scenario.untilAgreed({ throttlingExpected });
      expect(lines.filter(({ state }) => state !== 'sent')).toEqual([]);
      const unthrottled = scenario.truth.orders.flatMap(({ posts }) => posts).filter(({ status }) => status !== 429);
      expect(unthrottled).toHaveLength(DUE + repeats);
    });
  },
);

test.concurrent('nobody is forgotten although every look comes back empty for five seconds', async () => {
  // The looks are further apart than the trouble is long: one of them finds out that Amazon had not taken the request.
  const settings = { ...(await freshDatabase()), SETTLE_LOOKS: '1s,8s' };
  await play({ settings }, async (scenario) => {
    scenario.addDueOrders(DUE);
    scenario.simulator.faults.add({ kind: 'reset', ...post, everyNth: 3, times: 3 });
    scenario.startWorker();
    await scenario.untilAccepted(5);
    await scenario.faultFor(5_000, { kind: 'look-empty' });

    await scenario.untilAccepted(DUE);
    await scenario.untilAgreed({ undecidedForMs: 6_500 });
  });
});
