import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Cable } from '../../proof/chaos/cable.js';
import { play, type Scenario, type Settings } from '../support/scenario.js';
import { databases, testOnRedis, withRedis } from '../support/scenario-databases.js';
import { executable, type Worker } from '../support/worker.js';

const freshDatabase = databases();
/** What was touched a moment ago is found by the next read. */
const simulator = { searchLagSeconds: 0 };

test.concurrent('a worker that is started before its Postgres waits for it, and then asks', async () => {
  await withCable(async (settings, cable) => {
    cable.unplug();
    await play({ settings, simulator }, async (scenario) => {
      scenario.addDueOrders(3);
      const worker = scenario.startWorker();
      await worker.waitForLog('waiting-for-ledger');
      cable.plugIn();
      await scenario.untilAccepted(3);
      expect(worker.logged('waiting-for-ledger')).toHaveLength(1);
    });
  });
});

testOnRedis('a worker that is started before its Redis waits for it, and then asks', async () => {
  const { DATABASE_URL } = await freshDatabase();
  await withRedis(async (redis) => {
    await redis.stop();
    await play({ settings: { DATABASE_URL, REDIS_URL: redis.url } }, async (scenario) => {
      scenario.addDueOrders(3);
      const worker = scenario.startWorker();
      await worker.waitForLog('waiting-for-queue');
      await redis.start();
      await scenario.untilAccepted(3);
      expect(worker.logged('waiting-for-queue')).toHaveLength(1);
    });
  });
});

test.concurrent('SIGTERM ends a worker that still waits for its ledger, in order', async () => {
  await withCable(async (settings, cable) => {
    cable.unplug();
    await play({ settings, simulator }, async (scenario) => {
      const worker = scenario.startWorker();
      await worker.waitForLog('waiting-for-ledger');
      expect(await worker.stop()).toMatchObject({ code: 0 });
      expect(lastEvent(worker)).toBe('stopped');
    });
  });
});

test.concurrent('a ledger that never comes ends the worker with status 1, and the last line says so', async () => {
  await withCable(async (settings, cable) => {
    cable.unplug();
    await play({ simulator, settings: { ...settings, LEDGER_GONE_EXIT: '2s' } }, async (scenario) => {
      const worker = scenario.startWorker();
      expect(await worker.end()).toBe(1);
      expect(worker.logged('ledger-gone')).toMatchObject([
        { level: 'error', error: expect.stringContaining('the ledger could not be reached for 2 s') },
      ]);
      expect(lastEvent(worker)).toBe('ledger-gone');
    });
  });
});

test.concurrent('a ledger that goes away for longer than LEDGER_GONE_EXIT ends the worker with status 1; the next one goes on', async () => {
  await withCable(async (settings, cable) => {
    await play({ simulator, settings: { ...settings, LEDGER_GONE_EXIT: '3s' } }, async (scenario) => {
      scenario.addDueOrders(2);
      const worker = scenario.startWorker();
      await scenario.untilAccepted(2);
      cable.unplug();
      expect(await worker.end()).toBe(1);
      expect(worker.logged('ledger-unreachable')).toMatchObject([{ level: 'warn', error: expect.any(String) }]);
      expect(lastEvent(worker)).toBe('ledger-gone');

      cable.plugIn();
      addFreshOrders(scenario, 2);
      scenario.startWorker();
      await scenario.untilAccepted(4);
      await scenario.untilAgreed();
    });
  });
});

test.concurrent('a ledger that comes back in time ends nothing', async () => {
  await withCable(async (settings, cable) => {
    await play({ simulator, settings: { ...settings, LEDGER_GONE_EXIT: '60s' } }, async (scenario) => {
      const worker = await scenario.startedWorker();
      cable.unplug();
      await worker.waitForLog('ledger-unreachable');
      cable.plugIn();
      await worker.waitForLog('ledger-back');
      addFreshOrders(scenario, 2);
      await scenario.untilAccepted(2);
    });
  });
});

test.concurrent('a refused password is not waited for', async () => {
  const { DATABASE_URL } = await freshDatabase();
  const url = new URL(DATABASE_URL);
  url.password = 'not-the-password';
  await play({ settings: { DATABASE_URL: url.href } }, async (scenario) => {
    const worker = scenario.startWorker();
    expect(await worker.end()).toBe(1);
    expect(worker.logged('not-started')).toMatchObject([{ error: expect.stringContaining('password') }]);
    expect(worker.logged('waiting-for-ledger')).toEqual([]);
    expect(worker.lastWords()).not.toContain('not-the-password');
  });
});

test.concurrent('an error that nobody expected is told, and everything goes on', async () => {
  await play({ simulator, settings: await freshDatabase() }, async (scenario) => {
    const worker = slippingWorker(
      scenario,
      onceItListens(
        'setTimeout(() => { throw new Error("a timer slipped"); }); void Promise.reject(new Error("a promise slipped"));',
      ),
    );
    await worker.waitForLog('started');
    await scenario.until('both slips are told', () => worker.logged('unhandled').length === 2);
    expect(worker.logged('unhandled').map(({ error }) => error)).toEqual(
      expect.arrayContaining(['a timer slipped', 'a promise slipped']),
    );

    addFreshOrders(scenario, 3);
    await scenario.untilAccepted(3);
    expect(await worker.stop()).toMatchObject({ code: 0 });
  });
});

test.concurrent('a process in which everything slips ends itself, so that a new one takes its place', async () => {
  await play({ simulator, settings: await freshDatabase() }, async (scenario) => {
    const worker = slippingWorker(scenario, onceItListens('setInterval(() => { throw new Error("it slips"); }, 10);'));
    expect(await worker.end()).toBe(1);
    expect(lastEvent(worker)).toBe('unhandled-too-often');
  });
});

test.concurrent('an embedded Postgres that dies is started again by the worker', async () => {
  await play({ simulator }, async (scenario) => {
    const worker = await scenario.startedWorker();
    const pid = await postmasterOf(scenario);
    process.kill(pid, 'SIGKILL');
    await worker.waitForLog('embedded-postgres-trouble');
    expect(worker.logged('embedded-postgres-trouble')).toMatchObject([{ level: 'warn' }]);
    addFreshOrders(scenario, 2);
    await scenario.untilAccepted(2);
    expect(await worker.stop()).toMatchObject({ code: 0 });
  });
});

/** Code that runs in the worker as soon as it hears of errors that nobody expected, however long its start takes. */
function onceItListens(code: string): string {
  return `const wait = setInterval(() => {
    if (process.listenerCount('uncaughtException') === 0) return;
    clearInterval(wait);
    ${code}
  }, 50)`;
}

/** A Postgres behind a cable that can be pulled. */
async function withCable(story: (settings: Settings, cable: Cable) => Promise<void>): Promise<void> {
  const { DATABASE_URL } = await freshDatabase();
  const url = new URL(DATABASE_URL);
  const cable = new Cable(Number(url.port));
  url.port = String(await cable.open());
  try {
    await story({ DATABASE_URL: url.href }, cable);
  } finally {
    await cable.close();
  }
}

/** Due ones that a worker finds which has read everything before them. */
function addFreshOrders(scenario: Scenario, count: number): void {
  scenario.simulator.world.addOrders(Array.from({ length: count }, () => ({ account: 'north', touchedAt: '-30s' })));
}

async function postmasterOf({ folder }: Scenario): Promise<number> {
  const files = await readdir(join(folder, 'data'), { recursive: true });
  const file = files.find((path) => path.endsWith('postmaster.pid'));
  return Number((await readFile(join(folder, 'data', file ?? ''), 'utf8')).split('\n')[0]);
}

/** A worker with a part in it that does what no part of ours is meant to do. */
function slippingWorker(scenario: Scenario, code: string): Worker {
  const slip = `data:text/javascript,${encodeURIComponent(code)}`;
  return scenario.startWorker({ command: ['--import', slip, executable, 'start'] });
}

function lastEvent(worker: Worker): string {
  return JSON.parse(worker.lastWords(1).split('\n')[0] ?? '{}').event;
}
