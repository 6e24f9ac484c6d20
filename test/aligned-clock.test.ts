import { beforeEach, describe, expect, test } from '@jest/globals';
import { DateTime } from 'luxon';
import { AlignedClock } from '../src/aligned-clock.js';

/** The true time is `truth` milliseconds after this instant. */
const noon = DateTime.fromISO('2026-03-20T12:00:00Z', { zone: 'utc' });
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

let truth: number;
let wallIsOff: number;
/** How long the machine has slept: its steady timer stood still. */
let slept: number;
let ledgerIsOff: number;
let news: string[];
let clock: AlignedClock;

const timers = {
  wall: () => noon.toMillis() + truth + wallIsOff,
  steady: () => 5_000 + truth - slept,
};
const ledgerTime = async () => noon.plus(truth + ledgerIsOff);
const hearAmazon = (isOff = 0) => clock.hearAmazon(noon.plus(truth + isOff).startOf('second'));
/** By how much the clock is wrong. */
const error = () => clock.now().toMillis() - noon.toMillis() - truth;

function openClock(): AlignedClock {
  return new AlignedClock(timers, (event, facts) => news.push(`${event} ${facts['followed'] ?? facts['from']}`));
}

beforeEach(() => {
  truth = 0;
  wallIsOff = 0;
  slept = 0;
  ledgerIsOff = 0;
  news = [];
  clock = openClock();
});

describe('a worker clock', () => {
  test('is not moved when somebody sets the clock of the machine', async () => {
    await clock.followLedger(ledgerTime);
    wallIsOff = 3 * day;
    truth += minute;
    expect(error()).toBe(0);
    wallIsOff = -3 * day;
    expect(error()).toBe(0);
  });

  test('begins right although the process was halted while it read its timers', async () => {
    let reading = 0;
    clock = new AlignedClock(
      {
        ...timers,
        wall: () => {
          reading += 1;
          if (reading !== 3) truth += 200;
          return timers.wall();
        },
      },
      () => {},
    );
    expect(error()).toBe(0);
  });

  test('goes by the ledger, where the clock of the machine is wrong from the start', async () => {
    wallIsOff = -5 * hour;
    clock = openClock();
    await clock.followLedger(ledgerTime);
    expect(error()).toBe(0);
    expect(news).toEqual(['clock-corrected ledger']);
  });

  test('takes a reading that proves it wrong for the middle of its way', async () => {
    wallIsOff = hour;
    clock = openClock();
    await clock.followLedger(async () => {
      truth += 300;
      const time = await ledgerTime();
      truth += 100;
      return time;
    });
    expect(error()).toBe(100);
  });

  test('is not moved by the way that an answer took', async () => {
    await clock.followLedger(async () => {
      const time = await ledgerTime();
      truth += 400;
      return time;
    });
    expect(error()).toBe(0);
  });

  test('drops a reading that took longer than two seconds', async () => {
    await clock.followLedger(ledgerTime);
    await clock.followLedger(async () => {
      const time = await ledgerTime();
      truth += 2_500;
      return time;
    });
    expect(error()).toBe(0);
  });

  test('is right again after the machine slept, once the ledger is read', async () => {
    await clock.followLedger(ledgerTime);
    slept = 8 * hour;
    truth += 8 * hour;
    expect(error()).toBe(-8 * hour);
    await clock.followLedger(ledgerTime);
    expect(error()).toBe(0);
  });

  test('goes by Amazon, where two of its answers say that the clock of the ledger is wrong', async () => {
    await clock.followLedger(ledgerTime);
    hearAmazon();
    ledgerIsOff = 40 * day;
    await clock.followLedger(ledgerTime);
    truth += minute;
    hearAmazon();
    expect(Math.abs(error())).toBeLessThanOrEqual(1_000);
    expect(clock.agreesWithAmazon()).toBe(true);
    expect(news).toEqual(['clock-corrected ledger', 'clock-skew amazon']);
  });

  test('goes by the ledger again when that has been set right', async () => {
    ledgerIsOff = -2 * hour;
    await clock.followLedger(ledgerTime);
    hearAmazon();
    hearAmazon();
    expect(Math.abs(error())).toBeLessThanOrEqual(1_000);
    ledgerIsOff = 0;
    await clock.followLedger(ledgerTime);
    expect(error()).toBe(0);
    hearAmazon();
    expect(error()).toBe(0);
    expect(clock.agreesWithAmazon()).toBe(true);
  });

  test('is not moved by one answer that names an absurd time', async () => {
    await clock.followLedger(ledgerTime);
    hearAmazon();
    hearAmazon(9 * day);
    expect(error()).toBe(0);
    expect(clock.agreesWithAmazon()).toBe(false);
    hearAmazon();
    expect(error()).toBe(0);
    expect(clock.agreesWithAmazon()).toBe(true);
  });

  test('is not moved by the seconds that an answer takes', async () => {
    await clock.followLedger(ledgerTime);
    for (const late of [-20_000, -1_000, -15_000]) hearAmazon(late);
    expect(error()).toBe(0);
    expect(clock.agreesWithAmazon()).toBe(true);
  });

  test('does not agree with an Amazon it has not heard, for its first day', async () => {
    await clock.followLedger(ledgerTime);
    expect(clock.agreesWithAmazon()).toBe(false);
    truth += day - 1;
    expect(clock.agreesWithAmazon()).toBe(false);
    truth += 1;
    expect(clock.agreesWithAmazon()).toBe(true);
  });

  test('throws what the ledger throws, and goes on as before', async () => {
    await clock.followLedger(ledgerTime);
    await expect(clock.followLedger(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect(error()).toBe(0);
  });
});

describe("measured by Amazon's", () => {
  /** In seconds, the machine's first. */
  const ahead = () => {
    const reading = clock.againstAmazon();
    return reading && [reading.machineAheadMs, reading.ledgerAheadMs].map((ms) => Math.round(ms / 1000) + 0);
  };

  test('both clocks are known once Amazon was heard twice', async () => {
    wallIsOff = 10 * minute;
    clock = openClock();
    ledgerIsOff = -90_000;
    await clock.followLedger(ledgerTime);
    expect(ahead()).toBeNull();
    hearAmazon();
    expect(ahead()).toBeNull();
    truth += minute;
    hearAmazon();
    expect(ahead()).toEqual([600, -90]);
    expect(clock.againstAmazon()?.heardMsAgo).toBe(minute);
  });

  test('one answer that was long on its way makes no clock wrong', async () => {
    await clock.followLedger(ledgerTime);
    for (const late of [0, -50_000]) hearAmazon(late);
    expect(ahead()).toEqual([0, 0]);
    hearAmazon(-50_000);
    expect(ahead()).toEqual([50, 50]);
  });

  test('whole seconds, as HTTP names them, are wrong by half of one at most', async () => {
    await clock.followLedger(ledgerTime);
    for (const ms of [1, 998]) {
      truth += ms;
      hearAmazon();
    }
    expect(Math.abs(clock.againstAmazon()?.machineAheadMs ?? 999)).toBeLessThanOrEqual(500);
  });

  test.each<[string, () => void]>([
    [
      'the machine slept',
      () => {
        truth += hour / 2;
        slept += hour / 2;
      },
    ],
    [
      'somebody set the clock of the machine',
      () => {
        wallIsOff += 5_000;
      },
    ],
    [
      'an hour has passed',
      () => {
        truth += hour + 1;
      },
    ],
  ])('nothing is known any more after %s, until Amazon is heard again', (_what, happens) => {
    hearAmazon();
    hearAmazon();
    happens();
    expect(ahead()).toBeNull();
    hearAmazon();
    expect(ahead()).toBeNull();
    hearAmazon();
    expect(ahead()).not.toBeNull();
  });
});

describe('a stopwatch', () => {
  test('counts the time that the machine slept', () => {
    const measured = clock.stopwatch();
    truth += hour;
    slept = hour;
    expect(measured()).toBe(hour);
  });

  test('does not run slower because somebody set the clock back', () => {
    const measured = clock.stopwatch();
    truth += minute;
    wallIsOff = -day;
    expect(measured()).toBe(minute);
  });

  test('does not care what the ledger and Amazon say of the time', async () => {
    const measured = clock.stopwatch();
    ledgerIsOff = -day;
    await clock.followLedger(ledgerTime);
    truth += minute;
    expect(measured()).toBe(minute);
  });
});
