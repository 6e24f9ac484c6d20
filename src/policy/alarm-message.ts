import type { DateTime } from 'luxon';
import type { Alarm } from './alarm.js';
import { lengthInWords } from './alarm-words.js';

export interface Told extends Alarm {
  readonly firedAt: DateTime;
  readonly resolvedAt: DateTime | null;
}

/** Chat tools cut or refuse longer ones; a pause may have any text as its reason. */
const LONGEST = 2_000;

/** What a person reads, wherever it is shown: which alarm, whose, and what to do. */
export function alarmSentence(alarm: Told, state: 'firing' | 'resolved', now: DateTime): string {
  const about = [alarm.name, alarm.account ?? alarm.subject].filter((word) => word !== null).join(' ');
  if (state === 'firing') return cut(`FIRING ${about}: ${alarm.text}`);
  const length = (alarm.resolvedAt ?? now).diff(alarm.firedAt);
  return cut(`OK ${about}: over after ${lengthInWords(length)}. It was: ${alarm.text}`);
}

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)} ...`;
}
