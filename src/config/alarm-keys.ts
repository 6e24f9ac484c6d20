import { wholeWebUrl } from './addresses.js';
import { durationBetween } from './durations.js';
import { key } from './key.js';
import { oneOf, wholeNumber } from './reading.js';
import { timeOfDayOrOff } from './time-of-day.js';

/** When to tell a person, and where. Every threshold of an alarm is a key here. */
export const alarmKeys = {
  ALERT_WEBHOOK_URL: key(
    'ALERT_WEBHOOK_URL',
    null,
    wholeWebUrl,
    'https://hooks.example.com/services/T000/B000/XXXX',
    'alarms, their all-clear and the daily digest are POSTed here; its address is treated as a secret',
    { withoutIt: 'alarms are shown, logged and measured, but sent nowhere', mayBeInFile: true },
  ),
  ALERT_WEBHOOK_FORMAT: key(
    'ALERT_WEBHOOK_FORMAT',
    'json',
    oneOf(['json', 'teams']),
    'teams',
    '`json`: one JSON document, whose `text` Slack and its like show; `teams`: a card for a workflow of Microsoft Teams',
  ),
  ALERT_EVERY: key('ALERT_EVERY', '1m', durationBetween('100ms', '1h'), '1m', 'how often the alarms are evaluated'),
  ALERT_REPEAT: key(
    'ALERT_REPEAT',
    '24h',
    durationBetween('1s', '30d'),
    '24h',
    'an alarm that goes on is sent again after so long',
  ),
  ALERT_DIGEST_AT: key(
    'ALERT_DIGEST_AT',
    '08:00',
    timeOfDayOrOff,
    '08:00',
    'when the daily digest is sent, UTC; `off`: never',
  ),
  ALERT_FEED_SILENT_AFTER: key(
    'ALERT_FEED_SILENT_AFTER',
    '24h',
    durationBetween('100ms', '60d'),
    '24h',
    '`feed-silent`: no orders read, or no new order although they used to come, for so long',
    {
      details:
        'An account with few orders gets more time: three times the longest gap between its orders of the last 30 days.',
    },
  ),
  ALERT_NOTHING_SENT_AFTER: key(
    'ALERT_NOTHING_SENT_AFTER',
    '2h',
    durationBetween('100ms', '7d'),
    '2h',
    '`nothing-sent`: an order has been due, and nobody of its account was asked, for so long',
  ),
  ALERT_UNKNOWN_AFTER: key(
    'ALERT_UNKNOWN_AFTER',
    '25h',
    durationBetween('100ms', '30d'),
    '25h',
    '`unknown-old`: what became of a request has been unknown for so long; by default a day, and an hour for the look that then settles it',
  ),
  ALERT_DEADLINE_WITHIN: key(
    'ALERT_DEADLINE_WITHIN',
    '24h',
    durationBetween('100ms', '20d'),
    '24h',
    '`deadline-near`: a window ends within so long while orders that are due wait in line',
  ),
  ALERT_DEADLINE_BACKLOG: key(
    'ALERT_DEADLINE_BACKLOG',
    '1',
    wholeNumber(1, 1_000_000),
    '10',
    '`deadline-near`: at least so many due orders with such a deadline',
  ),
  ALERT_ELIGIBILITY_EMPTY_SHARE: key(
    'ALERT_ELIGIBILITY_EMPTY_SHARE',
    '80',
    wholeNumber(1, 100),
    '80',
    "`eligibility-empty`: at least so many percent of an account's first looks of the last hours find nothing offered, which before most did",
  ),
  ALERT_SECRET_ROTATION_WITHIN: key(
    'ALERT_SECRET_ROTATION_WITHIN',
    '14d',
    durationBetween('1d', '179d'),
    '14d',
    '`secret-rotation`: the client secret (LWA_SECRET_ROTATED_ON) expires within so long',
  ),
  ALERT_CLOCK_SKEW: key(
    'ALERT_CLOCK_SKEW',
    '1m',
    durationBetween('1s', '1d'),
    '1m',
    "`clock-skew`: this machine's clock, or the ledger's, differs from Amazon's by so much",
  ),
} as const;
