import type { VNode } from 'preact';
import type { StoredAlarm } from '../../ledger/alarm-book.js';
import { Marked } from './badges.js';
import { When } from './time.js';

/** Open alarms: what is wrong and since when; what to do about it is part of the text. */
export function AlarmList({ alarms }: { readonly alarms: readonly StoredAlarm[] }): VNode {
  return (
    <ul class="alarms">
      {alarms.map((alarm) => (
        <li key={String(alarm.id)} data-key={String(alarm.id)}>
          <p>
            <Marked mark="bad">
              <strong>{alarm.name}</strong>
            </Marked>{' '}
            <About alarm={alarm} /> since <When at={alarm.firedAt} />
          </p>
          <p>{alarm.text}</p>
        </li>
      ))}
    </ul>
  );
}

/** The account or the machine that an alarm is about. */
export function About({ alarm }: { readonly alarm: StoredAlarm }): VNode | null {
  if (alarm.account !== null) {
    return <a href={`/accounts#${encodeURIComponent(alarm.account)}`}>{alarm.account}</a>;
  }
  return alarm.subject === null ? null : <span>{alarm.subject}</span>;
}
