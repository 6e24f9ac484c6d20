// Runs a command with DATABASE_URL pointing to an empty database of a Postgres made for it.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../dist/src/embedded/embedded-postgres.js';

const dataDir = mkdtempSync(join(tmpdir(), 'askonce-ci-'));
chmodSync(dataDir, 0o755);
const server = await startEmbeddedPostgres({ dataDir, durable: false });
const [command, ...args] = process.argv.slice(2);
const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, DATABASE_URL: server.url } });
await server.stop();
rmSync(server.home, { recursive: true, force: true });
rmSync(dataDir, { recursive: true, force: true });
process.exit(status ?? 1);
