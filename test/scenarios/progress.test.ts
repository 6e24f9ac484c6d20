import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { fastRates, play, type Scenario } from '../support/scenario.js';
import { databases } from '../support/scenario-databases.js';
import { linesOnScreen } from '../support/terminal-screen.js';
import { bareEnvironment, executable } from '../support/worker.js';

const freshDatabase = databases();

/** Thirty pages of an account, each a moment late: some seconds in which something can be shown. */
const simulator = { ordersPerAccount: 150, pageSize: 5, latencyMs: 150, rates: fastRates };
const BAR =
  /reading orders \[[=-]{24}\] \d+ % \| [\d,]+ orders \| [\d.]+\/s \| (?:about \d+ (?:s|min|h) left|time left not known yet)/;
/** The first line of what pino-pretty makes of an event; its facts stand below, indented. */
const PRETTY = /^\[\d\d:\d\d:\d\d\.\d{3}\] [A-Z]+: [a-z-]+$/;

test.concurrent('on a terminal the first reading of orders shows a bar below whole lines of the log, and leaves none behind', async () => {
  await play({ simulator, settings: await freshDatabase() }, async (scenario) => {
    const written = await onTerminal(scenario);
    const bars = written.match(new RegExp(BAR, 'g')) ?? [];
    expect(bars.length).toBeGreaterThan(5);
    expect(new Set(bars).size).toBeGreaterThan(5);

    const lines = linesOnScreen(written);
    const events = lines.filter((line) => line.startsWith('['));
    expect(events.filter((line) => !PRETTY.test(line))).toEqual([]);
    expect(events.filter((line) => line.endsWith('orders-read')).length).toBeGreaterThan(40);
    expect(lines.filter((line) => /reading orders|[=-]{24}/.test(line))).toEqual([]);
    expect(lines.findLast((line) => line !== '')).toMatch(/stopped/);
  });
});

test.concurrent.each(['json', 'pretty'])(
  'elsewhere a %s log is plain lines without control characters',
  async (format) => {
    await play({ simulator, settings: { ...(await freshDatabase()), LOG_FORMAT: format } }, async (scenario) => {
      const worker = scenario.startWorker();
      await scenario.until('all orders are read', () => isRead(worker.lastWords(10_000)));
      await worker.stop();
      const written = worker.lastWords(10_000);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not be there.
      expect(written).not.toMatch(/[\x1b\r]/);
      expect(written).not.toMatch(/reading orders/);
    });
  },
);

/** Lets a worker run on a terminal of its own until it has read all orders, and answers all that it wrote. */
async function onTerminal(scenario: Scenario): Promise<string> {
  const child = spawn('script', ['-qec', `exec ${process.execPath} ${executable} start`, '/dev/null'], {
    cwd: scenario.folder,
    env: { ...bareEnvironment, TERM: 'xterm', COLUMNS: '200' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let written = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    written += part;
  });
  try {
    await scenario.until('all orders are read', () => isRead(written));
    // As a person ends it: Ctrl-C.
    child.stdin.write('\x03');
    await once(child, 'close');
  } finally {
    child.kill('SIGKILL');
  }
  return written;
}

/** Whether both accounts have been read to their last page, by the log in either format. */
function isRead(log: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours.
  return (log.replaceAll(/\x1b\[[\d;]*m/g, '').match(/more"?: ?false/g) ?? []).length >= 2;
}
