import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { fastRates, play } from '../support/scenario.js';
import { databases } from '../support/scenario-databases.js';

const freshDatabase = databases();
/** Ten is the promise, which `proof:stops` measures; who waits for what hangs needs two minutes or never ends. */
const STOPPED_SECONDS = 60;

test.concurrent('SIGTERM under load ends the worker, and every answer in flight is on record', async () => {
  const simulator = { latencyMs: 300, rates: { ...fastRates, createSolicitation: { rate: 10, burst: 10 } } };
  await play({ simulator, settings: await freshDatabase() }, async (scenario) => {
    scenario.addDueOrders(20, 'north');
    scenario.addDueOrders(20, 'europe');
    const worker = scenario.startWorker();
    await scenario.untilAccepted(6);
    const { code } = await worker.stop();
    expect(code).toBe(0);

    const lines = await scenario.export();
    expect(lines.filter(({ state }) => state === 'sending' || state === 'unknown')).toEqual([]);
    expect(lines.filter(({ state }) => state === 'sent')).toHaveLength(scenario.accepted);

    scenario.startWorker();
    await scenario.untilAccepted(40);
    await scenario.untilAgreed();
  });
});

test.concurrent('SIGTERM does not wait for an answer that never comes', async () => {
  const settings = { ...(await freshDatabase()), REQUEST_TIMEOUT: '2m', CLAIM_LEASE: '5m' };
  await play({ settings }, async (scenario) => {
    scenario.addDueOrders(1);
    scenario.simulator.faults.add({ kind: 'hang', moment: 'after', operations: ['createSolicitation'], times: 1 });
    const worker = scenario.startWorker();
    await scenario.untilAccepted(1);
    const { code, seconds } = await worker.stop();
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(STOPPED_SECONDS);
    expect(await scenario.export()).toMatchObject([{ state: 'unknown', posts: 1 }]);

    scenario.startWorker();
    expect(await scenario.untilAgreed()).toMatchObject([{ state: 'sent', how: 'inferred', posts: 1 }]);
  });
});

test.concurrent('a second SIGTERM ends the worker at once', async () => {
  const settings = { ...(await freshDatabase()), REQUEST_TIMEOUT: '20s', CLAIM_LEASE: '60s' };
  await play({ settings }, async (scenario) => {
    scenario.addDueOrders(1);
    scenario.simulator.faults.add({ kind: 'hang', operations: ['createSolicitation'] });
    const worker = scenario.startWorker();
    await scenario.until('a request hangs', () => scenario.posts === 1);
    worker.signal('SIGTERM');
    await worker.waitForLog('stopping');
    const { code } = await worker.stop();
    expect({ code, drained: worker.logged('stopped') }).toEqual({ code: 1, drained: [] });
  });
});

test.concurrent('neither a webhook nor a reader of the pages that hangs delays the end', async () => {
  const hanging = createServer().listen(0, '127.0.0.1');
  await once(hanging, 'listening');
  const { port } = hanging.address() as AddressInfo;
  let told = false;
  hanging.on('connection', (socket) => {
    told = true;
    socket.on('error', () => {});
  });
  const settings = {
    ...(await freshDatabase()),
    ALERT_WEBHOOK_URL: `http://127.0.0.1:${port}/alarms`,
    ALERT_EVERY: '200ms',
  };
  await play({ settings }, async (scenario) => {
    const worker = await scenario.startedWorker();
    const { url } = (await worker.waitForLog('http-listening')) as unknown as { url: string };
    const reader = connect(Number(new URL(url).port), '127.0.0.1');
    reader.on('error', () => {});
    await once(reader, 'connect');
    // Never sends the rest.
    reader.write('GET /metrics HTTP/1.1\r\n');
    expect(await scenario.askonce('pause', 'north', '--reason', 'an alarm is raised by it')).toMatchObject({ code: 0 });
    await scenario.until('the webhook is told', () => told);

    const { code, seconds } = await worker.stop();
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(STOPPED_SECONDS);
    expect(worker.logged('not-closed')).toEqual([]);
    reader.destroy();
  });
  hanging.close();
});
