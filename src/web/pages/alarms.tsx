import type { DateTime } from 'luxon';
import type { VNode } from 'preact';
import type { StoredAlarm } from '../../ledger/alarm-book.js';
import { alarmNames } from '../../policy/alarm.js';
import { About, AlarmList } from './alarm-list.js';
import { alarmWords } from './alarm-words.js';
import { Marked } from './badges.js';
import { timeSpan } from './figures.js';
import { Table } from './table.js';
import { AsOf, Instant, When } from './time.js';

interface AlarmsProps {
  readonly open: readonly StoredAlarm[];
  /** The latest, open or over. */
  readonly recent: readonly StoredAlarm[];
  /** Whether anybody is told by webhook. */
  readonly isTold: boolean;
  readonly now: DateTime;
}

export function AlarmsPage({ open, recent, isTold, now }: AlarmsProps): VNode {
  const past = recent.filter(({ resolvedAt }) => resolvedAt !== null);
  return (
    <div class="page" data-live="alarms">
      <AsOf now={now} />
      <section>
        <h2>Open</h2>
        {open.length === 0 ? (
          <p class="headline">
            <Marked mark="good">No alarm is open.</Marked>
          </p>
        ) : (
          <AlarmList alarms={open} />
        )}
        {isTold ? null : (
          <p class="empty">Alarms are shown here and logged, but sent nowhere: ALERT_WEBHOOK_URL is not set.</p>
        )}
      </section>
      <section>
        <h2>Over</h2>
        {past.length === 0 ? <p class="empty">There was none lately.</p> : <Past alarms={past} />}
      </section>
      <section>
        <h2>What is watched</h2>
        <dl class="watched">
          {alarmNames.map((name) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>
                {alarmWords[name].means} <span class="remedy">{alarmWords[name].remedy}</span>
              </dd>
            </div>
          ))}
        </dl>
      </section>
    </div>
  );
}

function Past({ alarms }: { readonly alarms: readonly StoredAlarm[] }): VNode {
  const columns = ['Alarm', 'About', 'What was wrong', 'Began', 'Lasted', 'Told'];
  return (
    <Table caption="Alarms that are over, the latest first" columns={columns.map((title) => ({ title }))}>
      {alarms.map((alarm) => (
        <tr key={String(alarm.id)} data-key={String(alarm.id)}>
          <th scope="row">
            <code>{alarm.name}</code>
          </th>
          <td>
            <About alarm={alarm} />
          </td>
          <td class="prose">{alarm.text}</td>
          <td>
            <When at={alarm.firedAt} />
          </td>
          <td>{alarm.resolvedAt === null ? '-' : timeSpan(alarm.resolvedAt.diff(alarm.firedAt).as('seconds'))}</td>
          <td>{alarm.toldAt === null ? 'nobody' : <Instant at={alarm.toldAt} />}</td>
        </tr>
      ))}
    </Table>
  );
}
