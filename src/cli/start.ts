import type { Command } from 'commander';
import { startWorker } from '../../workers/worker.js';
import { createLog, sentenceOf } from '../log.js';
import { configured } from './configured.js';

export function addStart(program: Command): void {
  program
    .command('start')
    .description('run the worker until SIGTERM or SIGINT')
    .action(async (_options: unknown, command: Command) => {
      const config = configured(command);
      const log = createLog({ ...config.log, destination: process.stdout });
      const stopped = stopSignal();
      const worker = await startWorker(config, log);
      // A rejection nobody waited for would otherwise end the process in the middle of an answer.
      process.on('unhandledRejection', (error) => log.error('unhandled', { error: sentenceOf(error) }));
      const signal = await stopped;
      log.info('stopping', { signal });
      await worker.stop();
      log.info('stopped');
      process.exit(0);
    });
}

/** The first signal asks for an orderly end, the second ends at once. */
export function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (asked) process.exit(1);
        asked = true;
        resolve(signal);
      });
    }
  });
}
