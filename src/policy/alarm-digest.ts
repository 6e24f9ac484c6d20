import { DateTime, type Duration } from 'luxon';
import { counted, lengthInWords } from './alarm-words.js';

/** A digest is news of the day: after a night in which nothing ran it may come this late, and not at all later. */
const LATEST_HOURS = 3;

/** The day (`2026-11-22`, UTC) whose digest is to be sent now, if nobody has; `null`: none. */
export function digestDay(digestAt: Duration | 'off', now: DateTime): string | null {
  if (digestAt === 'off') return null;
  const today = now.toUTC().startOf('day');
  // Late in the evening its time may pass into the next day.
  for (const day of [today, today.minus({ days: 1 })]) {
    const due = day.plus(digestAt);
    if (now >= due && now < due.plus({ hours: LATEST_HOURS })) return day.toISODate();
  }
  return null;
}

export interface DigestAccount {
  readonly account: string;
  /** Requests sent since the day before began (UTC). */
  readonly sent: number;
  /** Orders that are to be asked within a day; those overdue are among them. */
  readonly due: number;
  /** Requests whose fate is not known. */
  readonly unknown: number;
  readonly paused: { readonly reason: string; readonly by: string; readonly at: string } | null;
  /** How far behind the reading of orders is; `null`: never read to the end. */
  readonly feedLagSeconds: number | null;
  /** Names of the alarms that are open for it. */
  readonly alarms: readonly string[];
}

/** One line for each account, and one before them. */
export function digestText(day: string, mode: string, accounts: readonly DigestAccount[]): string {
  const yesterday = DateTime.fromISO(day, { zone: 'utc' }).minus({ days: 1 }).toISODate();
  const head = `Daily digest ${day} (${mode}); sent: since ${yesterday} 00:00 UTC, due: within 24 h.`;
  return [head, ...accounts.map(line)].join('\n');
}

function line({ account, sent, due, unknown, paused, feedLagSeconds, alarms }: DigestAccount): string {
  return [
    `${account}: ${sent} sent, ${due} due, ${counted(unknown, 'request')} of unknown fate`,
    feedLagSeconds === null ? 'orders never read' : `orders read up to ${lengthInWords(feedLagSeconds * 1_000)} ago`,
    ...(paused === null ? [] : [`PAUSED by ${paused.by}: ${paused.reason}`]),
    ...(alarms.length === 0 ? [] : [`open alarms: ${alarms.join(', ')}`]),
  ].join('; ');
}
