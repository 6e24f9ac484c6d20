import { DateTime } from 'luxon';
import { readConfig } from '../../src/config/read-config.js';
import type { SimulatedAccount } from '../../src/simulator/account.js';
import { testPostgres } from '../support/postgres.js';
import { play, type Scenario } from '../support/scenario.js';
import { addTrade, playWeeks, SteppedClock } from './played-weeks.js';

export const TOKEN = 'a-token-for-the-browser-tests';

/** A worker with its pages, as somebody has it who left it alone for weeks. */
export interface DemoSite {
  readonly url: string;
  readonly scenario: Scenario;
  close(): Promise<void>;
}

const application = { clientId: 'amzn1.application-oa2-client.demo', clientSecret: 'amzn1.oa2-cs.v1.demo' };
const accounts: readonly SimulatedAccount[] = [
  { ...application, name: 'north', refreshToken: 'Atzr|demo-north', marketplaces: ['US', 'CA'] },
  { ...application, name: 'europe', refreshToken: 'Atzr|demo-europe', marketplaces: ['DE', 'UK', 'FR'] },
  { ...application, name: 'japan', refreshToken: 'Atzr|demo-japan', marketplaces: ['JP'] },
];

interface DemoOptions {
  /** For how long it has run. */
  readonly days: number;
  /** Orders per day of the busiest account. */
  readonly perDay: number;
}

/** Plays the weeks, then starts a real worker on the same ledger and the same Amazon. */
export async function openDemoSite({ days, perDay }: DemoOptions): Promise<DemoSite> {
  const postgres = await testPostgres();
  const { url: databaseUrl } = await postgres.freshDatabase();
  const clock = new SteppedClock(DateTime.utc().minus({ days }));
  const settings = {
    DATABASE_URL: databaseUrl,
    ADMIN_TOKEN: TOKEN,
    ALERT_EVERY: '1s',
    // What other scenarios hurry up is left as people have it.
    ...Object.fromEntries(['ASK_HOURS', 'ASK_AFTER_DAYS', 'DISCOVER_EVERY', 'RECHECK_EVERY'].map((key) => [key, ''])),
    SETTLE_LOOKS: '15m,24h',
    CLAIM_LEASE: '2m',
    SWEEP_EVERY: '2s',
  };
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  let playing: Promise<void> = Promise.resolve();
  try {
    return await new Promise<DemoSite>((resolve, reject) => {
      playing = play({ accounts, settings, simulator: { clock, seed: 'browser', rates: {} } }, async (scenario) => {
        addTrade(
          scenario.simulator,
          accounts.map(({ name, marketplaces }, index) => ({
            account: name,
            marketplaces,
            perDay: perDay / (1 + index * 0.8),
          })),
          days + 8,
        );
        const reading = readConfig({ environment: {}, cwd: scenario.folder, terminal: false });
        if (reading.kind !== 'ok') throw new Error(JSON.stringify(reading.problems));
        const { faults } = scenario.simulator;
        await playWeeks(reading.config, clock, (instant) => {
          // Of some of the last requests the answer is lost, so that a few are in doubt.
          const isLate = instant > DateTime.utc().minus({ hours: 22 });
          if (isLate && faults.list().length === 0) faults.add({ kind: 'answer-lost', everyNth: 4, times: 4 });
        });
        faults.replace([]);
        const worker = await scenario.startedWorker();
        const { url } = await worker.waitForLog('http-listening');
        resolve({
          url: String(url),
          scenario,
          async close() {
            finish();
            await playing;
            await postgres.stop();
          },
        });
        await finished;
      });
      playing.catch(reject);
    });
  } catch (cause) {
    await postgres.stop();
    throw cause;
  }
}
