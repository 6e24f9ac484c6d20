import type { Scenario } from './scenario.js';

/** One kind of trouble under which other tools ask twice, forget orders or record them wrongly. */
export interface SixFault {
  readonly fault: string;
  /** Starts a worker in the trouble. */
  readonly happen: (scenario: Scenario) => Promise<void>;
}

export const sixFaults: readonly SixFault[] = [
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
