import type { DateTime } from 'luxon';
import { marketplaceById } from '../../amazon/marketplaces.js';

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 2 });

export function count(number: number): string {
  return whole.format(number);
}

/** `1 order`, `12 orders`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Two digits, where that says something: `0.03 %`, `12 %`, `170 %`. */
export function percent(share: number): string {
  const hundredfold = share * 100;
  return `${hundredfold >= 10 ? whole.format(hundredfold) : short.format(hundredfold)} %`;
}

/** `45 s`, `12 min`, `5 h 30 min`, `3 d 4 h`. */
export function timeSpan(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (minutes < 100) return `${minutes} min`;
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return hours % 24 === 0 || days > 9 ? `${count(days)} d` : `${days} d ${hours % 24} h`;
}

/** `Nov 22, 2026, 06:22:15 UTC`. */
export function instantText(instant: DateTime): string {
  return `${instantFormat.format(instant.toMillis())} UTC`;
}

/** `Nov 22, 06:22 UTC`. */
export function shortInstantText(instant: DateTime): string {
  return `${shortInstantFormat.format(instant.toMillis())} UTC`;
}

/** `Sun, Nov 22` for `2026-11-22`. */
export function dayText(day: string): string {
  return dayFormat.format(Date.parse(`${day}T00:00:00Z`));
}

const clockTime = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' } as const;
const instantFormat = new Intl.DateTimeFormat('en-US', {
  dateStyle: 'medium',
  timeStyle: 'medium',
  hourCycle: 'h23',
  timeZone: 'UTC',
});
const shortInstantFormat = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric', ...clockTime });
const dayFormat = new Intl.DateTimeFormat('en-US', {
  weekday: 'short',
  month: 'short',
  day: 'numeric',
  timeZone: 'UTC',
});

/** Amazon's code, e.g. `DE`; the id where this version does not know it; `?` where Amazon does not tell it. */
export function marketplaceCode(id: string | null): string {
  return id === null ? '?' : (marketplaceById(id)?.code ?? id);
}
