import { describe, expect, test } from '@jest/globals';
import type { DateTime } from 'luxon';
import type { AlarmBook, AlarmMessage, JudgedAlarms } from '../../../src/ledger/alarm-book.js';
import { type Alarm, type AlarmName, alarmNames } from '../../../src/policy/alarm.js';
import type { OpenLedger } from '../ledger-contract.js';
import { noon } from '../planned.js';

/** What telling people once rests on. */
export function alarmsContract(open: OpenLedger): void {
  const silent = anAlarm('feed-silent', { account: 'tea' });
  const unsafe = anAlarm('queue-unsafe');
  const skewed = (subject: string) => anAlarm('clock-skew', { subject });
  const later = (minutes: number) => noon.plus({ minutes });
  const eight = <T>(call: () => Promise<T>) => Promise.all(Array.from({ length: 8 }, call));

  const note = (firing: readonly Alarm[], now = noon, judged: Partial<JudgedAlarms> = {}) =>
    open().ledger.noteAlarms(firing, judgedBy('here', judged), now);
  /** As an evaluation every minute does; alarms are repeated after a day. */
  const take = (now = noon) => open().ledger.takeMessage(now.minus({ days: 1 }), now.plus({ minutes: 1 }), now);
  const told = async (now = noon) => {
    const message = await take(now);
    if (message !== null) await open().ledger.delivered(message, now);
    return inWords(message);
  };

  describe('an alarm', () => {
    test('is opened once and resolved once, however often it is noted', async () => {
      const changes = [];
      for (const firing of [[silent], [silent], [], []]) changes.push(await note(firing));

      const nothing = { opened: [], resolved: [] };
      expect(changes).toEqual([{ ...nothing, opened: [silent] }, nothing, { ...nothing, resolved: [silent] }, nothing]);
    });

    test('is opened and resolved by exactly one of eight who note it at the same time', async () => {
      const opening = await eight(() => note([silent, unsafe]));
      const resolving = await eight(() => note([unsafe]));

      expect(opening.flatMap(({ opened }) => opened)).toEqual([silent, unsafe]);
      expect(opening.flatMap(({ resolved }) => resolved)).toEqual([]);
      expect(resolving.flatMap(({ resolved }) => resolved)).toEqual([silent]);
      expect(resolving.flatMap(({ opened }) => opened)).toEqual([]);
    });

    test('of the same name is another one for another account or machine', async () => {
      const others = [anAlarm('feed-silent', { account: 'toys' }), skewed('here'), skewed('there')];

      const { opened } = await note([silent, ...others]);

      expect(opened).toHaveLength(4);
    });

    test('that is named twice is one', async () => {
      expect((await note([silent, silent])).opened).toEqual([silent]);
    });

    test('is open until it is resolved, with its latest text, and stays among the latest', async () => {
      const { ledger } = open();
      await note([silent]);
      await note([{ ...silent, text: 'silent for longer' }, unsafe], later(1));
      const before = await ledger.openAlarms();

      await note([unsafe], later(2));

      expect(before.map(({ text, firedAt }) => [text, firedAt])).toEqual([
        ['silent for longer', noon],
        [unsafe.text, later(1)],
      ]);
      expect((await ledger.openAlarms()).map(({ name }) => name)).toEqual(['queue-unsafe']);
      expect((await ledger.recentAlarms(10)).map(({ name, resolvedAt }) => [name, resolvedAt])).toEqual([
        ['queue-unsafe', null],
        ['feed-silent', later(2)],
      ]);
      expect(await ledger.recentAlarms(1)).toHaveLength(1);
    });

    test('is neither resolved nor opened again by facts that were read before somebody else noted it', async () => {
      await note([silent], later(5));
      const { resolved } = await note([], later(6), { asOf: later(4) });
      expect(resolved).toEqual([]);

      await note([], later(7));
      const { opened } = await note([silent], later(8), { asOf: later(6) });
      expect(opened).toEqual([]);

      expect((await note([silent], later(9), { asOf: later(7) })).opened).toEqual([silent]);
    });

    test('that comes again after it was over is a new one', async () => {
      for (const firing of [[silent], [], [silent]]) await note(firing);

      expect(await open().ledger.recentAlarms(10)).toHaveLength(2);
    });

    test('stays as it is where an evaluation could not judge it', async () => {
      await note([silent, unsafe]);

      const { resolved } = await note([], later(1), { names: new Set<AlarmName>(['queue-unsafe']) });

      expect(resolved).toEqual([unsafe]);
    });

    test('stays as it is where an evaluation is older than the last one that saw it', async () => {
      await note([silent], later(1));

      expect((await note([], noon)).resolved).toEqual([]);
    });

    test('about a machine is judged by that machine, and by others when it has been silent', async () => {
      await note([skewed('there')], noon, { subject: 'there' });

      const byAnother = await note([], later(5), { silentBefore: noon });
      const afterSilence = await note([], later(5), { silentBefore: noon.plus(1) });

      expect([byAnother.resolved, afterSilence.resolved]).toEqual([[], [skewed('there')]]);
    });

    test('about a machine is resolved by that machine at once', async () => {
      await note([skewed('there')], noon, { subject: 'there' });

      expect((await note([], later(1), { subject: 'there' })).resolved).toEqual([skewed('there')]);
    });

    test('that was over for 400 days is forgotten', async () => {
      await note([silent]);
      await note([], later(1));

      await note([unsafe], noon.plus({ days: 400, minutes: 2 }));

      expect((await open().ledger.recentAlarms(10)).map(({ name }) => name)).toEqual(['queue-unsafe']);
    });
  });

  describe('a message', () => {
    test('about an alarm is told once, then its all-clear once', async () => {
      await note([silent]);
      const firing = [await told(), await told()];
      await note([], later(1));

      const over = [await told(later(1)), await told(later(1))];

      expect([firing, over]).toEqual([
        ['feed-silent firing', null],
        ['feed-silent resolved', null],
      ]);
    });

    test('is had by exactly one of eight who want it at the same time', async () => {
      const { ledger } = open();
      await note([silent, unsafe]);

      const had = (await eight(() => take())).filter((message) => message !== null);

      expect(had.map(inWords).sort()).toEqual(['feed-silent firing', 'queue-unsafe firing']);
      for (const message of had) await ledger.delivered(message, noon);
      await note([], later(1));
      const cleared = (await eight(() => take(later(1)))).filter((message) => message !== null);
      expect(cleared.map(inWords).sort()).toEqual(['feed-silent resolved', 'queue-unsafe resolved']);
    });

    test('that could not be delivered is told again when its time is up', async () => {
      await note([silent]);
      await take();

      expect([await told(noon.plus({ seconds: 59 })), await told(later(1))]).toEqual([null, 'feed-silent firing']);
    });

    test('is repeated after a while as long as the alarm is open', async () => {
      await note([silent]);
      await told();

      const day = noon.plus({ days: 1 });
      expect([await told(day), await told(day.plus(1)), await told(day.plus(2))]).toEqual([
        null,
        'feed-silent firing',
        null,
      ]);
    });

    test('is not needed for an alarm that was over before anybody was told', async () => {
      await note([silent]);
      await note([], later(1));

      expect(await told(later(1))).toBeNull();
    });

    test('about an alarm that ends while it is being told is followed by its all-clear', async () => {
      const { ledger } = open();
      await note([silent]);
      const message = await taken(ledger);
      await note([], noon.plus({ seconds: 30 }));

      const meanwhile = await told(noon.plus({ seconds: 30 }));
      await ledger.delivered(message, noon.plus({ seconds: 31 }));

      expect([meanwhile, await told(noon.plus({ seconds: 32 }))]).toEqual([null, 'feed-silent resolved']);
    });

    test('about an alarm that ended while it could not be told is dropped', async () => {
      await note([silent]);
      await take();
      await note([], noon.plus({ seconds: 30 }));
      await note([], later(2));

      expect([await told(later(2)), await told(later(3))]).toEqual([null, null]);
    });

    test('that was delivered later than anybody hoped still gets its all-clear', async () => {
      const { ledger } = open();
      await note([silent]);
      const message = await taken(ledger);
      await note([], later(2));

      await ledger.delivered(message, later(3));

      expect([await told(later(3)), await told(later(3))]).toEqual(['feed-silent resolved', null]);
    });

    test('about several alarms takes the oldest first', async () => {
      await note([unsafe]);
      await note([silent, unsafe], later(1));

      expect([await told(later(1)), await told(later(1))]).toEqual(['queue-unsafe firing', 'feed-silent firing']);
    });
  });

  describe('the digest of a day', () => {
    const takeDigest = (now: DateTime, day = '2026-03-20') =>
      open().ledger.takeDigest(day, now.plus({ minutes: 5 }), now);

    test('is had by exactly one of eight', async () => {
      expect((await eight(() => takeDigest(noon))).filter(Boolean)).toHaveLength(1);
    });

    test('is had again when it was not delivered in time, and never once it was', async () => {
      const taken = [await takeDigest(noon), await takeDigest(later(4)), await takeDigest(later(5))];
      await open().ledger.digestDelivered('2026-03-20', later(6));

      expect([...taken, await takeDigest(later(60)), await takeDigest(later(60), '2026-03-21')]).toEqual([
        true,
        false,
        true,
        false,
        true,
      ]);
    });
  });

  async function taken(book: AlarmBook): Promise<AlarmMessage> {
    const message = await book.takeMessage(noon.minus({ days: 1 }), later(1), noon);
    if (message === null) throw new Error('there was no message to take');
    return message;
  }
}

function anAlarm(name: AlarmName, about: Partial<Alarm> = {}): Alarm {
  return { name, account: null, subject: null, text: `${name} is so`, ...about };
}

function judgedBy(subject: string, judged: Partial<JudgedAlarms>): JudgedAlarms {
  return { names: new Set(alarmNames), subject, silentBefore: noon.minus({ minutes: 10 }), ...judged };
}

function inWords(message: AlarmMessage | null): string | null {
  return message && `${message.alarm.name} ${message.state}`;
}
