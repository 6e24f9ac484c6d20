import type { Ledger } from '../../src/ledger/ledger.js';
import { discover } from '../../src/steps/discover.js';
import type { StepContext } from '../../src/steps/step.js';
import { benchContext } from '../support/step-context.js';
import { type Answers, gatewayOf } from './answers.js';

/** Accounts that a worker reads at once. */
const HANDS = 10;

/** One reading of every account, by what the ledger made of the orders. */
export interface Reading {
  readonly seconds: number;
  readonly fresh: number;
  readonly replanned: number;
  readonly unchanged: number;
}

/** Reads every account to its end, as a worker would; each call reads all of them again. */
export function reader(
  ledger: Ledger,
  wakeUps: StepContext['wakeUps'],
  answers: ReadonlyMap<string, Answers>,
): () => Promise<Reading> {
  const accounts = [...answers].map(([name, pages]) => ({ name, gateway: gatewayOf(pages) }));
  const counts = { fresh: 0, replanned: 0, unchanged: 0 };
  const hear = (event: string, facts: Record<string, unknown>) => {
    if (event !== 'orders-read') return;
    for (const name of ['fresh', 'replanned', 'unchanged'] as const) counts[name] += Number(facts[name]);
  };
  const context = benchContext({ ledger, wakeUps, accounts, hear });
  return async () => {
    Object.assign(counts, { fresh: 0, replanned: 0, unchanged: 0 });
    const begun = performance.now();
    const rest = accounts.map(({ name }) => name);
    const hand = async () => {
      for (let name = rest.shift(); name !== undefined; name = rest.shift()) await readToEnd(name, context);
    };
    await Promise.all(Array.from({ length: HANDS }, hand));
    return { seconds: (performance.now() - begun) / 1000, ...counts };
  };
}

async function readToEnd(account: string, context: StepContext): Promise<void> {
  for (;;) {
    const later = await discover(account, context);
    if (later === undefined) return;
    await context.waitUntil(later.again);
  }
}
