import pg from 'pg';

const CONNECT_PATIENCE_MS = 5_000;
const QUERY_PATIENCE_MS = 5_000;

/** What a Postgres is, and what it lets this user do, as far as askonce depends on it. */
export interface PostgresSafety {
  /** Of the server, e.g. 15. */
  readonly majorVersion: number;
  readonly version: string;
  /** Whether writing is refused altogether: a standby, or a database or user that is set so. */
  readonly readOnly: boolean;
  /** Whether this user may apply migrations: create in the schema. */
  readonly mayMigrate: boolean;
  /** Whether the queue can be had in this database: its schema is there, or may be created. */
  readonly mayQueue: boolean;
  /** Tables of the ledger that this user may not read and write. */
  readonly unwritable: readonly string[];
  /** Sessions do not stay with one connection of the server: neither LISTEN nor advisory locks work. */
  readonly pooledByTransaction: boolean;
  readonly connections: {
    /** That this user may have here at all. */
    readonly most: number;
    readonly inUse: number;
    /** Those of them that are this user's. */
    readonly ours: number;
  };
  /** By how many milliseconds the server's clock is ahead of this machine's, to about the time of an answer. */
  readonly aheadMs: number;
}

/** Looks and changes nothing; `now` is this machine's clock, in milliseconds since 1970. Throws when Postgres cannot be reached within some seconds. */
export async function readPostgresSafety(url: string, now: () => number): Promise<PostgresSafety> {
  const one = await connect(url);
  try {
    const facts = await row<Facts>(one, FACTS);
    const answered = now();
    return {
      majorVersion: Math.floor(facts.version_num / 10_000),
      version: facts.version.split(' ')[0] ?? facts.version,
      readOnly: facts.read_only,
      mayMigrate: facts.may_create,
      mayQueue: facts.may_queue,
      unwritable: facts.unwritable,
      pooledByTransaction: await isPooledByTransaction(url, one),
      connections: { most: facts.most, inUse: facts.in_use, ours: facts.ours },
      aheadMs: facts.now.getTime() - answered,
    };
  } finally {
    await one.end().catch(() => {});
  }
}

interface Facts {
  readonly version: string;
  readonly version_num: number;
  readonly read_only: boolean;
  readonly may_create: boolean;
  readonly may_queue: boolean;
  readonly unwritable: string[];
  readonly most: number;
  readonly in_use: number;
  readonly ours: number;
  readonly now: Date;
}

/** The append-only tables need no UPDATE or DELETE; a right that a trigger refuses anyway is not asked for. */
const FACTS = `
  SELECT current_setting('server_version') AS version,
    current_setting('server_version_num')::int AS version_num,
    pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on' AS read_only,
    COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create,
    COALESCE(has_schema_privilege(to_regnamespace('bullmq'), 'USAGE, CREATE'),
      has_database_privilege(current_database(), 'CREATE')) AS may_queue,
    COALESCE((
      SELECT array_agg(c.relname::text ORDER BY c.relname)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = current_schema() AND c.relkind = 'r'
        AND c.relname IN ('selling_partner', 'discovery_feed', 'review_request', 'attempt', 'usage_plan', 'suppression',
          'alarm', 'digest', 'operator_action', 'tally_change')
        AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
          AND (c.relname IN ('attempt', 'suppression', 'operator_action', 'tally_change') OR has_table_privilege(c.oid, 'UPDATE')))
    ), '{}') AS unwritable,
    LEAST(
      current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
      NULLIF((SELECT datconnlimit FROM pg_database WHERE datname = current_database()), -1),
      NULLIF((SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user), -1)
    ) AS most,
    (SELECT count(*)::int FROM pg_stat_activity WHERE datid IS NOT NULL) AS in_use,
    (SELECT count(*)::int FROM pg_stat_activity WHERE usename = current_user AND datid IS NOT NULL) AS ours,
    clock_timestamp() AS now`;

/**
 * A pooler in transaction mode gives a connection of the server to whoever begins next. A second client that keeps one busy
 * gets the one that the first had used, or the first gets another one than before.
 */
async function isPooledByTransaction(url: string, one: pg.Client): Promise<boolean> {
  const other = await connect(url);
  try {
    const before = await pidOf(one);
    await other.query('BEGIN');
    const others = await pidOf(other);
    const after = await pidOf(one);
    return others === before || after !== before;
  } finally {
    await other.end().catch(() => {});
  }
}

async function pidOf(client: pg.Client): Promise<number> {
  return (await row<{ pid: number }>(client, 'SELECT pg_backend_pid() AS pid')).pid;
}

async function row<T extends pg.QueryResultRow>(client: pg.Client, sql: string): Promise<T> {
  const { rows } = await client.query<T>(sql);
  if (rows[0] === undefined) throw new Error('Postgres did not answer');
  return rows[0];
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_PATIENCE_MS,
    query_timeout: QUERY_PATIENCE_MS,
    application_name: 'askonce-check',
  });
  client.on('error', () => {});
  await client.connect();
  return client;
}
