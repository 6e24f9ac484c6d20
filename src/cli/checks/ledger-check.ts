import { machineTimers } from '../../clock.js';
import { readMigrations } from '../../ledger/migrations.js';
import { type PostgresSafety, readPostgresSafety } from '../../ledger/postgres-safety.js';
import { type Check, failed, fine, note } from './check-line.js';

const LEAST_VERSION = 15;
/** Of one worker: the ledger's pool. */
const LEDGER_CONNECTIONS = 10;
/** Of one worker whose queue is in the same Postgres. */
const QUEUE_CONNECTIONS = 12;

export interface LedgerReading {
  readonly checks: readonly Check[];
  /** Whether this version can work with it: nothing is left to migrate, and nothing is wrong. */
  readonly isReady: boolean;
  /** By how many milliseconds the ledger's clock is ahead of this machine's; `null`: it did not answer. */
  readonly aheadMs: number | null;
}

export interface LedgerPlace {
  readonly url: string;
  readonly embedded: boolean;
  /** Whether the queue is in the same Postgres. */
  readonly holdsQueue: boolean;
}

/** Throws when the ledger cannot be reached. */
export async function readLedger(place: LedgerPlace): Promise<LedgerReading> {
  const [safety, migrations] = await Promise.all([
    readPostgresSafety(place.url, machineTimers.wall),
    readMigrations(place.url),
  ]);
  const { pending, fromNewerVersion, broken } = migrations;
  const where = place.embedded ? 'embedded Postgres' : 'Postgres';
  const checks = [
    ...(broken === null ? [standing(`${where} ${safety.version}`, pending, fromNewerVersion)] : [brokenLedger(broken)]),
    ...versionCheck(safety),
    ...rightsChecks(safety, place, pending.length > 0),
    ...poolerCheck(safety),
    connectionsCheck(safety, place),
  ];
  const isReady = pending.length === 0 && checks.every(({ kind }) => kind !== 'failed');
  return { checks, isReady, aheadMs: safety.aheadMs };
}

function standing(where: string, pending: readonly string[], newer: readonly string[]): Check {
  if (pending.length > 0) return note('ledger', `${where}, ${pending.length} migrations to apply; start does it`);
  if (newer.length === 0) return fine('ledger', `${where}, up to date`);
  const detail = `${where}, made by a newer askonce (${newer.join(', ')}); this one works beside it`;
  return note('ledger', detail, 'go on with the upgrade when you are ready');
}

function brokenLedger(trouble: string): Check {
  return failed('ledger', trouble, 'restore the backup, or ask for help with the first line of the log');
}

function versionCheck({ majorVersion, version }: PostgresSafety): Check[] {
  if (majorVersion >= LEAST_VERSION) return [];
  return [failed('ledger: version', `Postgres ${version} is too old`, `use ${LEAST_VERSION} or newer`)];
}

function rightsChecks(safety: PostgresSafety, { holdsQueue }: LedgerPlace, isBehind: boolean): Check[] {
  const name = 'ledger: rights';
  if (safety.readOnly) {
    return [failed(name, 'it refuses to be written (a standby, or set read-only)', 'give DATABASE_URL of the primary')];
  }
  const lacks = [
    ...(safety.unwritable.length === 0 ? [] : [`read and write ${safety.unwritable.join(', ')}`]),
    ...(isBehind && !safety.mayMigrate ? ['create in its schema, which the migrations need'] : []),
    ...(holdsQueue && !safety.mayQueue ? ['create the schema "bullmq" for the queue'] : []),
  ];
  if (lacks.length > 0) {
    return [
      failed(name, `this user may not ${lacks.join(', nor ')}`, 'GRANT it, or make the user the owner of the database'),
    ];
  }
  if (safety.mayMigrate) return [fine(name, 'this user may write the ledger and migrate it')];
  return [note(name, 'this user may write the ledger, but not migrate it', 'migrate as another user: askonce migrate')];
}

function poolerCheck({ pooledByTransaction }: PostgresSafety): Check[] {
  if (!pooledByTransaction) return [];
  const detail = 'a pooler in transaction mode stands before it: LISTEN and advisory locks do not work';
  return [
    failed('ledger: connection', detail, 'give DATABASE_URL of Postgres itself, or set the pooler to session mode'),
  ];
}

function connectionsCheck({ connections }: PostgresSafety, { embedded, holdsQueue }: LedgerPlace): Check {
  const name = 'ledger: connections';
  const { most, inUse, ours } = connections;
  const needed = LEDGER_CONNECTIONS + (holdsQueue ? QUEUE_CONNECTIONS : 0);
  // Those of workers that run now, and two of this check.
  const free = most - inUse;
  const detail = `${inUse} of ${most} in use; a worker takes up to ${needed}`;
  if (free >= needed || embedded) return fine(name, detail);
  if (ours >= needed)
    return note(name, `${detail}: no room for one more`, 'raise max_connections before you start another');
  return failed(name, `${detail}: there is no room for it`, 'raise max_connections, or end what else uses them');
}
