import type { AlarmName } from '../../policy/alarm.js';

/** What an alarm means, and what a person does about it; docs/operations.md says more. */
export const alarmWords: Readonly<Record<AlarmName, { readonly means: string; readonly remedy: string }>> = {
  'feed-silent': {
    means: 'No orders could be read, or none came although they used to.',
    remedy: 'Look in Seller Central whether there are new orders; if so, run "askonce check".',
  },
  'nothing-sent': {
    means: 'Orders have been due for a while, and nobody of their account was asked.',
    remedy: 'Run "askonce check", and see in the log what keeps them.',
  },
  'unknown-old': {
    means: 'Of a request it is still not known whether it reached the buyer.',
    remedy: 'Open the order and read its story; askonce goes on looking, and never asks twice meanwhile.',
  },
  'deadline-near': {
    means: 'Windows close soon while orders that are due wait in line.',
    remedy: 'See whether the account is paused, in trouble, or capped by MAX_PER_DAY.',
  },
  'account-paused': {
    means: 'Nobody is asked for this account.',
    remedy: 'Mend what the reason names, then resume the account.',
  },
  'eligibility-empty': {
    means: 'For most orders Amazon suddenly does not offer the request, which looks like a fault on its side.',
    remedy: 'Wait: the orders are looked at again. If it lasts for days, ask Selling Partner support.',
  },
  'secret-rotation': {
    means: 'The client secret ends soon, and every call with it.',
    remedy: 'Make a new one in Seller Central, put it into the env file, and write its day into LWA_SECRET_ROTATED_ON.',
  },
  'queue-unsafe': {
    means: 'Redis may lose wake-ups; the ledger stays whole, and the sweep rings again.',
    remedy: 'Set maxmemory-policy to noeviction, and switch the append-only file on.',
  },
  'clock-skew': {
    means: "The clock of a machine differs from Amazon's.",
    remedy: 'Set the clock by NTP.',
  },
};
