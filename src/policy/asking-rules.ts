/** When the owner allows a request; per marketplace. */
export interface AskingRules {
  /** Whole days after delivery, 5 to 29. */
  readonly askAfterDays: number;
  /** Spans of the marketplace's local day; see {@link HourSpan}. */
  readonly hours: readonly HourSpan[];
  /** ISO weekdays, 1 = Monday to 7 = Sunday. Never empty. */
  readonly weekdays: ReadonlySet<number>;
}

/** Minutes after local midnight: `from` is inside, `until` is not. `until <= from` reaches over midnight. 0 to 1440 is the whole day. */
export interface HourSpan {
  readonly from: number;
  readonly until: number;
}
