import type { DateTime } from 'luxon';
import { type Alarm, type AlarmName, alarmNames, asBefore, type Verdict } from './alarm.js';
import { judgePause, judgeSecret } from './alarm-account.js';
import { judgeDoubts } from './alarm-doubt.js';
import { judgeEligibility } from './alarm-eligibility.js';
import type { AccountFacts, AlarmFacts, AlarmThresholds, OpenAlarm } from './alarm-facts.js';
import { judgeFeed } from './alarm-feed.js';
import { judgeDeadlines, judgeSending } from './alarm-line.js';
import { judgeClock, judgeQueue } from './alarm-machine.js';

export interface Judgement {
  readonly firing: readonly Alarm[];
  /** Names of which something could be told; those of which nothing could stay as they are. */
  readonly judged: ReadonlySet<AlarmName>;
}

/** What a person has to be told by these facts. What they do not decide stays as it is in `facts.open`. */
export function judgeAlarms(facts: AlarmFacts, thresholds: AlarmThresholds, now: DateTime): Judgement {
  const verdicts = alarmNames.flatMap((name) => verdictsOf(name, facts, thresholds, now));
  return {
    firing: verdicts.flatMap((one) => raised(one, facts.open)),
    judged: new Set(alarmNames.filter((name) => couldBeJudged(verdicts.filter((one) => one.name === name)))),
  };
}

interface OneVerdict extends Omit<Alarm, 'text'> {
  readonly verdict: Verdict;
}

function verdictsOf(
  name: AlarmName,
  facts: AlarmFacts,
  thresholds: AlarmThresholds,
  now: DateTime,
): readonly OneVerdict[] {
  const ofAccounts = (judge: (account: AccountFacts) => Verdict): OneVerdict[] =>
    facts.accounts.map((account) => ({ name, account: account.name, subject: null, verdict: judge(account) }));
  switch (name) {
    case 'feed-silent':
      return ofAccounts((account) => judgeFeed(account, thresholds, now));
    case 'nothing-sent':
      return ofAccounts((account) => judgeSending(account, thresholds, now));
    case 'unknown-old':
      return ofAccounts((account) => judgeDoubts(account, thresholds, now));
    case 'deadline-near':
      return ofAccounts((account) => judgeDeadlines(account, thresholds, now));
    case 'account-paused':
      return ofAccounts((account) => judgePause(account, now));
    case 'eligibility-empty':
      return ofAccounts((account) => {
        const open = facts.open.find((alarm) => alarm.name === name && alarm.account === account.name);
        return judgeEligibility(account, open?.firedAt ?? null, thresholds, now);
      });
    case 'secret-rotation':
      return ofAccounts((account) => judgeSecret(account, thresholds, now));
    case 'queue-unsafe':
      return [{ name, account: null, subject: null, verdict: judgeQueue(facts.queue) }];
    case 'clock-skew':
      return [{ name, account: null, subject: facts.host, verdict: judgeClock(facts.clock, facts.host, thresholds) }];
    default:
      return name satisfies never;
  }
}

function raised({ verdict, ...alarm }: OneVerdict, open: readonly OpenAlarm[]): Alarm[] {
  switch (verdict.kind) {
    case 'firing':
      return [{ ...alarm, text: verdict.text }];
    case 'as-before':
      return open
        .filter(({ name, account, subject }) => {
          return name === alarm.name && account === alarm.account && subject === alarm.subject;
        })
        .map(({ text }) => ({ ...alarm, text }));
    case 'clear':
      return [];
    default:
      return verdict satisfies never;
  }
}

function couldBeJudged(verdicts: readonly OneVerdict[]): boolean {
  return verdicts.length === 0 || verdicts.some(({ verdict }) => verdict !== asBefore);
}
