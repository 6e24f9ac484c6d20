import type { Command } from 'commander';
import { GivenUp } from '../../workers/patience.js';
import { startWorker, type Worker } from '../../workers/worker.js';
import type { Config } from '../config/config.js';
import { secretsOf } from '../config/secrets-of.js';
import { createLog, type Log, sentenceOf } from '../log.js';
import { version } from '../package-root.js';
import { Redaction } from '../redaction.js';
import { showingCatchUp } from './catch-up.js';
import { configured } from './configured.js';
import { Screen } from './screen.js';
import { stopSignal } from './stop-signal.js';
import { surviveUnhandled } from './unhandled.js';

/** Ten seconds is what container platforms give before they kill: whatever hangs then, all that matters is in the ledger. */
const LAST_MS = 9_500;

export function addStart(program: Command): void {
  program
    .command('start')
    .description('run the worker until SIGTERM or SIGINT')
    .action(async (_options: unknown, command: Command) => {
      const redaction = new Redaction();
      const configure = () => {
        const config = configured(command);
        redaction.learn(secretsOf(config));
        return config;
      };
      const config = configure();
      const screen = new Screen(process.stdout);
      const log = showingCatchUp(createLog({ ...config.log, destination: screen, redaction }), screen);
      process.on('exit', () => screen.clear());
      process.exit(await run(config, configure, log));
    });
}

/** How a run came to its end. */
type End =
  | { readonly kind: 'signal' }
  | { readonly kind: 'ledger-gone'; readonly error: string }
  | { readonly kind: 'not-started' | 'not-started-again' | 'unhandled-too-often'; readonly error: string };

/** Runs the worker until something ends it, starting it again on SIGHUP. Answers the exit status. */
async function run(config: Config, configure: () => Config, log: Log): Promise<number> {
  const ending = new AbortController();
  let end: (how: End) => void = () => {};
  const ended = new Promise<End>((resolve) => {
    end = (how) => {
      ending.abort();
      resolve(how);
    };
  });
  void stopSignal().then((signal) => {
    log.info('stopping', { signal });
    end({ kind: 'signal' });
  });
  surviveUnhandled(log, (error) => end({ kind: 'unhandled-too-often', error }));
  log.info('starting', { version });

  let worker: Worker | null = null;
  const start = async (wanted: Config, failed: 'not-started' | 'not-started-again') => {
    try {
      const started = await startWorker(wanted, log, { ending: ending.signal });
      worker = started;
      void started.ledgerGone.then((error) => {
        if (worker === started) end({ kind: 'ledger-gone', error });
      });
    } catch (error) {
      end({
        kind: error instanceof GivenUp && error.what === 'the ledger' ? 'ledger-gone' : failed,
        error: sentenceOf(error),
      });
    }
  };
  let changing = start(config, 'not-started');
  process.on('SIGHUP', () => {
    changing = changing.then(async () => {
      const wanted = ending.signal.aborted ? null : newConfiguration(configure, log);
      if (wanted === null) return;
      log.info('starting-again', { signal: 'SIGHUP' });
      const before = worker;
      worker = null;
      await before?.stop();
      await start(wanted, 'not-started-again');
    });
  });

  const how = await ended;
  setTimeout(() => {
    log.error('not-closed', { error: `not everything had closed after ${LAST_MS / 1000} s` });
    process.exit(sayGoodbye(how, log));
  }, LAST_MS);
  await changing;
  await (worker as Worker | null)?.stop();
  return sayGoodbye(how, log);
}

/** Where the env files are wrong it says so, and all goes on as before. */
function newConfiguration(configure: () => Config, log: Log): Config | null {
  try {
    return configure();
  } catch (error) {
    log.error('configuration-refused', { error: sentenceOf(error) });
    return null;
  }
}

/** The last line of the log. */
function sayGoodbye(how: End, log: Log): number {
  if (how.kind === 'signal') {
    log.info('stopped');
    return 0;
  }
  log.error(how.kind, { error: how.error });
  return 1;
}
