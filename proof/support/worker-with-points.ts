import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { configured } from '../../src/cli/configured.js';
import { stopSignal } from '../../src/cli/stop-signal.js';
import { createLog, sentenceOf } from '../../src/log.js';
import type { StepContext } from '../../src/steps/step.js';
import { startWorker } from '../../workers/worker.js';
import { aroundPoints } from './around-points.js';
import { broken, isBreak } from './broken.js';
import { BREAK, REACHED, WISHES, type Wish, wishesOf } from './wish.js';

/** `askonce start`, but it kills or stops itself at the points it is told: `WISHES` at the start, lines on its input later. */
let wishes: readonly Wish[] = wishesOf(process.env[WISHES]);
const timesReached = new Map<string, number>();
createInterface({ input: process.stdin })
  .on('line', (line) => {
    wishes = wishesOf(line);
    timesReached.clear();
  })
  // Whoever started it has gone: nobody would end it.
  .on('close', () => process.exit(1));

function reached(point: string, orderId: string | null): void {
  const times = (timesReached.get(point) ?? 0) + 1;
  timesReached.set(point, times);
  const wish = wishes.find((one) => one.point === point && times >= one.nth);
  if (wish === undefined) return;
  // One at a time: the others were alternatives.
  wishes = [];
  // The pipe keeps the line when the process is gone; the log itself might not have been written yet.
  writeSync(1, `${JSON.stringify({ event: REACHED, point, orderId })}\n`);
  // Both signals take effect before this call returns: nothing of this process runs on.
  process.kill(process.pid, wish.act === 'die' ? 'SIGKILL' : 'SIGSTOP');
}

const way = process.env[BREAK];
const around = (context: StepContext) => aroundPoints(isBreak(way) ? broken(context, way) : context, reached);

const config = configured(new Command());
const log = createLog({ ...config.log, destination: process.stdout });
process.on('unhandledRejection', (error) => log.error('unhandled', { error: sentenceOf(error) }));
const stopped = stopSignal();
const worker = await startWorker(config, log, { around });
await stopped;
await worker.stop();
log.info('stopped');
process.exit(0);
