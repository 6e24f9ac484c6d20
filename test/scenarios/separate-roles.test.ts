import { expect, test } from '@jest/globals';
import { onRedis } from '../support/on-redis.js';
import { fastRates, play, type Scenario, type Settings } from '../support/scenario.js';
import { databases, withRedis } from '../support/scenario-databases.js';

const freshDatabase = databases();

/** Slow enough that the accident happens in the middle of the work. */
const simulator = { rates: { ...fastRates, createSolicitation: { rate: 2, burst: 5 } } };

/** Together they do everything; none of them does what another does. */
const KINDS = ['discover,schedule', 'send', 'settle,sweep', 'web'] as const;

/** Nine processes start on a machine that may have other things to do. */
const PATIENCE = { within: 90_000 };

// One after the other: they are many processes each.
test('two processes for each role ask everybody once with the queue on Postgres, whichever of them is killed', async () => {
  await twoOfEach(await freshDatabase());
}, 300_000);

onRedis('with the queue on Redis', () => {
  test('two processes for each role ask everybody once, whichever of them is killed', async () => {
    const database = await freshDatabase();
    await withRedis((redis) => twoOfEach({ ...database, REDIS_URL: redis.url }));
  }, 300_000);
});

async function twoOfEach(settings: Settings): Promise<void> {
  await play({ simulator, settings }, async (scenario) => {
    for (const account of ['north', 'europe']) scenario.addDueOrders(8, account);
    const first = KINDS.map((roles) => start(scenario, roles));
    const second = KINDS.map((roles) => start(scenario, roles));
    await scenario.untilAccepted(6, PATIENCE);

    await Promise.all(first.map((worker) => worker.kill()));
    const joining = start(scenario, 'send');
    await joining.waitForLog('started', PATIENCE);
    await second[KINDS.indexOf('send')]?.kill();
    // Changed long enough ago for Amazon to show them, and found by who is left; only who joined can ask for them.
    scenario.simulator.world.addOrders(
      ['north', 'europe', 'north', 'europe'].map((account) => ({ account, touchedAt: '-3m' })),
    );

    await scenario.untilAccepted(20, PATIENCE);
    const lines = await scenario.untilAgreed();
    expect(lines.filter(({ state }) => state !== 'sent')).toEqual([]);
    expect(scenario.posts).toBe(20);
    expect(joining.logged('asked').length).toBeGreaterThanOrEqual(4);
    const { url } = await (second[KINDS.indexOf('web')] ?? joining).waitForLog('http-listening', PATIENCE);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
}

function start(scenario: Scenario, roles: (typeof KINDS)[number]) {
  return scenario.startWorker({ environment: { ROLES: roles } });
}
