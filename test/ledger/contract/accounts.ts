import { describe, expect, test } from '@jest/globals';
import type { OpenLedger } from '../ledger-contract.js';
import { noon } from '../planned.js';

/** What pausing and the trouble of accounts rely on. */
export function accountsContract(open: OpenLedger): void {
  const untroubled = { failures: 0, failingSince: null, coolDownUntil: null };

  describe('an account', () => {
    test('is known by its name once it is registered', async () => {
      const { ledger } = open();

      expect(await ledger.account('tea')).toEqual({
        name: 'tea',
        region: 'eu',
        paused: null,
        ...untroubled,
        backlogThrough: null,
        backlogRate: null,
      });
      expect((await ledger.accounts()).map(({ name }) => name)).toEqual(['tea', 'toys']);
      expect(await ledger.account('nobody')).toBeNull();
    });

    test('keeps count of its failures in a row, and since when', async () => {
      const { ledger } = open();

      await ledger.noteTrouble('tea', noon);
      const second = await ledger.noteTrouble('tea', noon.plus({ minutes: 1 }));

      expect(second).toMatchObject({ name: 'tea', failures: 2, failingSince: noon });
      expect(await ledger.account('toys')).toMatchObject(untroubled);
    });

    test('counts every failure, however many come at once', async () => {
      const { ledger } = open();

      await Promise.all(Array.from({ length: 10 }, () => ledger.noteTrouble('tea', noon)));

      expect((await ledger.account('tea'))?.failures).toBe(10);
    });

    test('counts anew when the last cool-down ended more than an hour ago', async () => {
      const { ledger } = open();
      const again = noon.plus({ hours: 1, minutes: 5 });
      await ledger.noteTrouble('tea', noon);
      await ledger.coolDown('tea', noon.plus({ minutes: 5 }));

      const atTheHour = await ledger.noteTrouble('tea', again);
      const afterIt = await ledger.noteTrouble('tea', again.plus(1));

      expect(atTheHour).toMatchObject({ failures: 2, failingSince: noon });
      expect(afterIt).toMatchObject({ failures: 1, failingSince: again.plus(1) });
    });

    test('is well again after an answer', async () => {
      const { ledger } = open();
      await ledger.noteTrouble('tea', noon);
      await ledger.coolDown('tea', noon.plus({ minutes: 5 }));

      await ledger.noteHealth('tea');

      expect(await ledger.account('tea')).toMatchObject(untroubled);
    });

    test('cools down until the later of two instants', async () => {
      const { ledger } = open();

      await ledger.coolDown('tea', noon.plus({ minutes: 5 }));
      await ledger.coolDown('tea', noon.plus({ minutes: 1 }));

      expect((await ledger.account('tea'))?.coolDownUntil).toEqual(noon.plus({ minutes: 5 }));
    });
  });

  describe('a pause', () => {
    test('says when, why and by whom, and which accounts it is news for', async () => {
      const { ledger } = open();

      const paused = await ledger.pause(['tea', 'nobody'], 'holiday', 'anna', noon);
      const again = await ledger.pause(['tea', 'toys'], 'another reason', 'ben', noon.plus(1));

      expect([paused, again]).toEqual([['tea'], ['toys']]);
      expect((await ledger.account('tea'))?.paused).toEqual({ at: noon, reason: 'holiday', by: 'anna' });
    });

    test('takes over one of our own when a person makes it, so that only a person lifts it', async () => {
      const { ledger } = open();
      await ledger.pause(['tea'], 'Amazon refuses', 'askonce', noon);

      expect(await ledger.pause(['tea'], 'holiday', 'anna', noon.plus(1), 'command')).toEqual(['tea']);
      expect(await ledger.resume(['tea'], 'askonce')).toEqual([]);
      expect(await ledger.pause(['tea'], 'Amazon refuses', 'askonce', noon.plus(2))).toEqual([]);
      expect((await ledger.account('tea'))?.paused).toEqual({ at: noon.plus(1), reason: 'holiday', by: 'anna' });
    });

    test('is lifted with the troubles that led to it', async () => {
      const { ledger } = open();
      await ledger.noteTrouble('tea', noon);
      await ledger.coolDown('tea', noon.plus({ minutes: 5 }));
      await ledger.pause(['tea'], 'Amazon refuses', 'askonce', noon);

      expect(await ledger.resume(['tea', 'toys'], 'askonce')).toEqual(['tea']);
      expect(await ledger.account('tea')).toMatchObject({ paused: null, ...untroubled });
    });

    test('of a person is not lifted by askonce', async () => {
      const { ledger } = open();
      await ledger.pause(['tea'], 'holiday', 'anna', noon);

      expect(await ledger.resume(['tea'], 'askonce')).toEqual([]);
      expect((await ledger.account('tea'))?.paused).not.toBeNull();
    });

    test('of anybody is lifted by a person', async () => {
      const { ledger } = open();
      await ledger.pause(['tea'], 'Amazon refuses', 'askonce', noon);
      await ledger.pause(['toys'], 'holiday', 'anna', noon);

      expect((await ledger.resume(['tea', 'toys'], 'ben')).sort()).toEqual(['tea', 'toys']);
    });
  });

  describe('the record of what people did', () => {
    test('has every pause and its end, with the accounts that it changed, the newest first', async () => {
      const { ledger } = open();
      const later = noon.plus({ hours: 1 });

      await ledger.pause(['toys', 'tea'], 'holiday', 'anna', noon, 'command');
      await ledger.resume(['tea', 'nobody'], 'ben', { at: later, via: 'page', because: '' });

      const paused = { at: noon, action: 'pause', by: 'anna', via: 'command', accounts: ['tea', 'toys'] };
      const resumed = { at: later, action: 'resume', by: 'ben', via: 'page', accounts: ['tea'] };
      expect(await ledger.actions(10)).toEqual([
        { ...resumed, orders: '', because: '' },
        { ...paused, orders: '', because: 'holiday' },
      ]);
      expect(await ledger.actions(1)).toHaveLength(1);
    });

    test('has nothing that changed nothing', async () => {
      const { ledger } = open();

      await ledger.resume(['tea'], 'anna', { at: noon, via: 'command', because: 'over' });
      await ledger.pause(['nobody'], 'holiday', 'anna', noon, 'command');

      expect(await ledger.actions(10)).toEqual([]);
    });

    test('has nothing that askonce did by itself', async () => {
      const { ledger } = open();

      await ledger.pause(['tea'], 'Amazon refuses', 'askonce', noon);
      await ledger.resume(['tea'], 'askonce');

      expect(await ledger.actions(10)).toEqual([]);
    });

    test('has one of several who pause at once', async () => {
      const { ledger } = open();

      await Promise.all(['anna', 'ben', 'eve'].map((by) => ledger.pause(['tea'], 'holiday', by, noon, 'page')));

      const [action, ...others] = await ledger.actions(10);
      expect([action?.by, others]).toEqual([(await ledger.account('tea'))?.paused?.by, []]);
    });
  });
}
