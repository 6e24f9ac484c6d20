import { expect, test } from '@jest/globals';
import { play, type Scenario, type Settings } from '../support/scenario.js';
import { databases } from '../support/scenario-databases.js';

const freshDatabase = databases();

/** The faults under which other tools ask twice, forget orders or record them wrongly. */
interface Fault {
  readonly fault: string;
  readonly settings?: Settings;
  readonly happen: (scenario: Scenario) => Promise<void>;
}

const DUE = 30;

const faults: Fault[] = [
  { fault: 'nothing goes wrong', happen: async (scenario) => void scenario.startWorker() },
  {
    fault: 'every second answer is lost after the request was accepted',
    happen: async (scenario) => {
      scenario.simulator.faults.add({ kind: 'answer-lost', everyNth: 2 });
      scenario.startWorker();
    },
  },
  {
    fault: 'every second answer is lost and Amazon goes on offering the action for a while',
    happen: async (scenario) => {
      // The first look still finds the action offered, the second finds it gone: they disagree, and a third decides.
      scenario.simulator.faults.add({ kind: 'answer-lost', everyNth: 2 }, { kind: 'look-stale', staleMs: 2_000 });
      scenario.startWorker();
    },
  },
  {
    fault: 'the token service answers 503 for five seconds',
    happen: async (scenario) => {
      scenario.startWorker();
      await scenario.faultFor(5_000, { kind: 'server-error', status: 503, operations: ['token'] });
    },
  },
  {
    fault: 'every look is denied with 403 for five seconds',
    happen: async (scenario) => {
      scenario.startWorker();
      await scenario.faultFor(5_000, { kind: 'forbidden', text: 'denied', operations: ['getSolicitationActions'] });
    },
  },
  {
    fault: 'the worker is killed right after an acceptance, and Amazon goes on offering the action for a while',
    happen: async (scenario) => {
      // The claim runs out after the times of both looks: they must not take place in the same instant for that.
      scenario.simulator.faults.add(
        { kind: 'delay', ms: 500, operations: ['createSolicitation'] },
        { kind: 'look-stale', staleMs: 3_900 },
      );
      const worker = scenario.startWorker();
      await scenario.untilAccepted(3);
      await worker.kill();
      scenario.startWorker();
    },
  },
];

test.concurrent.each(faults)(
  'all are asked once and recorded as sent although $fault',
  async ({ settings, happen }) => {
    const database = await freshDatabase();
    await play({ settings: { ...database, ...settings } }, async (scenario) => {
      scenario.addDueOrders(DUE / 2, 'north');
      scenario.addDueOrders(DUE / 2, 'europe');
      await happen(scenario);

      await scenario.untilAccepted(DUE);
      const lines = await scenario.untilAgreed();
      expect(lines.filter(({ state }) => state !== 'sent')).toEqual([]);
      expect(scenario.posts).toBe(DUE);
    });
  },
  120_000,
);
