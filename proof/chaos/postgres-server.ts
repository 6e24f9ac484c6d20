import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, initialise, openCluster, urlOf } from '../../src/embedded/cluster.js';
import { findHome } from '../../src/embedded/home.js';
import { findBinaries } from '../../src/embedded/platform-binaries.js';
import { servesDirectory } from '../../src/embedded/processes.js';
import { launchServer } from '../../src/embedded/server.js';
import { eventually } from '../../test/support/eventually.js';

/** As in `pg_ctl stop -m`: `fast` ends the sessions and writes everything; `immediate` is a crash, and the next start recovers. */
export type StopMode = 'fast' | 'immediate';

/** A Postgres of the proof's own. Nobody but the proof brings it back. */
export interface PostgresServer {
  readonly url: string;
  readonly port: number;
  stop(mode: StopMode): Promise<void>;
  /** On the same port; answers once the server does. */
  start(): Promise<void>;
  /** Ends it and deletes its data. */
  close(): Promise<void>;
}

/** It is durable: what it said was committed must be there after a crash, else the proof would blame the worker. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'askonce-chaos-postgres-'));
  // mkdtemp makes it ours alone, and root's server runs under another account.
  await chmod(folder, 0o755);
  const home = await findHome(folder, join(folder, 'elsewhere'), () => {});
  const cluster: Cluster = await openCluster(home, await findBinaries(), true);
  await initialise(cluster);
  let server = await launchServer(cluster);

  const stop = async (mode: StopMode) => {
    process.kill(server.pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await eventually(
      async () => {
        if (await servesDirectory(server.pid, cluster.data)) throw new Error('Postgres has not ended');
      },
      { within: 30_000 },
    );
  };
  return {
    url: urlOf(cluster.password, server.port),
    port: server.port,
    stop,
    async start() {
      server = await launchServer(cluster, server.port);
    },
    async close() {
      if (await servesDirectory(server.pid, cluster.data)) await stop('immediate');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
