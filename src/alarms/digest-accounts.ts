import type { DateTime } from 'luxon';
import type { DigestAccount } from '../policy/alarm-digest.js';
import type { AlarmLedger } from './gather-facts.js';

/** What the daily digest tells of each account, in the order of the names given. */
export async function digestAccounts(
  accounts: readonly string[],
  ledger: AlarmLedger,
  now: DateTime,
): Promise<DigestAccount[]> {
  const [states, sent, due, tallies, feeds, open] = await Promise.all([
    ledger.accounts(),
    ledger.sentPerDay(now.toUTC().startOf('day').minus({ days: 1 })),
    ledger.duePerDay(now, now.plus({ days: 1 })),
    ledger.tallies(),
    ledger.feedProgress(),
    ledger.openAlarms(),
  ]);
  return accounts.map((name) => {
    const ofIt = <T extends { readonly account: string | null }>(list: readonly T[]) =>
      list.filter(({ account }) => account === name);
    const sum = (list: readonly { readonly orders: number }[]) => list.reduce((total, { orders }) => total + orders, 0);
    const paused = states.find((state) => state.name === name)?.paused ?? null;
    const readThrough = ofIt(feeds)[0]?.readThrough ?? null;
    return {
      account: name,
      sent: sum(ofIt(sent)),
      due: sum(ofIt(due)),
      unknown: sum(ofIt(tallies).filter(({ state }) => state === 'unknown' || state === 'sending')),
      paused: paused && { reason: paused.reason, by: paused.by, at: paused.at.toISO() ?? '' },
      feedLagSeconds: readThrough && Math.max(0, Math.round(now.diff(readThrough).as('seconds'))),
      alarms: ofIt(open).map((alarm) => alarm.name),
    };
  });
}
