/** What a person is told of; docs/operations.md says what each means and what to do. */
export const alarmNames = [
  'feed-silent',
  'nothing-sent',
  'unknown-old',
  'deadline-near',
  'account-paused',
  'eligibility-empty',
  'secret-rotation',
  'queue-unsafe',
  'clock-skew',
] as const;
export type AlarmName = (typeof alarmNames)[number];

/** One thing that needs a person. */
export interface Alarm {
  readonly name: AlarmName;
  /** `null`: it is about no account. */
  readonly account: string | null;
  /** The machine it is about; `null`: none. */
  readonly subject: string | null;
  /** For the person who reads it; stands by itself once the name and the account are known. */
  readonly text: string;
}

/**
 * What the facts say about one alarm. `as-before` is the answer between the two edges, and wherever the facts do not reach:
 * an open alarm stays open, and none opens. Without it an alarm would flap around its threshold, and each of several
 * processes, that look a moment apart, would take back what another has just raised.
 */
export type Verdict =
  | { readonly kind: 'firing'; readonly text: string }
  | { readonly kind: 'clear' }
  | { readonly kind: 'as-before' };

export const clear: Verdict = { kind: 'clear' };
export const asBefore: Verdict = { kind: 'as-before' };
export const firing = (...sentences: readonly string[]): Verdict => ({ kind: 'firing', text: sentences.join(' ') });
