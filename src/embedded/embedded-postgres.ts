import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type Cluster, initialise, openCluster, urlOf } from './cluster.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { findHome } from './home.js';
import { reasonIn } from './last-words.js';
import { findBinaries } from './platform-binaries.js';
import { stillServes } from './processes.js';
import { findServer, launchServer, type Server, shutDown } from './server.js';
import { withStartLock } from './start-lock.js';
import { signIn, signOut } from './users.js';

/** Told what the server does, and of its trouble: `warn` where it has passed, `error` where it lasts. */
export type Tell = (message: string, level: 'info' | 'warn' | 'error') => void;

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  readonly log?: Tell;
  /** Where data go that root's unprivileged account cannot reach in `dataDir`. */
  readonly systemFolder?: string;
  /** `false` only for tests: a crash of the machine may lose everything. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres {
  /** Stays true for as long as `stop` was not called, also when the server had to be started anew. */
  readonly url: string;
  /** The folder that holds the data, the password and a copy of the programs where one was needed. */
  readonly home: string;
  /** Whether this call started the server; otherwise it joined one. */
  readonly started: boolean;
  /** Leaves the server; the last of all processes to leave stops it. Safe to call twice. */
  stop(): Promise<void>;
}

/** More than a crash recovery, which the holder may be waiting for. */
const LOCK_TIMEOUT_MS = 150_000;
/** A drain must end within ten seconds. A server still writing by then goes on by itself, and the next start waits for it. */
const LEAVE_LOCK_MS = 3_000;
const SHUTDOWN_WAIT_MS = 5_000;
const LOOK_AFTER_EVERY_MS = 1_000;

/** Serves the ledger from `dataDir`, starting a server or joining the one that another process of ours has started. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const log: Tell = options.log ?? (() => {});
  try {
    const installed = await findBinaries();
    const home = await findHome(options.dataDir, options.systemFolder ?? '/var/lib/askonce', (message) =>
      log(message, 'info'),
    );
    return await withStartLock(join(home.folder, 'starting'), LOCK_TIMEOUT_MS, async () => {
      const cluster = await openCluster(home, installed, options.durable ?? true);
      const running = await findServer(cluster);
      if (running === null) await initialise(cluster);
      const server = running ?? (await launchServer(cluster));
      const entry = await signIn(join(home.folder, 'users'));
      return use(cluster, server, { started: running === null, entry, log });
    });
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    throw new EmbeddedPostgresError(
      `The embedded Postgres in ${options.dataDir} could not be started: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

interface Use {
  readonly started: boolean;
  readonly entry: string;
  readonly log: Tell;
}

function use(cluster: Cluster, first: Server, { started, entry, log }: Use): EmbeddedPostgres {
  const home = cluster.home.folder;
  const locked = (timeoutMs: number, task: () => Promise<void>) =>
    withStartLock(join(home, 'starting'), timeoutMs, task);
  let server = first;
  let stopping: Promise<void> | null = null;
  let reviving = false;
  // Each is told once until the server is back: it is tried every second, perhaps for hours.
  const complaints = new Set<string>();

  // Nobody else would bring it back: the system's out-of-memory killer takes databases first.
  const looking = setInterval(() => {
    if (reviving) return;
    reviving = true;
    void revive().finally(() => {
      reviving = false;
    });
  }, LOOK_AFTER_EVERY_MS);
  looking.unref();

  async function revive(): Promise<void> {
    if (await stillServes(server.pid, cluster.data)) return;
    try {
      // Throws when somebody has deleted it: then there is nothing to serve, and nothing must be made in its place.
      await access(cluster.data);
      await locked(LOCK_TIMEOUT_MS, async () => {
        if (!stopping) await replace();
      });
      complaints.clear();
    } catch (error) {
      const why = error instanceof EmbeddedPostgresError ? error.brief : (error as Error).message;
      // Pids and the like differ each time.
      const complaint = why.replaceAll(/\d+/g, '0');
      if (!complaints.has(complaint))
        log(`the embedded Postgres has ended and cannot be started again yet: ${why}`, 'error');
      complaints.add(complaint);
    }
  }

  async function replace(): Promise<void> {
    const why = reasonIn(server.lastLines());
    const found = await findServer(cluster);
    if (found && found.port !== first.port) {
      throw new EmbeddedPostgresError(`another process serves it on port ${found.port} now; start askonce anew`);
    }
    server = found ?? (await launchServer(cluster, first.port));
    log(`the embedded Postgres had ended and was started again${why ? `; it had said: ${why}` : ''}`, 'warn');
  }

  async function leave(): Promise<void> {
    clearInterval(looking);
    try {
      await locked(LEAVE_LOCK_MS, async () => {
        if ((await signOut(join(home, 'users'), entry)) === 'others remain') return;
        if (!(await shutDown(cluster, SHUTDOWN_WAIT_MS))) {
          log('the embedded Postgres is still writing its data and will end by itself', 'info');
        }
      });
    } catch (error) {
      // The next user to leave finds this one gone and does what was left undone.
      log(`the embedded Postgres was left without ado: ${(error as Error).message}`, 'warn');
    }
  }

  return {
    url: urlOf(cluster.password, first.port),
    home,
    started,
    stop: () => {
      stopping ??= leave();
      return stopping;
    },
  };
}
