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
