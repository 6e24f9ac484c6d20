// A process that uses the embedded Postgres until its standard input ends. Runs what was built, as the real one does.
import { startEmbeddedPostgres } from '../../dist/src/embedded/embedded-postgres.js';

const server = await startEmbeddedPostgres({ dataDir: process.argv[2], durable: false });
process.stdout.write(`${JSON.stringify({ url: server.url, started: server.started })}\n`);
process.stdin.resume();
process.stdin.once('end', () => server.stop());
