import type { Config } from '../src/config/config.js';
import { startEmbeddedPostgres } from '../src/embedded/embedded-postgres.js';

/** The Postgres in use: the owner's, or the embedded one of DATA_DIR. */
export interface Database {
  readonly url: string;
  readonly embedded: boolean;
  /** Leaves it; the embedded server stops with the last process that uses it. */
  release(): Promise<void>;
}

export async function openDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataDir'>,
  log: (message: string) => void,
): Promise<Database> {
  if (config.databaseUrl !== null) {
    return { url: config.databaseUrl.reveal(), embedded: false, release: async () => {} };
  }
  const server = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  return { url: server.url, embedded: true, release: () => server.stop() };
}
