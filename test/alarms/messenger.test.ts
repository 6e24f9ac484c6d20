import { beforeEach, describe, expect, test } from '@jest/globals';
import { DateTime, Duration } from 'luxon';
import { Messenger } from '../../src/alarms/messenger.js';
import type { Delivery } from '../../src/alarms/webhook.js';
import type { Alarm } from '../../src/policy/alarm.js';
import { alarmNames } from '../../src/policy/alarm.js';
import { type MemoryLedger, openMemoryLedger } from '../support/memory-ledger.js';

const every = Duration.fromObject({ minutes: 1 });
const repeat = Duration.fromObject({ hours: 24 });
const delivered: Delivery = { kind: 'delivered' };
const away: Delivery = { kind: 'away', cause: 'HTTP 503', restMs: null };
const refused: Delivery = { kind: 'refused', cause: 'HTTP 400' };

let now: DateTime;
let book: MemoryLedger;
let posted: string[];
let warned: Record<string, unknown>[];
/** What becomes of a message; by default it is taken. */
let fate: (message: string) => Delivery | Promise<Delivery>;

beforeEach(() => {
  now = DateTime.fromISO('2026-03-20T12:00:00Z', { zone: 'utc' });
  book = openMemoryLedger(() => now);
  posted = [];
  warned = [];
  fate = () => delivered;
});

function messenger(changes: { digestAt?: Duration | 'off' } = {}): Messenger {
  return new Messenger({
    book,
    webhook: {
      async post(message) {
        const { alarm, state, account, digest, day } = message as Record<string, string>;
        const name = digest === undefined ? `${alarm} ${state} ${account}` : `digest ${day}`;
        const delivery = await fate(name);
        posted.push(delivery.kind === 'delivered' ? name : `${name}: ${delivery.kind}`);
        return delivery;
      },
    },
    format: 'json',
    mode: 'live',
    every,
    repeat,
    digestAt: 'off',
    time: async () => now,
    digestAccounts: async () => [],
    stopwatch: () => {
      const from = now;
      return () => now.diff(from).toMillis();
    },
    warn: (event, facts) => void warned.push({ event, ...facts }),
    ...changes,
  });
}

const paused = (account: string): Alarm => ({ name: 'account-paused', account, subject: null, text: 'Paused.' });
const judge = (...firing: Alarm[]) =>
  book.noteAlarms(firing, { names: new Set(alarmNames), subject: 'box', silentBefore: now }, now);
const rounds = async (each: Messenger, count: number) => {
  for (let round = 0; round < count; round += 1) {
    await each.tellAll(() => false);
    now = now.plus(every);
  }
};

describe('an alarm', () => {
  test('is told once, and its all-clear once', async () => {
    const teller = messenger();
    await judge(paused('north'));
    await rounds(teller, 5);
    expect(posted).toEqual(['account-paused firing north']);
    await judge();
    await rounds(teller, 5);
    expect(posted).toEqual(['account-paused firing north', 'account-paused resolved north']);
  });

  test('that goes on is told again after a day', async () => {
    const teller = messenger();
    await judge(paused('north'));
    await rounds(teller, 1);
    now = now.plus(repeat).minus({ minutes: 3 });
    await rounds(teller, 1);
    expect(posted).toHaveLength(1);
    now = now.plus({ minutes: 3 });
    await rounds(teller, 3);
    expect(posted).toHaveLength(2);
  });

  test('is told once by several processes', async () => {
    const tellers = [messenger(), messenger(), messenger()];
    await judge(paused('north'), paused('south'));
    await Promise.all(tellers.map((each) => each.tellAll(() => false)));
    expect(posted.toSorted()).toEqual(['account-paused firing north', 'account-paused firing south']);
  });

  test('that a process took with it into its end is told by another one, a moment later', async () => {
    await judge(paused('north'));
    await new Promise<void>((posting) => {
      fate = () => {
        posting();
        return new Promise<Delivery>(() => {});
      };
      void messenger().tellAll(() => false);
    });
    fate = () => delivered;
    const other = messenger();
    await other.tellAll(() => false);
    expect(posted).toEqual([]);
    now = now.plus({ seconds: 14 });
    await other.tellAll(() => false);
    expect(posted).toEqual(['account-paused firing north']);
  });

  test('that a process took, and then was halted with, is left to the others', async () => {
    await judge(paused('north'));
    const { takeMessage } = book;
    book.takeMessage = async (...args) => {
      const message = await takeMessage(...args);
      now = now.plus({ minutes: 5 });
      return message;
    };
    let taken = 0;
    await messenger().tellAll(() => taken++ > 0);
    book.takeMessage = takeMessage;
    expect(posted).toEqual([]);
    await messenger().tellAll(() => false);
    expect(posted).toEqual(['account-paused firing north']);
  });
});

describe('a webhook that is away', () => {
  test('loses nothing and doubles nothing', async () => {
    fate = () => away;
    const tellers = [messenger(), messenger()];
    await judge(paused('north'), paused('south'));
    for (const teller of tellers) await rounds(teller, 10);
    expect(posted.every((one) => one.endsWith('away'))).toBe(true);
    posted = [];
    fate = () => delivered;
    for (let round = 0; round < 40; round += 1) for (const teller of tellers) await rounds(teller, 1);
    expect(posted.toSorted()).toEqual(['account-paused firing north', 'account-paused firing south']);
  });

  test('is tried with a growing pause, one message a time', async () => {
    fate = () => away;
    const teller = messenger();
    await judge(paused('north'), paused('south'));
    const tries: number[] = [];
    for (let minute = 0; minute < 120; minute += 1) {
      const before = posted.length;
      await rounds(teller, 1);
      if (posted.length > before) tries.push(minute);
      expect(posted.length - before).toBeLessThanOrEqual(1);
    }
    const pauses = tries.slice(1).map((minute, index) => minute - (tries[index] ?? 0));
    expect(pauses.slice(0, 6)).toEqual([1, 2, 4, 8, 15, 15]);
  });

  test('gets the rest that it asks for, up to an hour', async () => {
    fate = () => ({ ...away, restMs: 600_000 });
    const teller = messenger();
    await judge(paused('north'));
    await rounds(teller, 10);
    expect(posted).toHaveLength(1);
    fate = () => ({ ...away, restMs: Number.MAX_SAFE_INTEGER });
    await rounds(teller, 1);
    expect(posted).toHaveLength(2);
    fate = () => delivered;
    await rounds(teller, 59);
    expect(posted).toHaveLength(2);
    await rounds(teller, 2);
    expect(posted.at(-1)).toBe('account-paused firing north');
  });

  test('is logged once an hour for each alarm', async () => {
    fate = () => away;
    const teller = messenger();
    await judge(paused('north'));
    await rounds(teller, 59);
    expect(warned).toEqual([
      {
        event: 'alarm-not-delivered',
        alarm: 'account-paused',
        account: 'north',
        subject: null,
        state: 'firing',
        cause: 'HTTP 503',
      },
    ]);
    await rounds(teller, 50);
    expect(warned).toHaveLength(2);
  });
});

describe('a message that is refused', () => {
  test('keeps no other one back, and is tried again later', async () => {
    fate = (message) => (message.includes('north') ? refused : delivered);
    const teller = messenger();
    await judge(paused('north'), paused('south'));
    await rounds(teller, 1);
    expect(posted).toEqual(['account-paused firing north: refused', 'account-paused firing south']);
    await rounds(teller, 30);
    expect(posted.length).toBeLessThan(9);
    fate = () => delivered;
    await rounds(teller, 16);
    expect(posted.filter((one) => one === 'account-paused firing north')).toHaveLength(1);
  });

  test('like every other one means a webhook that is gone: it is not flooded', async () => {
    fate = () => refused;
    await judge(...Array.from({ length: 40 }, (_, index) => paused(`account-${index}`)));
    await rounds(messenger(), 20);
    expect(posted.length).toBeLessThan(30);
  });
});

describe('the daily digest', () => {
  const atEight = { digestAt: Duration.fromObject({ hours: 8 }) };
  const at = (time: string) => {
    now = DateTime.fromISO(time, { zone: 'utc' });
  };

  test('is told once a day, by one of several processes', async () => {
    const tellers = [messenger(atEight), messenger(atEight)];
    at('2026-03-20T07:58:00Z');
    for (let minute = 0; minute < 20; minute += 1) {
      await Promise.all(tellers.map((each) => each.tellAll(() => false)));
      now = now.plus(every);
    }
    expect(posted).toEqual(['digest 2026-03-20']);
    at('2026-03-21T08:00:00Z');
    for (const teller of tellers) await rounds(teller, 3);
    expect(posted).toEqual(['digest 2026-03-20', 'digest 2026-03-21']);
  });

  test.each([
    ['2026-03-20T07:59:59Z', []],
    ['2026-03-20T08:00:00Z', ['digest 2026-03-20']],
    ['2026-03-20T10:59:59Z', ['digest 2026-03-20']],
    ['2026-03-20T11:00:00Z', []],
  ])('by a worker that begins at %s: %j', async (time, expected) => {
    at(time);
    await messenger(atEight).tellAll(() => false);
    expect(posted).toEqual(expected);
  });

  test('of an hour before midnight may come after it, for the day it was of', async () => {
    at('2026-03-21T00:30:00Z');
    await messenger({ digestAt: Duration.fromObject({ hours: 23 }) }).tellAll(() => false);
    expect(posted).toEqual(['digest 2026-03-20']);
  });

  test('that does not get through is tried again', async () => {
    at('2026-03-20T08:00:00Z');
    fate = () => away;
    const teller = messenger(atEight);
    await rounds(teller, 5);
    fate = () => delivered;
    await rounds(teller, 20);
    expect(posted.filter((one) => one === 'digest 2026-03-20')).toHaveLength(1);
  });

  test('is not told where it is off', async () => {
    at('2026-03-20T08:00:00Z');
    await messenger().tellAll(() => false);
    expect(posted).toEqual([]);
  });
});
