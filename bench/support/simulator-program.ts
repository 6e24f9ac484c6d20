import type { SimulatorOptions } from '../../src/simulator/options.js';
import { startSimulator } from '../../src/simulator/server.js';

/** Amazon in a process of its own, so that its work is not counted as ours. Says where it is, as a line of a log. */
const options = JSON.parse(process.argv[2] ?? '{}') as SimulatorOptions;
const { origin, lwaEndpoint } = await startSimulator(options);
process.stdout.write(`${JSON.stringify({ event: 'listening', origin, lwaEndpoint })}\n`);
// Whoever started it has gone: nobody would end it.
process.stdin.resume().on('close', () => process.exit(0));
