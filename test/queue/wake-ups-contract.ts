import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { DateTime } from 'luxon';
import { systemClock } from '../../src/clock.js';
import { openWakeUps, type QueueAddress } from '../../src/queue/bullmq-wake-ups.js';
import type { AlarmClock, Listeners, TroubleContext } from '../../src/queue/wake-ups.js';
import { eventually } from '../support/eventually.js';

/** What a test needs to do to the store behind the queue's back. */
export interface Store {
  readonly address: QueueAddress;
  wipe(): Promise<void>;
  /** Refuses connections and ends those that are open. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  connections(): Promise<number>;
}

export interface Stores {
  /** An empty store for one test. */
  fresh(): Promise<Store>;
  stop(): Promise<void>;
}

const A = '111-1111111-1111111';
const B = '222-2222222-2222222';

const inMs = (ms: number) => DateTime.utc().plus(ms);

/** Rings of recurring work that no listener has taken yet. */
async function waitingRings(wakeUps: AlarmClock): Promise<Record<'sweep' | 'discover', number>> {
  const contents = await wakeUps.queueContents();
  const waiting = (name: string) => contents.find(({ queue }) => queue === name)?.waiting ?? Number.NaN;
  return { sweep: waiting('sweep'), discover: waiting('discover') };
}

/** What every alarm clock keeps, whatever it is built on. */
export function wakeUpsContract(name: string, openStores: () => Promise<Stores>): void {
  describe(`wake-ups on ${name}`, () => {
    let stores: Stores;
    let store: Store;
    let opened: AlarmClock[] = [];
    let troubles: { message: string; context: TroubleContext }[] = [];

    const onError = (error: Error, context: TroubleContext) => {
      troubles.push({ message: error.message, context });
    };
    const open = async () => {
      const wakeUps = await openWakeUps(store.address, {
        clock: systemClock,
        onError,
        retryDelayMs: 50,
        lookEveryMs: 100,
        timeoutMs: 3_000,
        // A machine that stands still for longer loses what it holds to others.
        lockMs: 2_000,
      });
      opened.push(wakeUps);
      return wakeUps;
    };
    const listenTo = (wakeUps: AlarmClock, listeners: Listeners, concurrency = 5) =>
      wakeUps.listen(listeners, {
        concurrency: { schedule: concurrency, send: concurrency, settle: concurrency, discover: concurrency },
        onError,
      });

    beforeAll(async () => {
      stores = await openStores();
    });
    afterAll(() => stores?.stop());
    beforeEach(async () => {
      store = await stores.fresh();
      opened = [];
      troubles = [];
    });
    afterEach(async () => {
      await Promise.all(opened.map((wakeUps) => wakeUps.close()));
    });

    test('a wake-up rings at its time, for its verb, with its order', async () => {
      const wakeUps = await open();
      const heard: string[] = [];
      const at = inMs(300);
      let heardAt = DateTime.utc();
      await listenTo(wakeUps, {
        settle: async (order) => {
          heardAt = DateTime.utc();
          heard.push(order);
          return undefined;
        },
        send: async () => {
          heard.push('the wrong one');
          return undefined;
        },
      });

      await wakeUps.ring([{ verb: 'settle', orderId: A, at }]);

      await eventually(() => expect(heard).toEqual([A]));
      expect(heardAt.diff(at).toMillis()).toBeGreaterThanOrEqual(0);
      expect(heardAt.diff(at).toMillis()).toBeLessThan(10_000);
    });

    test('a wake-up in the past rings at once', async () => {
      const wakeUps = await open();
      const heard: string[] = [];
      await listenTo(wakeUps, { schedule: async (order) => void heard.push(order) as undefined });

      await wakeUps.ring([{ verb: 'schedule', orderId: A, at: DateTime.utc().minus({ days: 3 }) }]);

      await eventually(() => expect(heard).toEqual([A]), { within: 10_000 });
    });

    test('the same verb, order and time is one wake-up; another verb or time is another', async () => {
      const wakeUps = await open();
      const at = inMs(60_000);
      const wakeUp = { verb: 'send', orderId: A, at } as const;

      await wakeUps.ring([wakeUp, wakeUp]);
      await wakeUps.ring([wakeUp]);
      await wakeUps.ring([wakeUp, { ...wakeUp, verb: 'settle' }, { ...wakeUp, orderId: B }]);
      await wakeUps.ring([{ ...wakeUp, at: at.plus(1) }]);

      expect(await wakeUps.depth()).toEqual({ schedule: 0, send: 3, settle: 1 });
    });

    test('the report tells of every queue what waits for its time, what waits for a listener and what has one', async () => {
      const wakeUps = await open();
      let finish = () => {};
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      let heard = 0;
      await listenTo(
        wakeUps,
        {
          send: async () => {
            heard += 1;
            await finished;
            return undefined;
          },
        },
        1,
      );

      await wakeUps.ring([
        { verb: 'send', orderId: A, at: inMs(-1) },
        { verb: 'send', orderId: B, at: inMs(60_000) },
        { verb: 'settle', orderId: A, at: inMs(-1) },
        { verb: 'settle', orderId: B, at: inMs(-1) },
      ]);
      await eventually(() => expect(heard).toBe(1));

      expect(await wakeUps.queueReport()).toMatchObject({
        backend: store.address.kind,
        queues: [
          { queue: 'schedule', waiting: 0, delayed: 0, active: 0, failed: 0 },
          { queue: 'send', waiting: 0, delayed: 1, active: 1, failed: 0 },
          { queue: 'settle', waiting: 2, delayed: 0, active: 0, failed: 0 },
          { queue: 'discover', waiting: 0, delayed: 0, active: 0, failed: 0 },
          { queue: 'sweep', waiting: 0, delayed: 0, active: 0, failed: 0 },
        ],
        recurring: [],
      });
      finish();
    });

    test('the report tells which work recurs, for whom, how often and when it rings next', async () => {
      const wakeUps = await open();
      const began = DateTime.utc();
      await wakeUps.keepRinging([
        { name: 'discover', key: 'na:main', everyMs: 3_600_000 },
        { name: 'sweep', key: 'all', everyMs: 60_000 },
        { name: 'discover', key: 'eu', everyMs: 3_600_000 },
      ]);

      const { recurring } = await wakeUps.queueReport();

      expect(recurring.map(({ name, key, everyMs }) => [name, key, everyMs])).toEqual([
        ['sweep', 'all', 60_000],
        ['discover', 'eu', 3_600_000],
        ['discover', 'na:main', 3_600_000],
      ]);
      for (const { nextAt, everyMs } of recurring) {
        const inHowLong = nextAt?.diff(began).toMillis() ?? Number.NaN;
        expect(inHowLong).toBeGreaterThan(-1_000);
        expect(inHowLong).toBeLessThanOrEqual((everyMs ?? 0) + 10_000);
      }
    });

    test('an id that is not as Amazon makes them does not stop the others', async () => {
      const wakeUps = await open();
      const heard: string[] = [];
      await listenTo(wakeUps, { send: async (order) => void heard.push(order) as undefined });

      await wakeUps.ring([...['12345', 'S01:x y', A]].map((orderId) => ({ verb: 'send', orderId, at: inMs(0) })));

      await eventually(() => expect(heard.sort()).toEqual(['12345', 'S01:x y', A].sort()));
    });

    test.each([
      ['later', 200],
      ['in the past', -60_000],
    ])('a listener that answers "again" with a time %s is rung again', async (_when, ms) => {
      const wakeUps = await open();
      let times = 0;
      await listenTo(wakeUps, {
        send: async () => {
          times += 1;
          return times < 3 ? { again: inMs(ms) } : undefined;
        },
      });

      await wakeUps.ring([{ verb: 'send', orderId: A, at: inMs(0) }]);

      await eventually(() => expect(times).toBe(3));
      await eventually(async () => expect(await wakeUps.depth()).toMatchObject({ send: 0 }));
      expect(troubles).toEqual([]);
    });

    test('a listener that answers "again" with the very time it was rung for is rung again', async () => {
      const wakeUps = await open();
      const at = inMs(-10);
      let times = 0;
      await listenTo(wakeUps, {
        settle: async () => {
          times += 1;
          return times === 1 ? { again: at } : undefined;
        },
      });

      await wakeUps.ring([{ verb: 'settle', orderId: A, at }]);

      await eventually(() => expect(times).toBe(2));
    });

    test('a listener that throws is rung again, and its trouble is told each time', async () => {
      const wakeUps = await open();
      let times = 0;
      await listenTo(wakeUps, {
        send: async () => {
          times += 1;
          if (times < 3) throw new Error('not today');
          return undefined;
        },
      });

      await wakeUps.ring([{ verb: 'send', orderId: A, at: inMs(0) }]);

      await eventually(() => expect(times).toBe(3));
      expect(troubles).toEqual([
        { message: 'not today', context: { queue: 'send', subject: A } },
        { message: 'not today', context: { queue: 'send', subject: A } },
      ]);
    });

    test('a listener that always throws is given up after six times, and nothing stays behind', async () => {
      const wakeUps = await open();
      let times = 0;
      await listenTo(wakeUps, {
        send: async () => {
          times += 1;
          throw new Error('never');
        },
      });

      await wakeUps.ring([{ verb: 'send', orderId: A, at: inMs(0) }]);

      await eventually(() => expect(troubles).toHaveLength(6));
      await eventually(async () => expect(await wakeUps.depth()).toMatchObject({ send: 0 }));
      await wakeUps.ring([{ verb: 'send', orderId: A, at: inMs(0) }]);
      await eventually(() => expect(times).toBeGreaterThan(6));
    });

    test('recurring work rings again and again, each with its own rhythm and account', async () => {
      const wakeUps = await open();
      const heard: string[] = [];
      await listenTo(wakeUps, {
        sweep: async () => void heard.push('sweep'),
        discover: async (account) => void heard.push(account),
      });

      await wakeUps.keepRinging([
        { name: 'sweep', key: 'all', everyMs: 250 },
        { name: 'discover', key: 'na:main', everyMs: 500 },
        { name: 'discover', key: 'eu', everyMs: 60_000 },
      ]);

      const count = (what: string) => heard.filter((one) => one === what).length;
      await eventually(() => {
        expect(count('sweep')).toBeGreaterThanOrEqual(6);
        expect(count('na:main')).toBeGreaterThanOrEqual(3);
        expect(count('eu')).toBe(1);
      });
      expect(troubles).toEqual([]);
    });

    test('starting again replaces the recurring work and does not double it', async () => {
      const [first, second] = [await open(), await open()];
      let times = 0;
      await listenTo(first, {
        sweep: async () => {
          times += 1;
        },
      });
      const sweep = { name: 'sweep', key: 'all', everyMs: 3_600_000 } as const;
      await first.keepRinging([sweep]);
      await eventually(() => expect(times).toBe(1));

      for (const wakeUps of [second, first, second]) await wakeUps.keepRinging([sweep]);

      const contents = await first.queueContents();
      expect(contents.find(({ queue }) => queue === 'sweep')).toMatchObject({ waiting: 0, delayed: 1 });
      expect(times).toBe(1);
    });

    test('a new rhythm takes the place of the old one', async () => {
      const wakeUps = await open();
      let times = 0;
      await listenTo(wakeUps, {
        sweep: async () => {
          times += 1;
        },
      });
      await wakeUps.keepRinging([{ name: 'sweep', key: 'all', everyMs: 3_600_000 }]);
      await eventually(() => expect(times).toBe(1));

      await wakeUps.keepRinging([{ name: 'sweep', key: 'all', everyMs: 200 }]);

      await eventually(() => expect(times).toBeGreaterThan(4));
    });

    test('recurring work that is no longer in the list stops', async () => {
      const wakeUps = await open();
      const heard: string[] = [];
      await listenTo(wakeUps, { discover: async (account) => void heard.push(account) });
      await wakeUps.keepRinging([
        { name: 'discover', key: 'leaver', everyMs: 100 },
        { name: 'discover', key: 'stayer', everyMs: 100 },
      ]);
      await eventually(() => expect(heard).toContain('leaver'));

      await wakeUps.keepRinging([{ name: 'discover', key: 'stayer', everyMs: 100 }]);
      // One may have been on its way already.
      await eventually(() => expect(heard.slice(-6)).toEqual(Array(6).fill('stayer')));
      const before = heard.filter((one) => one === 'leaver').length;
      await eventually(() => expect(heard.slice(-12)).toEqual(Array(12).fill('stayer')));
      expect(heard.filter((one) => one === 'leaver')).toHaveLength(before);
    });

    test('recurring work whose listener throws keeps its rhythm', async () => {
      const wakeUps = await open();
      await listenTo(wakeUps, {
        discover: async () => {
          throw new Error('token service down');
        },
      });

      await wakeUps.keepRinging([{ name: 'discover', key: 'na', everyMs: 200 }]);

      await eventually(() => expect(troubles.length).toBeGreaterThan(3));
      expect(troubles[0]).toEqual({ message: 'token service down', context: { queue: 'discover', subject: 'na' } });
    });

    test('recurring work can be rung now, besides its rhythm', async () => {
      const wakeUps = await open();
      const heard: string[] = [];
      await listenTo(wakeUps, {
        sweep: async () => void heard.push('sweep'),
        discover: async (account) => void heard.push(account),
      });

      await wakeUps.ringNow('discover', 'na');
      await wakeUps.ringNow('sweep', 'all');

      await eventually(() => expect(heard.sort()).toEqual(['na', 'sweep']));
    });

    test('while a ring waits for a listener, another of the same work adds nothing', async () => {
      const [wakeUps, other] = [await open(), await open()];
      for (let times = 0; times < 5; times += 1) {
        await wakeUps.ringNow('sweep', 'all');
        await other.ringNow('sweep', 'all');
        await wakeUps.ringNow('discover', 'na:main');
        await wakeUps.ringNow('discover', 'eu');
      }

      expect(await waitingRings(wakeUps)).toEqual({ sweep: 1, discover: 2 });
      const heard: string[] = [];
      await listenTo(wakeUps, {
        sweep: async () => void heard.push('sweep'),
        discover: async (account) => void heard.push(account),
      });
      await eventually(() => expect(heard.sort()).toEqual(['eu', 'na:main', 'sweep']));
    });

    test('a ring that comes while the work is being done leads to one more afterwards, as often as it is rung', async () => {
      const wakeUps = await open();
      const finish: (() => void)[] = [];
      await listenTo(wakeUps, { sweep: () => new Promise<void>((resolve) => finish.push(resolve)) }, 1);
      await wakeUps.ringNow('sweep', 'all');
      await eventually(() => expect(finish).toHaveLength(1));

      for (let times = 0; times < 5; times += 1) await wakeUps.ringNow('sweep', 'all');
      expect(await waitingRings(wakeUps)).toEqual({ sweep: 1, discover: 0 });
      finish[0]?.();
      await eventually(() => expect(finish).toHaveLength(2));
      finish[1]?.();
      await eventually(async () =>
        expect((await wakeUps.queueContents()).find(({ queue }) => queue === 'sweep')).toMatchObject({
          waiting: 0,
          active: 0,
        }),
      );
      await wakeUps.ringNow('sweep', 'all');
      await eventually(() => expect(finish).toHaveLength(3));
      finish[2]?.();
    });

    test('a ring whose listener throws leaves the way free for the next', async () => {
      const wakeUps = await open();
      let times = 0;
      await listenTo(wakeUps, {
        sweep: async () => {
          times += 1;
          throw new Error('not today');
        },
      });

      await wakeUps.ringNow('sweep', 'all');
      await eventually(() => expect(times).toBe(1));
      await wakeUps.ringNow('sweep', 'all');

      await eventually(() => expect(times).toBe(2));
    });

    test('what a dead process was doing does not keep a new ring waiting', async () => {
      const [dying, living] = [await open(), await open()];
      let taken = 0;
      const listening = await listenTo(dying, {
        sweep: () => {
          taken += 1;
          return new Promise(() => {});
        },
      });
      await dying.ringNow('sweep', 'all');
      await eventually(() => expect(taken).toBe(1));
      await listening.stop(0);

      await living.ringNow('sweep', 'all');

      expect(await waitingRings(living)).toEqual({ sweep: 1, discover: 0 });
    });

    test('two listeners share the work, and each wake-up is heard once', async () => {
      const [first, second] = [await open(), await open()];
      const heard: string[] = [];
      const by = { first: 0, second: 0 };
      const listener = (who: 'first' | 'second') => async (order: string) => {
        heard.push(order);
        by[who] += 1;
        // Leave some to the other.
        await eventually(() => expect(by.first > 0 && by.second > 0).toBe(true));
        return undefined;
      };
      await listenTo(first, { send: listener('first') }, 2);
      await listenTo(second, { send: listener('second') }, 2);
      const orders = Array.from({ length: 100 }, (_, index) => `order-${index}`);

      await first.ring(orders.map((orderId) => ({ verb: 'send', orderId, at: inMs(0) })));

      await eventually(() => expect(heard).toHaveLength(100));
      await eventually(async () => expect(await first.depth()).toMatchObject({ send: 0 }));
      expect(new Set(heard).size).toBe(100);
    });

    test('ten thousand wake-ups are rung at once, and nothing else stands still meanwhile', async () => {
      const wakeUps = await open();
      const at = inMs(3_600_000);
      const many = Array.from(
        { length: 10_000 },
        (_, index) => ({ verb: 'send', orderId: `order-${index}`, at }) as const,
      );
      let rung = false;
      let others = 0;
      const meanwhile = async () => {
        while (!rung) {
          await wakeUps.ping();
          others += 1;
        }
      };

      const [pings] = await Promise.all([
        meanwhile(),
        wakeUps.ring(many).finally(() => {
          rung = true;
        }),
      ]);

      expect(pings).toBeUndefined();
      expect(await wakeUps.depth()).toMatchObject({ send: 10_000 });
      expect(others).toBeGreaterThan(10);
    });

    test('what is in hand at the stop is waited for, and nothing new is taken', async () => {
      const wakeUps = await open();
      const heard: string[] = [];
      let finish = () => {};
      const finished = new Promise<void>((resolve) => {
        finish = resolve;
      });
      const listening = await listenTo(
        wakeUps,
        {
          send: async (order) => {
            heard.push(order);
            await finished;
            return undefined;
          },
        },
        1,
      );
      await wakeUps.ring([{ verb: 'send', orderId: A, at: inMs(0) }]);
      await eventually(() => expect(heard).toEqual([A]));

      let stopped = false;
      const stopping = listening.stop(10_000).then(() => {
        stopped = true;
      });
      await wakeUps.ring([{ verb: 'send', orderId: B, at: inMs(0) }]);
      expect(stopped).toBe(false);
      finish();
      await stopping;

      expect(heard).toEqual([A]);
      expect(await wakeUps.depth()).toMatchObject({ send: 1 });
    });

    test('a listener that does not end is let go of after the grace', async () => {
      const wakeUps = await open();
      let heard = 0;
      const listening = await listenTo(wakeUps, {
        send: async () => {
          heard += 1;
          return new Promise(() => {});
        },
      });
      await wakeUps.ring([{ verb: 'send', orderId: A, at: inMs(0) }]);
      await eventually(() => expect(heard).toBe(1));

      await expect(listening.stop(200)).resolves.toBeUndefined();
    });

    test('what a dead listener held is rung again elsewhere', async () => {
      const [dying, living] = [await open(), await open()];
      let taken = 0;
      // Let go of without an answer: for the queue the same as kill -9.
      const listening = await listenTo(dying, {
        send: async () => {
          taken += 1;
          return new Promise(() => {});
        },
      });
      await dying.ring([A, B].map((orderId) => ({ verb: 'send', orderId, at: inMs(0) })));
      await eventually(() => expect(taken).toBe(2));
      await listening.stop(0);

      const heard: string[] = [];
      await listenTo(living, { send: async (order) => void heard.push(order) as undefined });

      await eventually(() => expect(heard.sort()).toEqual([A, B]));
    });

    test('a listener that takes longer than the lock keeps its wake-up', async () => {
      const wakeUps = await open();
      let heard = 0;
      let finish = () => {};
      await listenTo(wakeUps, {
        send: async () => {
          heard += 1;
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
          return undefined;
        },
      });
      await wakeUps.ring([{ verb: 'send', orderId: A, at: inMs(0) }]);
      await eventually(() => expect(heard).toBe(1));

      // Recurring work as the clock of this test: it outlasts the lock and two checks.
      let sweeps = 0;
      await listenTo(wakeUps, {
        sweep: async () => {
          sweeps += 1;
        },
      });
      await wakeUps.keepRinging([{ name: 'sweep', key: 'all', everyMs: 300 }]);
      await eventually(() => expect(sweeps).toBeGreaterThan(14));
      finish();

      expect(heard).toBe(1);
    });

    test('wiping the store loses wake-ups only: recurring work comes back and new ones ring', async () => {
      const wakeUps = await open();
      const heard: string[] = [];
      let sweeps = 0;
      await listenTo(wakeUps, {
        send: async (order) => void heard.push(order) as undefined,
        sweep: async () => {
          sweeps += 1;
        },
      });
      await wakeUps.keepRinging([{ name: 'sweep', key: 'all', everyMs: 200 }]);
      await eventually(() => expect(sweeps).toBeGreaterThan(1));

      await store.wipe();

      const before = sweeps;
      await eventually(() => expect(sweeps).toBeGreaterThan(before + 2));
      await wakeUps.ring([{ verb: 'send', orderId: A, at: inMs(0) }]);
      await eventually(() => expect(heard).toEqual([A]));
    });

    test('a queue that is empty at the start, and one that was wiped later, is told of; one that others have filled is not', async () => {
      const [first, second] = [await open(), await open()];
      const told: string[] = [];
      const sweep = { name: 'sweep', key: 'all', everyMs: 3_600_000 } as const;
      const discover = { name: 'discover', key: 'na', everyMs: 3_600_000 } as const;

      await first.keepRinging([sweep, discover], async () => void told.push('first'));
      await eventually(() => expect(told).toEqual(['first']));
      // Beats as the looks of this test do, so that some of those have passed by then.
      let beats = 0;
      await listenTo(second, {
        discover: async () => {
          beats += 1;
        },
      });
      await second.keepRinging([sweep, discover, { name: 'discover', key: 'beat', everyMs: 300 }], async () => {
        told.push('second');
      });
      await eventually(() => expect(beats).toBeGreaterThan(3));
      expect(told).toEqual(['first']);

      await store.wipe();

      await eventually(() => expect(told.length).toBeGreaterThan(1));
      const after = beats;
      await eventually(() => expect(beats).toBeGreaterThan(after + 3));
      // More than one may have noticed it, but nobody tells again and again.
      const tellings = told.length;
      await eventually(() => expect(beats).toBeGreaterThan(after + 6));
      expect(told).toHaveLength(tellings);
    });

    test('who could not deal with a wiped queue is told of it again', async () => {
      const wakeUps = await open();
      let told = 0;

      await wakeUps.keepRinging([{ name: 'sweep', key: 'all', everyMs: 3_600_000 }], async () => {
        told += 1;
        if (told < 3) throw new Error('the ledger is away');
      });

      await eventually(() => expect(told).toBe(3));
      expect(troubles.length).toBeGreaterThan(0);
    });

    test('a scheduler that is taken away alone comes back, and is not taken for a wiped queue', async () => {
      const [wakeUps, other] = [await open(), await open()];
      const work = (keys: readonly string[]) =>
        keys.map((key) => ({ name: 'discover', key, everyMs: 3_600_000 }) as const);
      let told = 0;
      await wakeUps.keepRinging(work(['na', 'eu', 'fe']), async () => {
        told += 1;
      });
      await eventually(() => expect(told).toBe(1));

      await other.keepRinging(work(['na', 'eu']));

      await eventually(async () => {
        const { recurring } = await wakeUps.queueReport();
        expect(recurring.map(({ key }) => key)).toEqual(['eu', 'fe', 'na']);
      });
      expect(told).toBe(1);
    });

    test('the first rings of many accounts lie apart, and each keeps its distance afterwards', async () => {
      const wakeUps = await open();
      const keys = Array.from({ length: 60 }, (_, index) => `account-${String(index).padStart(2, '0')}`);
      const work = keys.map((key) => ({ name: 'discover', key, everyMs: 3_600_000 }) as const);
      const ringsAt = async () => {
        const { recurring } = await wakeUps.queueReport();
        return recurring.map(({ nextAt }) => nextAt?.toMillis() ?? 0);
      };

      await wakeUps.keepRinging(work);

      const first = await ringsAt();
      expect(first).toHaveLength(60);
      const gaps = first.slice(1).map((at, index) => at - (first[index] ?? 0));
      expect(Math.min(...gaps)).toBeGreaterThan(0);
      expect((first.at(-1) ?? 0) - (first[0] ?? 0)).toBeLessThan(10_000);
      await wakeUps.keepRinging(work);
      expect(await ringsAt()).toEqual(first);
    });

    test('recurring work goes on at once when the clock of the machine is put back by days', async () => {
      const wakeUps = await open();
      const rightly = Date.now.bind(Date);
      const clock = jest.spyOn(Date, 'now').mockImplementation(() => rightly() + 3 * 86_400_000);
      let sweeps = 0;
      try {
        await listenTo(wakeUps, {
          sweep: async () => {
            sweeps += 1;
          },
        });
        await wakeUps.keepRinging([{ name: 'sweep', key: 'all', everyMs: 200 }]);
        await eventually(() => expect(sweeps).toBeGreaterThan(1));
      } finally {
        clock.mockRestore();
      }

      const before = sweeps;
      await eventually(() => expect(sweeps).toBeGreaterThan(before + 2));
    });

    test('while the store is away ringing fails within seconds; afterwards everything goes on by itself', async () => {
      const wakeUps = await open();
      const heard: string[] = [];
      let sweeps = 0;
      await listenTo(wakeUps, {
        send: async (order) => void heard.push(order) as undefined,
        sweep: async () => {
          sweeps += 1;
        },
      });
      await wakeUps.keepRinging([{ name: 'sweep', key: 'all', everyMs: 200 }]);
      await eventually(() => expect(sweeps).toBeGreaterThan(0));

      await store.goAway();
      const began = performance.now();
      await expect(wakeUps.ring([{ verb: 'send', orderId: A, at: inMs(0) }])).rejects.toThrow();
      await expect(wakeUps.ping()).rejects.toThrow();
      await expect(wakeUps.queueReport()).rejects.toThrow();
      expect(performance.now() - began).toBeLessThan(40_000);

      await store.comeBack();
      await eventually(() => wakeUps.ping());
      await wakeUps.ring([{ verb: 'send', orderId: B, at: inMs(0) }]);
      await eventually(() => expect(heard).toContain(B));
      const before = sweeps;
      await eventually(() => expect(sweeps).toBeGreaterThan(before + 1));
      // Told, but not with every attempt of every connection.
      expect(troubles.filter(({ context }) => context.subject === null).length).toBeLessThan(40);
    });

    test('closing leaves no connection open, also when nobody stopped the listeners', async () => {
      const before = await store.connections();
      const wakeUps = await open();
      await wakeUps.keepRinging([{ name: 'sweep', key: 'all', everyMs: 60_000 }]);
      await listenTo(wakeUps, { send: async () => undefined, sweep: async () => {} });

      await wakeUps.close();

      await eventually(async () => expect(await store.connections()).toBe(before));
    });

    test('closing does not hang while the store is away', async () => {
      const wakeUps = await open();
      await listenTo(wakeUps, { send: async () => undefined });
      await store.goAway();

      await expect(wakeUps.close()).resolves.toBeUndefined();
      await store.comeBack();
    });
  });
}
