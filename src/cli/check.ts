import type { Command } from 'commander';
import { openAccounts } from '../../workers/accounts.js';
import type { CallFacts } from '../amazon/gateway.js';
import { type Clock, systemClock } from '../clock.js';
import type { Config } from '../config/config.js';
import type { Ledger } from '../ledger/ledger.js';
import { pendingMigrations } from '../ledger/migrations.js';
import { sentenceOf } from '../log.js';
import type { AccountTrouble, LookOutcome } from '../policy/outcome.js';
import { ourShare, publishedPlans } from '../policy/usage-plan.js';
import { readEvictionPolicy } from '../queue/eviction-policy.js';
import type { StepAccount } from '../steps/step.js';
import { configured, withDatabase, withLedgerOf } from './configured.js';
import { print, printJson } from './terminal.js';

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do; `null` when there is nothing to do. */
  readonly remedy: string | null;
}

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('env files, database, queue, clock, and each account against Amazon; never asks anybody')
    .option('--json', 'one JSON document')
    .action(async ({ json }: { json?: boolean }, command: Command) => {
      const config = configured(command);
      const checks = [configurationCheck(config), ...(await storageChecks(config))];
      const ok = checks.every((check) => check.ok);
      await (json ? printJson({ ok, checks }) : print(checks.map(line).join('\n')));
      if (!ok) process.exitCode = 1;
    });
}

function line({ name, ok, detail, remedy }: Check): string {
  return `${ok ? 'ok     ' : 'FAILED '} ${name}: ${detail}${remedy === null ? '' : ` -> ${remedy}`}`;
}

function configurationCheck(config: Config): Check {
  const accounts = config.accounts.map(
    ({ name, marketplaces, sendMode }) =>
      `${name} (${[...marketplaces.map(({ code }) => code), ...(sendMode === config.sendMode ? [] : [sendMode])].join(' ')})`,
  );
  return {
    name: 'configuration',
    ok: true,
    detail: `${config.sendMode}; accounts ${accounts.join(', ')}`,
    remedy: null,
  };
}

async function storageChecks(config: Config): Promise<Check[]> {
  const queue = await queueCheck(config);
  try {
    return await withDatabase(config, async (database) => {
      const pending = await pendingMigrations(database.url);
      const accounts = await withLedgerOf(database, (ledger) =>
        accountChecks(config, pending.length === 0 ? ledger : null),
      );
      return [migrationsCheck(pending, database.embedded), queue, ...accounts];
    });
  } catch (error) {
    const remedy = 'start the server, or correct DATABASE_URL';
    return [{ name: 'ledger', ok: false, detail: sentenceOf(error), remedy }, queue];
  }
}

function migrationsCheck(pending: readonly string[], embedded: boolean): Check {
  const where = embedded ? 'embedded Postgres' : 'Postgres';
  if (pending.length === 0) return { name: 'ledger', ok: true, detail: `${where}, up to date`, remedy: null };
  return {
    name: 'ledger',
    ok: true,
    detail: `${where}, ${pending.length} migrations to apply; start does it`,
    remedy: null,
  };
}

async function queueCheck({ redisUrl }: Config): Promise<Check> {
  const name = 'queue';
  if (redisUrl === null) return { name, ok: true, detail: "in the ledger's Postgres", remedy: null };
  try {
    const policy = await readEvictionPolicy(redisUrl.reveal());
    if (policy === 'noeviction') return { name, ok: true, detail: 'Redis, noeviction', remedy: null };
    const remedy = 'CONFIG SET maxmemory-policy noeviction, and write it into redis.conf';
    return { name, ok: false, detail: `Redis throws jobs away when memory runs short (${policy})`, remedy };
  } catch (error) {
    return { name, ok: false, detail: sentenceOf(error), remedy: 'start Redis, or correct REDIS_URL' };
  }
}

async function accountChecks(config: Config, ledger: Ledger | null): Promise<Check[]> {
  const accounts = openAccounts(config, systemClock, new AbortController().signal);
  const checks = await Promise.all([...accounts.values()].map((account) => accountCheck(account, ledger, systemClock)));
  return checks.flat();
}

/** An order id of Amazon's form that no order has: the call asks for nothing but the right to ask. */
const NOBODYS_ORDER = '000-0000000-0000000';

async function accountCheck(account: StepAccount, ledger: Ledger | null, clock: Clock): Promise<Check[]> {
  const token = await account.gateway.prepare();
  if (token.kind === 'account-trouble') return [troubled(`${account.name}: token`, token.trouble)];
  const tokenCheck = { name: `${account.name}: token`, ok: true, detail: 'Amazon gives one', remedy: null };

  const marketplaceId = account.marketplaceIds[0];
  const order = (await ledger?.anotherOrder(account.name, '')) ?? null;
  if (marketplaceId === undefined) return [tokenCheck];
  const operation = 'getSolicitationActions';
  // A running worker shares this pace; the check waits for its turn.
  await ledger?.reserve(account.name, operation, ourShare(publishedPlans[operation]), 5000, clock.now());
  const { outcome, call } = await account.gateway.look(order ?? { orderId: NOBODYS_ORDER, marketplaceId });
  return [tokenCheck, roleCheck(account.name, outcome), ...clockCheck(account.name, call, clock)];
}

function roleCheck(account: string, outcome: LookOutcome): Check {
  const name = `${account}: role`;
  switch (outcome.kind) {
    case 'offered':
    case 'gone':
    case 'rejected':
      return { name, ok: true, detail: 'Amazon answers about solicitations', remedy: null };
    case 'throttled':
      return { name, ok: true, detail: 'Amazon answers, but other software uses up the pace (429)', remedy: null };
    case 'account-trouble':
      return troubled(name, outcome.trouble);
    case 'no-answer':
      return {
        name,
        ok: false,
        detail: `no answer (${outcome.cause})`,
        remedy: 'try again; look at the network and SP_API_ENDPOINT',
      };
    default:
      return outcome satisfies never;
  }
}

function troubled(name: string, trouble: AccountTrouble): Check {
  return { name, ok: false, detail: trouble, remedy: remedyFor(trouble) };
}

function remedyFor(trouble: AccountTrouble): string {
  switch (trouble) {
    case 'token-unavailable':
      return 'the token service does not answer: try again; look at the network and LWA_ENDPOINT';
    case 'denied':
      return 'add the Buyer Solicitation role, authorise the application again, and compare SP_API_REGION';
    case 'token-expired':
      return 'try again; if it stays, authorise the application again';
    case 'secret-expired':
      return 'rotate the client secret and write it into LWA_CLIENT_SECRET';
    case 'revoked':
      return 'authorise the application again and write the new LWA_REFRESH_TOKEN';
    case 'bad-client':
      return 'correct LWA_CLIENT_ID and LWA_CLIENT_SECRET';
    default:
      return trouble satisfies never;
  }
}

/** Windows are days wide, so a minute does no harm; beyond it something is wrong with this machine's time. */
const MOST_SKEW_SECONDS = 60;

function clockCheck(account: string, { amazonTime }: CallFacts, clock: Clock): Check[] {
  if (amazonTime === null) return [];
  const skew = Math.round(clock.now().diff(amazonTime).as('seconds'));
  const detail = `${Math.abs(skew)} s ${skew < 0 ? 'behind' : 'before'} Amazon's`;
  const ok = Math.abs(skew) <= MOST_SKEW_SECONDS;
  return [{ name: `${account}: clock`, ok, detail, remedy: ok ? null : 'set the clock of this machine (NTP)' }];
}
