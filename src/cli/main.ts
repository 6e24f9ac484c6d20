import { Command, CommanderError } from 'commander';
import { sentenceOf } from '../log.js';
import { version } from '../package-root.js';

import { addCheck } from './check.js';
import { addDemo } from './demo.js';
import { addExport } from './export.js';
import { addMigrate } from './migrate.js';
import { addNever } from './never.js';
import { addPause } from './pause.js';
import { addPlan } from './plan.js';
import { addSimulate } from './simulate.js';
import { addStart } from './start.js';
import { addStatus } from './status.js';
import { Failure } from './terminal.js';
import { addWhy } from './why.js';

/** Exit status: 0 done, 1 failed, 2 usage or configuration. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('askonce')
    .description('Asks each Amazon buyer for a review exactly once per order.')
    .version(version)
    .option('--env-file <file>', 'read this file instead of .env')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true });
  for (const add of [
    addStart,
    addDemo,
    addCheck,
    addPlan,
    addStatus,
    addWhy,
    addPause,
    addNever,
    addExport,
    addMigrate,
    addSimulate,
  ]) {
    add(program);
  }
  process.stdout.on('error', () => {
    // The reader has gone (`| head`). The worker's work does not depend on who reads its log; any other command is done.
    if (!argv.includes('start')) process.exit(0);
  });
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  process.stderr.write(`${sentenceOf(error)}\n`);
  return error instanceof Failure ? error.exitCode : 1;
}
