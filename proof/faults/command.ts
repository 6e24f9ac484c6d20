import type { Command } from 'commander';
import type { Finding } from '../../test/support/finding.js';
import { testPostgres } from '../../test/support/postgres.js';
import { play } from '../../test/support/scenario.js';
import { type SixFault, sixFaults } from '../../test/support/six-faults.js';
import { conclude } from '../print.js';
import type { Verdict } from '../verdict.js';

interface FaultsOptions {
  /** Orders that are due when the worker starts. */
  readonly orders: number;
  readonly json: boolean;
}

interface Row {
  readonly fault: string;
  readonly asked: number;
  readonly posts: number;
  readonly recorded: string;
}

/** The accidents that other tools were run under, with the real worker, and what became of each order. */
export function addFaults(program: Command): void {
  program
    .command('faults')
    .description('the six accidents under which other tools lose or misrecord requests')
    .option('--orders <n>', 'due orders per accident', Number, 20)
    .option('--json', 'one JSON document', false)
    .action(async (options: FaultsOptions) => conclude(await proveFaults(options), options));
}

async function proveFaults({ orders, json }: FaultsOptions): Promise<Verdict> {
  const began = performance.now();
  const rows: Row[] = [];
  const findings: Finding[] = [];
  const postgres = await testPostgres();
  try {
    for (const fault of sixFaults) {
      const { url } = await postgres.freshDatabase();
      await run(fault, orders, url, rows, findings);
      const row = rows.at(-1);
      if (!json && row !== undefined) {
        process.stdout.write(`${row.fault}: ${row.asked} asked, ${row.posts} POSTs; ${row.recorded}\n`);
      }
    }
  } finally {
    await postgres.stop();
  }
  return {
    name: 'faults',
    figures: {
      accidents: rows.length,
      orders: rows.length * orders,
      asked: sum(rows.map(({ asked }) => asked)),
      POSTs: sum(rows.map(({ posts }) => posts)),
    },
    findings,
    seconds: (performance.now() - began) / 1000,
  };
}

async function run(
  { fault, happen }: SixFault,
  orders: number,
  url: string,
  rows: Row[],
  findings: Finding[],
): Promise<void> {
  await play({ settings: { DATABASE_URL: url } }, async (scenario) => {
    scenario.addDueOrders(Math.ceil(orders / 2), 'north');
    scenario.addDueOrders(Math.floor(orders / 2), 'europe');
    await happen(scenario);
    await scenario.untilAccepted(orders);
    const lines = await scenario.untilAgreed();
    const ways = lines.map(({ state, how }) => (how === null ? state : `${state}, ${how}`));
    const counts = [...new Set(ways)].map((way) => `${ways.filter((one) => one === way).length} ${way}`);
    const { accepted: asked, posts } = scenario;
    rows.push({ fault, asked, posts, recorded: counts.join('; ') });
    if (posts > asked) findings.push({ kind: 'double', text: `${fault}: ${posts} POSTs for ${asked} orders` });
  }).catch((error: Error) => findings.push({ kind: 'lost', text: `${fault}: ${error.message}` }));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
