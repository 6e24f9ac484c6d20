import { alarmNames } from '../policy/alarm.js';
import type { KnownGauge, Sample } from './metrics-gauges.js';

const verbs = ['schedule', 'send', 'settle'] as const;
const jobStates = ['waiting', 'delayed', 'active'] as const;

/** What is about no account, or not about accounts alone. */
export const wholeGauges: readonly KnownGauge[] = [
  {
    name: 'ledger_up',
    help: 'Whether the ledger answers this process',
    labelNames: [],
    samples: ({ ledger }) => [{ labels: {}, value: Number(ledger.up) }],
  },
  {
    name: 'queue_up',
    help: 'Whether the queue answers this process',
    labelNames: [],
    samples: ({ queue }) => [{ labels: {}, value: Number(queue.up) }],
  },
  {
    name: 'queue_depth',
    help: 'Wake-ups in the queue: waiting are due, delayed not yet, active being answered; the same in every process',
    labelNames: ['verb', 'state'],
    samples: ({ queue }) =>
      verbs.flatMap((verb) => {
        const contents = queue.value?.find((one) => one.queue === verb);
        return jobStates.map((state) => ({ labels: { verb, state }, value: contents?.[state] ?? null }));
      }),
  },
  {
    name: 'alarm_firing',
    help: 'Whether an alarm is open; account is empty where it is about none; the same in every process',
    labelNames: ['alarm', 'account'],
    samples: ({ ledger }) => {
      if (ledger.value === null) return [];
      const quiet = alarmNames.map((alarm): Sample => ({ labels: { alarm, account: '' }, value: 0 }));
      const open = ledger.value.alarms.map(
        ({ name, account }): Sample => ({ labels: { alarm: name, account: account ?? '' }, value: 1 }),
      );
      return [...quiet, ...open];
    },
  },
  {
    name: 'clock_skew_seconds',
    help: "How far the clock of this machine, or of the ledger, is ahead of Amazon's, to about a second",
    labelNames: ['clock'],
    samples: ({ aheadOfAmazon: machine, ledger: { value } }) => [
      { labels: { clock: 'machine' }, value: machine },
      {
        labels: { clock: 'ledger' },
        value: machine === null || value === null ? null : machine + value.aheadOfMachineSeconds,
      },
    ],
  },
];
