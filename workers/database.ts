import type { Config } from '../src/config/config.js';
import { startEmbeddedPostgres, type Tell } from '../src/embedded/embedded-postgres.js';
import type { Log } from '../src/log.js';

/** The Postgres in use: the owner's, or the embedded one of DATA_DIR. */
export interface Database {
  readonly url: string;
  readonly embedded: boolean;
  /** Leaves it; the embedded server stops with the last process that uses it. */
  release(): Promise<void>;
}

export async function openDatabase(config: Pick<Config, 'databaseUrl' | 'dataDir'>, log: Tell): Promise<Database> {
  if (config.databaseUrl !== null) {
    return { url: config.databaseUrl.reveal(), embedded: false, release: async () => {} };
  }
  const server = await startEmbeddedPostgres({ dataDir: config.dataDir, log });
  return { url: server.url, embedded: true, release: () => server.stop() };
}

/** Tells the log of it, trouble as what it is. */
export function tellEmbedded(log: Log): Tell {
  return (message, level) => {
    switch (level) {
      case 'info':
        return log.info('embedded-postgres', { message });
      case 'warn':
        return log.warn('embedded-postgres-trouble', { message });
      case 'error':
        return log.error('embedded-postgres-down', { message });
      default:
        return level satisfies never;
    }
  };
}
