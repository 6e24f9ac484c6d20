import { DateTime, Duration } from 'luxon';

/** What one look at an undecided order shows: Amazon offers the action, or not. */
export type Sight = 'offered' | 'gone';

export interface Doubt {
  /** When the POST in doubt may have left. */
  readonly intentAt: DateTime;
  readonly closesAt: DateTime;
  /** Looks that counted so far, this one not included. */
  readonly looksBefore: number;
  /** What the look before this one showed. */
  readonly previous: Sight | null;
}

export interface SettleRules {
  /** After the POST; at least two, ascending. */
  readonly looks: readonly Duration[];
  readonly recheckEvery: Duration;
}

export type Verdict =
  /** Gone twice in a row: the buyer was asked. */
  | { readonly kind: 'sent' }
  /** Offered twice in a row: Amazon has no request. */
  | { readonly kind: 'not-sent' }
  | { readonly kind: 'look-again'; readonly at: DateTime }
  /** The window closed and the looks never agreed; from here on "gone" would mean nothing. */
  | { readonly kind: 'fate-unknown' };

/**
 * Two looks in a row must agree: Amazon's GET may lag behind its POST and has been wrongly empty (models issues #187,
 * #4927), so one look alone never decides.
 */
export function judge(doubt: Doubt, sight: Sight, rules: SettleRules, now: DateTime): Verdict {
  if (doubt.previous === sight) return sight === 'gone' ? { kind: 'sent' } : { kind: 'not-sent' };
  if (now >= doubt.closesAt) return { kind: 'fate-unknown' };
  return { kind: 'look-again', at: lookTime({ ...doubt, looksBefore: doubt.looksBefore + 1 }, rules, now) };
}

/**
 * When to look next. A look planned beyond the end of the window is drawn forward to it: after that Amazon offers the
 * action to nobody, and a look tells nothing. Looks that come late, after a worker was down, still keep the first pause
 * between them: two looks in the same second would be one.
 */
export function lookTime(doubt: Omit<Doubt, 'previous'>, rules: SettleRules, now: DateTime): DateTime {
  const after = rules.looks[doubt.looksBefore];
  const pause = doubt.looksBefore === 0 ? Duration.fromMillis(0) : (rules.looks[0] ?? rules.recheckEvery);
  const planned =
    after === undefined ? now.plus(rules.recheckEvery) : DateTime.max(doubt.intentAt.plus(after), now.plus(pause));
  return now < doubt.closesAt ? DateTime.min(planned, doubt.closesAt) : planned;
}

/** The looks of an account at orders it had not looked at before; `before` is the time up to `recent`. */
export interface FirstLooks {
  readonly recent: { readonly offered: number; readonly gone: number };
  readonly before: { readonly offered: number; readonly gone: number };
}

const ENOUGH_TO_TELL = 8;

/**
 * Are most of an account's looks suddenly empty? Then "gone" says nothing about one order (Amazon's outage of 2025,
 * models issue #4927). Judged by first looks only, because an order that is looked at again is one that was empty before.
 */
export function suddenlyEmpty({ recent, before }: FirstLooks): boolean {
  const looks = recent.offered + recent.gone;
  return (
    looks >= ENOUGH_TO_TELL &&
    recent.gone >= 0.8 * looks &&
    before.offered >= ENOUGH_TO_TELL &&
    before.offered >= before.gone
  );
}
