import { DateTime, Duration, type DurationLikeObject } from 'luxon';
import type { Alarm } from '../../src/policy/alarm.js';
import type { AccountFacts, AlarmFacts, AlarmThresholds, LineFacts, OpenAlarm } from '../../src/policy/alarm-facts.js';
import { judgeAlarms } from '../../src/policy/alarm-judgement.js';

export const now = DateTime.fromISO('2026-03-20T12:00:00Z', { zone: 'utc' });
export const ago = (length: DurationLikeObject) => now.minus(length);

/** The defaults of the configuration. */
export const thresholds: AlarmThresholds = {
  every: Duration.fromObject({ minutes: 1 }),
  readEvery: Duration.fromObject({ minutes: 5 }),
  feedSilentAfter: Duration.fromObject({ hours: 24 }),
  nothingSentAfter: Duration.fromObject({ hours: 2 }),
  unknownAfter: Duration.fromObject({ hours: 25 }),
  deadlineWithin: Duration.fromObject({ hours: 24 }),
  deadlineBacklog: 1,
  eligibilityEmptyShare: 0.8,
  secretRotationWithin: Duration.fromObject({ days: 14 }),
  clockSkew: Duration.fromObject({ minutes: 1 }),
};

export const nobodyInLine: LineFacts = {
  overdue: 0,
  overdueSince: null,
  waitingSince: null,
  lastAskAt: ago({ minutes: 10 }),
  answeredLooks: 0,
  inVain: false,
  askedSinceRaised: null,
  closing: 0,
  closingSince: null,
  nearestDeadline: null,
};

/** All is well with it, unless told otherwise. */
export function anAccount(changes: Partial<AccountFacts> = {}): AccountFacts {
  return {
    name: 'north',
    live: true,
    paused: null,
    secretRotatedOn: null,
    reading: { readThrough: ago({ minutes: 3 }), movedAt: ago({ minutes: 1 }), watchedSince: ago({ days: 3 }) },
    arrivals: [{ day: '2026-03-20', orders: 3, lastAt: ago({ minutes: 30 }) }],
    line: nobodyInLine,
    doubts: { requests: [] },
    looks: { spans: [], clearedAt: null },
    ...changes,
  };
}

export function someFacts(changes: Partial<AlarmFacts> = {}): AlarmFacts {
  return { accounts: [anAccount()], queue: [], clock: null, host: 'box', open: [], ...changes };
}

export function open(alarm: Partial<OpenAlarm> & Pick<OpenAlarm, 'name'>): OpenAlarm {
  return { account: 'north', subject: null, text: 'as it was told', firedAt: ago({ hours: 1 }), ...alarm };
}

/** What fires for one account, by name. */
export function namesFor(changes: Partial<AccountFacts>, rules: Partial<AlarmThresholds> = {}): string[] {
  const facts = someFacts({ accounts: [anAccount(changes)] });
  return judgeAlarms(facts, { ...thresholds, ...rules }, now).firing.map(({ name }) => name);
}

export function textFor(changes: Partial<AccountFacts>): string {
  const { firing } = judgeAlarms(someFacts({ accounts: [anAccount(changes)] }), thresholds, now);
  return firing.map(({ text }) => text).join('\n');
}

/** Raises and takes back alarms as the book does, evaluation by evaluation. Answers every change: `+` raised, `-` taken back. */
export function changesOver(evaluations: readonly AlarmFacts[], rules: Partial<AlarmThresholds> = {}): string[] {
  const changes: string[] = [];
  let standing: readonly OpenAlarm[] = [];
  for (const facts of evaluations) {
    const { firing, judged } = judgeAlarms({ ...facts, open: standing }, { ...thresholds, ...rules }, now);
    const isFiring = (alarm: Alarm) => firing.some((each) => nameOf(each) === nameOf(alarm));
    const over = standing.filter((alarm) => judged.has(alarm.name) && !isFiring(alarm));
    const fresh = firing.filter((alarm) => !standing.some((each) => nameOf(each) === nameOf(alarm)));
    changes.push(...fresh.map((alarm) => `+${nameOf(alarm)}`), ...over.map((alarm) => `-${nameOf(alarm)}`));
    standing = [
      ...standing.filter((alarm) => !over.includes(alarm)),
      ...fresh.map((alarm) => ({ ...alarm, firedAt: now })),
    ];
  }
  return changes;
}

function nameOf({ name, account, subject }: Alarm): string {
  return [name, account, subject].filter((part) => part !== null).join(' ');
}
