import { setTimeout as pause } from 'node:timers/promises';
import { AlignedClock } from '../aligned-clock.js';
import { machineTimers } from '../clock.js';
import type { Config } from '../config/config.js';
import { secretsOf } from '../config/secrets-of.js';
import { applyMigrations } from '../ledger/migrations.js';
import { createLog } from '../log.js';
import { Redaction } from '../redaction.js';
import { resumeIfAnswered } from '../steps/account-trouble.js';
import { discover } from '../steps/discover.js';
import type { StepAccount, StepContext } from '../steps/step.js';
import { showingCatchUp } from './catch-up.js';
import { withDatabase, withLedgerOf } from './configured.js';
import { Screen } from './screen.js';

/** A page that is this far away is left to the worker: Amazon grants one every three minutes once the burst is used up. */
const PATIENCE_MS = 10_000;

/** Reads the orders of every account into the ledger, as the worker would; asks nobody. Says so where it could not finish. */
export async function readAmazonFirst(config: Config, accounts: ReadonlyMap<string, StepAccount>): Promise<void> {
  // Standard output belongs to the plan.
  const screen = new Screen(process.stderr);
  const redaction = new Redaction();
  redaction.learn(secretsOf(config));
  await withDatabase(config, async (database) => {
    await applyMigrations(database.url);
    await withLedgerOf(database, async (ledger) => {
      const clock = new AlignedClock(machineTimers, () => {});
      await clock.followLedger(ledger.time);
      await ledger.registerAccounts([...accounts.values()], clock.now());
      const context: StepContext = {
        ledger,
        wakeUps: { ring: async () => {}, ringNow: async () => {} },
        clock,
        random: Math.random,
        waitUntil: async (instant) => {
          await pause(Math.max(instant.diff(clock.now()).toMillis(), 0));
        },
        log: showingCatchUp(
          createLog({ level: 'warn', format: config.log.format, destination: screen, redaction }),
          screen,
        ),
        accounts,
        settings: { ...config, looks: config.settleLooks },
        worker: `plan-${process.pid}`,
      };
      try {
        await Promise.all([...accounts.values()].map((account) => readAccount(account, context, screen)));
      } finally {
        screen.clear();
      }
    });
  });
}

async function readAccount(account: StepAccount, context: StepContext, screen: Screen): Promise<void> {
  const { name } = account;
  await resumeIfMended(account, context);
  for (;;) {
    const later = await discover(name, context);
    const paused = (await context.ledger.account(name))?.paused;
    if (paused?.by === 'askonce') {
      screen.write(`${name}: not all orders are read; the account is paused. ${paused.reason}.\n`);
      return;
    }
    if (later === undefined) return;
    const wait = later.again.diff(context.clock.now()).toMillis();
    if (wait > PATIENCE_MS) {
      screen.write(`${name}: not all orders are read yet; the worker goes on at ${later.again.toISO()}.\n`);
      return;
    }
    await pause(Math.max(wait, 100));
  }
}

/** As the sweep does: a person who mended what Amazon refused need not tell us. */
async function resumeIfMended(account: StepAccount, context: StepContext): Promise<void> {
  const state = await context.ledger.account(account.name);
  if (state?.paused?.by === 'askonce') await resumeIfAnswered(account, context);
}
