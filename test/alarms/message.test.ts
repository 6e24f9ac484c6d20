import { expect, test } from '@jest/globals';
import { DateTime } from 'luxon';
import { alarmDocument, digestDocument } from '../../src/alarms/message.js';
import type { AlarmMessage, StoredAlarm } from '../../src/ledger/alarm-book.js';

const now = DateTime.fromISO('2026-03-20T12:00:00Z', { zone: 'utc' });

function aMessage(state: AlarmMessage['state'], changes: Partial<StoredAlarm> = {}): AlarmMessage {
  const alarm: StoredAlarm = {
    id: 1n,
    name: 'account-paused',
    account: 'north',
    subject: null,
    text: 'Paused by anna.',
    firedAt: now.minus({ hours: 3 }),
    resolvedAt: state === 'resolved' ? now : null,
    toldAt: null,
    ...changes,
  };
  return { alarm, state };
}
const json = (message: AlarmMessage) => alarmDocument(message, { format: 'json', mode: 'live', now });

test('an alarm is one JSON document that programs may rely on', () => {
  expect(json(aMessage('firing'))).toEqual({
    alarm: 'account-paused',
    state: 'firing',
    account: 'north',
    subject: null,
    text: 'FIRING account-paused north: Paused by anna.',
    at: '2026-03-20T12:00:00.000Z',
    since: '2026-03-20T09:00:00.000Z',
    until: null,
    mode: 'live',
  });
});

test('its all-clear says how long it went on', () => {
  expect(json(aMessage('resolved'))).toMatchObject({
    state: 'resolved',
    text: 'OK account-paused north: over after 3 h. It was: Paused by anna.',
    until: '2026-03-20T12:00:00.000Z',
  });
});

test('an alarm of a machine names the machine, and one of the queue nobody', () => {
  expect(json(aMessage('firing', { name: 'clock-skew', account: null, subject: 'box', text: 'Late.' }))).toMatchObject({
    account: null,
    subject: 'box',
    text: 'FIRING clock-skew box: Late.',
  });
  expect(json(aMessage('firing', { name: 'queue-unsafe', account: null, text: 'Bad.' }))).toMatchObject({
    text: 'FIRING queue-unsafe: Bad.',
  });
});

test('what a person wrote as a reason mentions nobody in Slack, and makes no link', () => {
  const text = 'Paused: <!channel> & <https://evil.example|click>';
  expect(json(aMessage('firing', { text }))).toMatchObject({
    text: 'FIRING account-paused north: Paused: &lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;',
  });
});

test('a reason of any length is cut', () => {
  const { text } = json(aMessage('firing', { text: 'x'.repeat(100_000) })) as { text: string };
  expect(text.length).toBeLessThan(2_100);
});

test('Teams gets one card that shows the text as it is', () => {
  const card = alarmDocument(aMessage('firing', { text: 'see **this** & <that>' }), {
    format: 'teams',
    mode: 'live',
    now,
  });
  expect(card).toEqual({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: expect.objectContaining({
          type: 'AdaptiveCard',
          version: '1.2',
          body: [
            {
              type: 'RichTextBlock',
              inlines: [{ type: 'TextRun', text: 'FIRING account-paused north: see **this** & <that>' }],
            },
          ],
        }),
      },
    ],
  });
});

const account = {
  account: 'north',
  sent: 12,
  due: 3,
  unknown: 1,
  paused: null,
  feedLagSeconds: 180,
  alarms: ['unknown-old'],
};

test('the digest is no alarm, and tells of every account in a line', () => {
  const paused = { reason: 'holidays', by: 'anna', at: '2026-03-18T12:00:00.000Z' };
  const accounts = [account, { ...account, account: 'south', paused, alarms: [], feedLagSeconds: null }];
  const digest = digestDocument({ day: '2026-03-20', mode: 'live', accounts }, { format: 'json', now });
  expect(digest).toEqual({
    digest: 'daily',
    day: '2026-03-20',
    mode: 'live',
    at: '2026-03-20T12:00:00.000Z',
    accounts,
    text: [
      'Daily digest 2026-03-20 (live); sent: since 2026-03-19 00:00 UTC, due: within 24 h.',
      'north: 12 sent, 3 due, 1 request of unknown fate; orders read up to 3 min ago; open alarms: unknown-old',
      'south: 12 sent, 3 due, 1 request of unknown fate; orders never read; PAUSED by anna: holidays',
    ].join('\n'),
  });
  expect(digest).not.toHaveProperty('alarm');
});

test('for Teams the digest is a card with a line each', () => {
  const card = digestDocument({ day: '2026-03-20', mode: 'live', accounts: [account] }, { format: 'teams', now });
  expect(card).toHaveProperty('attachments.0.content.body.length', 2);
});
