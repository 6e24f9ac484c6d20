import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { eventually } from '../../test/support/eventually.js';
import { startRedisServer } from '../../test/support/redis-server.js';
import { Cable } from './cable.js';
import { type PostgresServer, type StopMode, startPostgres } from './postgres-server.js';
import type { Accident, Ground, Scene } from './scene.js';

/** How long the server stays away, before what it takes to start; now and then long enough for every retry to run out. */
const AWAY_MS = { least: 0, most: 1_500, long: 12_000 };
const LONG_EVERY = 10;

/** The ledger restarts; the queue on Redis does not. */
export const postgresFast = restarted('postgres-fast', () => 'fast', { queue: 'redis', workers: 1 });
/** The ledger crashes and recovers; the queue on Redis does not. */
export const postgresImmediate = restarted('postgres-immediate', () => 'immediate', { queue: 'redis', workers: 2 });
/** Ledger and queue are one Postgres and go together. */
export const queueOnPostgres = restarted(
  'queue-on-postgres',
  ({ number }) => (number % 2 === 0 ? 'fast' : 'immediate'),
  { queue: 'postgres', workers: 2 },
);

interface Restarted {
  readonly queue: 'redis' | 'postgres';
  readonly workers: 1 | 2;
}

function restarted(name: string, mode: (accident: Accident) => StopMode, { queue, workers }: Restarted): Scene {
  return {
    name,
    workers,
    mustSay: /terminat|reach|ECONNREFUSED|starting up|closed the connection/i,
    async prepare(): Promise<Ground> {
      const server = await startPostgres();
      const redis = queue === 'redis' ? await startRedisServer() : null;
      return {
        settings: { DATABASE_URL: server.url, ...(redis !== null && { REDIS_URL: redis.url }) },
        async strike(accident) {
          await server.stop(mode(accident));
          const long = accident.number % LONG_EVERY === LONG_EVERY - 1;
          await pause(long ? AWAY_MS.long : accident.random.between(AWAY_MS.least, AWAY_MS.most));
          await server.start();
        },
        async close() {
          await Promise.all([server.close(), redis?.stop()]);
        },
      };
    },
  };
}

const WRITES = /\bCOMMIT\b|\b(?:INSERT INTO|UPDATE|DELETE FROM)\b/;
/** Any statement at all. */
const ANY = /\b(?:SELECT|INSERT|UPDATE|DELETE|BEGIN|COMMIT)\b/;

/** Connections of ledger and queue are ended by the server, cut between two statements, in the middle of one, and before its answer. */
export const connectionsCut: Scene = {
  name: 'connections-cut',
  workers: 2,
  mustSay: /terminating connection|ECONNRESET|closed the connection|terminated/i,
  async prepare(): Promise<Ground> {
    const server = await startPostgres();
    const cable = new Cable(server.port);
    const url = new URL(server.url);
    url.port = String(await cable.open());
    return {
      settings: { DATABASE_URL: url.href },
      strike: ({ number }) => cutOnce(number, cable, server),
      async close() {
        await cable.close();
        await server.close();
      },
    };
  },
};

async function cutOnce(number: number, cable: Cable, server: PostgresServer): Promise<void> {
  switch (number % 5) {
    case 0:
      return endAllSessions(server.url);
    case 1:
      return cable.cut();
    case 2:
      return cable.cutNextRequest(ANY);
    case 3:
      return cable.loseNextAnswer(WRITES);
    default:
      // The transaction is committed, and nobody here is told.
      return cable.loseNextAnswer(/\bCOMMIT\b/);
  }
}

async function endAllSessions(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
  } finally {
    await client.end();
  }
}

/** Whether a Postgres at this URL does its work. */
export async function answers(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('SELECT 1');
  } finally {
    await client.end();
  }
}

/** The network to the database falls silent: nothing arrives, nobody is told, and what was connected never hears again. */
export const postgresSilent: Scene = {
  name: 'postgres-silent',
  workers: 1,
  // A statement may take a minute before its connection is given up.
  oneOf: 10,
  async prepare(): Promise<Ground> {
    const server = await startPostgres();
    const cable = new Cable(server.port);
    const url = new URL(server.url);
    url.port = String(await cable.open());
    return {
      settings: { DATABASE_URL: url.href },
      async strike({ random }) {
        cable.silence();
        await pause(random.between(1_000, 4_000));
        cable.plugIn();
        await eventually(() => answers(url.href));
      },
      async close() {
        await cable.close();
        await server.close();
      },
    };
  },
};
