import { afterAll, beforeAll, test } from '@jest/globals';
import fc from 'fast-check';
import type { Ledgers } from '../ledger-contract.js';
import { noon, tea, toys } from '../planned.js';
import { aPause, aPutOff, aResumption, aSuppression } from './holding.js';
import { alone, type Known, type LedgerCommand, type Operation, together } from './operation.js';
import { Reference } from './reference.js';
import { aPageOfOrders, newPlans, ordersToAsk, rulesChange } from './seeing.js';
import { aClaim, aDoubt, anAnswer, theFence } from './sending.js';
import { aSight, aTakeOver } from './settling.js';
import { theDue, theSweep, timePasses, timeTo } from './time.js';
import type { World } from './world.js';

/** The same walks every time; another seed (`MODEL_SEED`) and more of them (`MODEL_RUNS`) for a longer search. */
const SEED = 20_261_122;
const LONGEST_WALK = 60;

/** What several processes do to one order at the same instant. Expiry is not among it: it leaves rows in use to the next sweep. */
const atOnce: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: aClaim },
  { weight: 4, arbitrary: anAnswer },
  { weight: 2, arbitrary: aTakeOver },
  { weight: 2, arbitrary: aSight },
  { weight: 1, arbitrary: aDoubt },
  { weight: 1, arbitrary: aPutOff },
  { weight: 1, arbitrary: aSuppression },
  { weight: 1, arbitrary: aPageOfOrders },
);

const oneByOne: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 2, arbitrary: aPageOfOrders },
  { weight: 8, arbitrary: aClaim },
  { weight: 6, arbitrary: fc.constant(theFence) },
  { weight: 8, arbitrary: anAnswer },
  { weight: 4, arbitrary: aTakeOver },
  { weight: 5, arbitrary: aSight },
  { weight: 2, arbitrary: aDoubt },
  { weight: 2, arbitrary: aPutOff },
  { weight: 2, arbitrary: aSuppression },
  { weight: 2, arbitrary: aPause },
  { weight: 4, arbitrary: aResumption },
  { weight: 1, arbitrary: fc.constant(theSweep) },
  { weight: 1, arbitrary: fc.constant(theDue) },
  { weight: 2, arbitrary: fc.constant(rulesChange) },
  { weight: 2, arbitrary: newPlans },
);

const commands: fc.Arbitrary<LedgerCommand> = fc.oneof(
  { weight: 12, arbitrary: oneByOne.map(alone) },
  { weight: 3, arbitrary: fc.tuple(atOnce, atOnce).map(([one, other]) => together(one, other)) },
  { weight: 3, arbitrary: timeTo },
  { weight: 1, arbitrary: timePasses },
);

/** Walks at random through everything that can be done to a few orders, the reference beside it. */
export function ledgerModel(name: string, walks: number, openLedgers: () => Promise<Ledgers>): void {
  let ledgers: Ledgers;
  beforeAll(async () => {
    ledgers = await openLedgers();
  });
  afterAll(() => ledgers?.stop());

  test(`whatever is done to orders in the ledger ${name}, it answers and holds what the reference does`, async () => {
    const property = fc.asyncProperty(
      fc.commands([commands], { maxCommands: LONGEST_WALK, size: 'max' }),
      async (walk) => {
        const { ledger, close } = await ledgers.fresh();
        try {
          await ledger.registerAccounts([tea, toys], noon);
          const model: Known = { reference: new Reference() };
          const real: World = { ledger, now: 0, claims: [], onRecord: [] };
          await fc.asyncModelRun(() => ({ model, real }), [alone(ordersToAsk), ...walk]);
        } finally {
          await close();
        }
      },
    );

    await fc.assert(property, {
      seed: Number(process.env['MODEL_SEED'] ?? SEED),
      numRuns: Number(process.env['MODEL_RUNS'] ?? walks),
    });
  }, 600_000);
}
