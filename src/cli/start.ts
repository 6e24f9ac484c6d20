import type { Command } from 'commander';
import { startWorker, type Worker } from '../../workers/worker.js';
import type { Config } from '../config/config.js';
import { createLog, type Log, sentenceOf } from '../log.js';
import { configured } from './configured.js';

export function addStart(program: Command): void {
  program
    .command('start')
    .description('run the worker until SIGTERM or SIGINT')
    .action(async (_options: unknown, command: Command) => {
      const config = configured(command);
      const log = createLog({ ...config.log, destination: process.stdout });
      const stopped = stopSignal();
      let worker = await startWorker(config, log);
      let changing: Promise<void> = Promise.resolve();
      process.on('SIGHUP', () => {
        changing = changing
          .then(async () => {
            worker = await startAgain(worker, command, log);
          })
          .catch((error) => {
            // The old worker has stopped and the new one did not start: whoever supervises this process has to know.
            log.error('not-started-again', { error: sentenceOf(error) });
            process.exit(1);
          });
      });
      // A rejection nobody waited for would otherwise end the process in the middle of an answer.
      process.on('unhandledRejection', (error) => log.error('unhandled', { error: sentenceOf(error) }));
      const signal = await stopped;
      log.info('stopping', { signal });
      await changing;
      await worker.stop();
      log.info('stopped');
      process.exit(0);
    });
}

/** Reads the env files anew and goes on with them; where they are wrong, it says so and goes on as before. */
async function startAgain(worker: Worker, command: Command, log: Log): Promise<Worker> {
  let config: Config;
  try {
    config = configured(command);
  } catch (error) {
    log.error('configuration-refused', { error: sentenceOf(error) });
    return worker;
  }
  log.info('starting-again', { signal: 'SIGHUP' });
  await worker.stop();
  return startWorker(config, log);
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
