import { resolve } from 'node:path';
import type { Command } from 'commander';
import { Duration } from 'luxon';
import { openAccounts } from '../../workers/accounts.js';
import type { Region } from '../amazon/marketplaces.js';
import { systemClock } from '../clock.js';
import type { Config } from '../config/config.js';
import { secretsOf } from '../config/secrets-of.js';
import type { WholeLedger } from '../ledger/whole-ledger.js';
import { Redaction } from '../redaction.js';
import type { StepAccount } from '../steps/step.js';
import { accountChecks } from './checks/account-check.js';
import type { AccountGround } from './checks/account-ground.js';
import { type Check, looked } from './checks/check-line.js';
import { clockChecks } from './checks/clock-check.js';
import { diskChecks } from './checks/disk-check.js';
import { envFilesChecks } from './checks/env-files-check.js';
import { type LedgerReading, readLedger } from './checks/ledger-check.js';
import { queueChecks } from './checks/queue-check.js';
import { settingsChecks } from './checks/settings-check.js';
import { configured, withDatabase, withLedgerOf } from './configured.js';
import { print, printJson } from './terminal.js';

/** Accounts looked at side by side. */
const AT_ONCE = 50;
const LONGEST_CALL = Duration.fromObject({ seconds: 8 });

const startLedger = 'start Postgres, or correct DATABASE_URL';
const startRedis = 'start Redis, or correct REDIS_URL';

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('env files, database, queue, disk, clocks, and each account against Amazon; never asks anybody')
    .option('--json', 'one JSON document')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const config = configured(command);
      const { envFile = '.env' } = command.optsWithGlobals<{ envFile?: string }>();
      const redaction = new Redaction();
      redaction.learn(secretsOf(config));
      const checks = (await allChecks(config, resolve(envFile))).map((check) => ({
        ...check,
        detail: redaction.text(check.detail),
      }));
      const ok = checks.every(({ kind }) => kind !== 'failed');
      await (json ? printJson({ ok, checks: checks.map(documented) }) : print(checks.map(line).join('\n')));
      if (!ok) process.exitCode = 1;
    });
}

/** The shape programs rely on: design 8. */
function documented({ name, kind, detail, remedy }: Check) {
  return { name, ok: kind !== 'failed', kind, detail, remedy };
}

const marks = { ok: 'ok     ', note: 'note   ', failed: 'FAILED ' } as const;

function line({ name, kind, detail, remedy }: Check): string {
  return `${marks[kind]} ${name}: ${detail}${remedy === null ? '' : ` -> ${remedy}`}`;
}

/** Everything side by side; what fails hides nothing else. */
async function allChecks(config: Config, envFile: string): Promise<Check[]> {
  const disk = config.databaseUrl === null ? diskChecks(config.dataDir) : Promise.resolve([]);
  const parts = await Promise.all([
    looked('env files', 'see that this user may read them', () => envFilesChecks(config, envFile, process.cwd())),
    looked('disk', 'see that DATA_DIR is there', () => disk),
    looked('queue', startRedis, () => queueChecks(config)),
    storedChecks(config),
  ]);
  return [...settingsChecks(config, systemClock.now()), ...parts.flat()];
}

async function storedChecks(config: Config): Promise<Check[]> {
  try {
    return await withDatabase(config, async ({ url, embedded, release }) => {
      const place = { url, embedded, holdsQueue: config.redisUrl === null };
      let reading: LedgerReading | null = null;
      const ledger = await looked('ledger', startLedger, async () => {
        reading = await readLedger(place);
        return reading.checks;
      });
      const { isReady, aheadMs } = (reading as LedgerReading | null) ?? { isReady: false, aheadMs: null };
      const ask = (of: WholeLedger | null) => amazonChecks(config, of, aheadMs);
      const amazon = isReady ? await withLedgerOf({ url, embedded, release }, ask) : await ask(null);
      return [...ledger, ...amazon];
    });
  } catch (error) {
    // The embedded one did not even start.
    const ledger = await looked('ledger', startLedger, () => Promise.reject(error));
    return [...ledger, ...(await amazonChecks(config, null, null))];
  }
}

async function amazonChecks(
  config: Config,
  ledger: WholeLedger | null,
  ledgerAheadMs: number | null,
): Promise<Check[]> {
  const quick = {
    ...config,
    requestTimeout: config.requestTimeout < LONGEST_CALL ? config.requestTimeout : LONGEST_CALL,
  };
  const shutdown = new AbortController().signal;
  const accounts = [...openAccounts(quick, systemClock, shutdown).values()];
  const elsewhere = (account: StepAccount, region: Region): StepAccount => {
    const own = config.accounts.filter(({ name }) => name === account.name).map((each) => ({ ...each, region }));
    return openAccounts({ ...quick, accounts: own }, systemClock, shutdown).get(account.name) ?? account;
  };
  let amazonAheadMs: number | null = null;
  const ground: AccountGround = {
    ledger,
    clock: systemClock,
    seen: await marketplacesSeen(ledger),
    elsewhere: config.amazon.spApiEndpoint === null ? elsewhere : null,
    hearAmazon: (aheadMs) => {
      amazonAheadMs ??= aheadMs;
    },
  };
  const checks = await inLanes(accounts, (account) => accountChecks(account, ground));
  return [...clockChecks({ amazonAheadMs, ledgerAheadMs }, config.alarms.clockSkew), ...checks.flat()];
}

async function marketplacesSeen(ledger: WholeLedger | null): Promise<Map<string, Set<string>>> {
  const seen = new Map<string, Set<string>>();
  for (const { account, marketplaceId } of (await ledger?.tallies()) ?? []) {
    if (marketplaceId !== null) seen.set(account, (seen.get(account) ?? new Set()).add(marketplaceId));
  }
  return seen;
}

async function inLanes<T>(accounts: readonly StepAccount[], look: (account: StepAccount) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  const left = [...accounts.entries()];
  const lane = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) results[next[0]] = await look(next[1]);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return results;
}
