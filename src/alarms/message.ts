import type { DateTime } from 'luxon';
import type { AlarmMessage } from '../ledger/alarm-book.js';
import { type DigestAccount, digestText } from '../policy/alarm-digest.js';
import { alarmSentence } from '../policy/alarm-message.js';

export type MessageFormat = 'json' | 'teams';

/** What is POSTed about one alarm. Programs rely on `alarm`, `state`, `account`, `text` and `at`; Slack shows `text`. */
export function alarmDocument(
  { alarm, state }: AlarmMessage,
  { format, mode, now }: { readonly format: MessageFormat; readonly mode: string; readonly now: DateTime },
): unknown {
  const sentence = alarmSentence(alarm, state, now);
  if (format === 'teams') return teamsCard(sentence);
  return {
    alarm: alarm.name,
    state,
    account: alarm.account,
    subject: alarm.subject,
    text: slackText(sentence),
    at: now.toISO(),
    since: alarm.firedAt.toISO(),
    until: alarm.resolvedAt?.toISO() ?? null,
    mode,
  };
}

/** What is POSTed once a day. It has no `alarm`, so that nobody takes it for one. */
export function digestDocument(
  digest: { readonly day: string; readonly mode: string; readonly accounts: readonly DigestAccount[] },
  { format, now }: { readonly format: MessageFormat; readonly now: DateTime },
): unknown {
  const text = digestText(digest.day, digest.mode, digest.accounts);
  if (format === 'teams') return teamsCard(text);
  return { digest: 'daily', ...digest, text: slackText(text), at: now.toISO() };
}

/** In Slack these three would begin a link, a mention of everybody, or an entity (api.slack.com, "Formatting text"). */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * A message with one Adaptive Card, as Teams' webhooks and the trigger "When a Teams webhook request is received" of its
 * workflows take it (https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using,
 * "Send Adaptive Cards using an incoming webhook"). A RichTextBlock, because a TextBlock reads its text as Markdown.
 */
function teamsCard(text: string): unknown {
  const line = (words: string) => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: words }],
  });
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.2',
          body: text.split('\n').map(line),
          msteams: { width: 'Full' },
        },
      },
    ],
  };
}
