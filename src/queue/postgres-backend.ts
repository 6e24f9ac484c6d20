import { createPostgresBackend, Queue, runMigrations, Worker } from 'bullmq';
import pg from 'pg';
import { type Backend, fullName, QUEUE_NAMES } from './backend.js';
import { succeedsWithin } from './within.js';

/** BullMQ's name for it wherever it is given a pool; another cannot be had then. */
const SCHEMA = 'bullmq';
/** Each worker keeps one connection to LISTEN on; the rest is for queries. */
const POOL_SIZE = QUEUE_NAMES.length + 7;
const LONGEST_WAIT_SECONDS = 10;

export function postgresBackend(url: string, silentAfterMs: number, onError: (error: Error) => void): Backend {
  const pool = new pg.Pool({
    ...connectionTo(url),
    max: POOL_SIZE,
    keepAlive: true,
    // A firewall that forgot a connection, or a machine that is gone, tells nobody; the system would wait for minutes to hours.
    keepAliveInitialDelayMillis: 10_000,
    query_timeout: silentAfterMs,
    connectionTimeoutMillis: 5_000,
    application_name: 'askonce-queue',
  });
  // Each queue and each worker of BullMQ hangs a listener of its own on the pool.
  pool.setMaxListeners(4 * QUEUE_NAMES.length);
  pool.on('error', onError);
  // The pool hears its idle clients only, and an 'error' event that nobody hears ends the process.
  pool.on('connect', (client) => client.on('error', onError));

  return {
    kind: 'postgres',
    openQueue: (name, options) => new Queue(fullName(name), { ...options, connection: pool }, createPostgresBackend),
    openWorker: (name, ring, options) =>
      new Worker(fullName(name), ring, { ...options, connection: pool }, impatientBackend),
    async prepare() {
      const client = await pool.connect();
      try {
        await runMigrations(client, SCHEMA);
      } finally {
        client.release();
      }
    },
    async ping() {
      await pool.query('SELECT 1');
    },
    safety: async () => null,
    async close() {
      await succeedsWithin(2_000, pool.end());
    },
  };
}

/**
 * Looks for work every ten seconds, as on Redis, also where nobody calls. BullMQ would wait for up to an hour for the next
 * delayed wake-up, and hear of no new one where the connection it listens on died in silence.
 */
const impatientBackend: typeof createPostgresBackend = (...given) => {
  const backend = createPostgresBackend(...given);
  Object.defineProperty(backend, 'maximumBlockTimeout', { value: LONGEST_WAIT_SECONDS });
  return backend;
};

/** Adds the schema to what the URL says itself: pg takes an `options` in the URL before one that is handed over. */
function connectionTo(url: string): pg.ClientConfig {
  const parsed = new URL(url);
  const options = [parsed.searchParams.get('options'), `-c search_path=${SCHEMA},public`].filter(Boolean).join(' ');
  parsed.searchParams.delete('options');
  return { connectionString: parsed.href, options };
}
