import type { DateTime } from 'luxon';
import type { VNode } from 'preact';
import type { QueueContents, QueueReport, RecurringRing } from '../../queue/wake-ups.js';
import { Marked } from './badges.js';
import { count, timeSpan } from './figures.js';
import { Table } from './table.js';
import { AsOf, When } from './time.js';

interface QueueProps {
  readonly report: QueueReport;
  readonly now: DateTime;
}

export function QueuePage({ report, now }: QueueProps): VNode {
  return (
    <div class="page" data-live="queue">
      <AsOf now={now} />
      <p class="lead">
        The ledger decides, the queue reminds: a wake-up says "look at this order", and nothing else. Were the whole
        queue lost, the sweep would ring again for everything that is due.
      </p>
      <section>
        <h2>Wake-ups</h2>
        <Contents queues={report.queues} />
      </section>
      <section>
        <h2>Recurring work</h2>
        {report.recurring.length === 0 ? (
          <p class="empty">Nothing recurs: no worker has started on this queue.</p>
        ) : (
          <Recurring rings={report.recurring} />
        )}
      </section>
      <section>
        <h2>Where it lives</h2>
        <Safety report={report} />
      </section>
    </div>
  );
}

const purposes: Readonly<Record<QueueContents['queue'], string>> = {
  schedule: 'Orders that wait for their shipping or delivery',
  send: 'Orders whose time to ask comes or has come',
  settle: 'Requests of which it is not known what became of them',
  discover: 'Reading orders from Amazon',
  sweep: 'Finding what is due in the ledger',
};

function Contents({ queues }: { readonly queues: readonly QueueContents[] }): VNode {
  const columns = [
    { title: 'Queue' },
    { title: 'For' },
    { title: 'Waiting', figures: true },
    { title: 'Delayed', figures: true },
    { title: 'Active', figures: true },
    { title: 'Failed', figures: true },
  ];
  return (
    <Table caption="Wake-ups by queue" columns={columns}>
      {queues.map(({ queue, waiting, delayed, active, failed }) => (
        <tr key={queue} data-key={queue}>
          <th scope="row">{queue}</th>
          <td>{purposes[queue]}</td>
          {[waiting, delayed, active].map((number, index) => (
            <td key={index} class="figure">
              {number === 0 ? <span class="none">0</span> : count(number)}
            </td>
          ))}
          <td class="figure">
            {failed === 0 ? <span class="none">0</span> : <Marked mark="attention">{count(failed)}</Marked>}
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Recurring({ rings }: { readonly rings: readonly RecurringRing[] }): VNode {
  const columns = ['Work', 'For', 'Every', 'Next ring'];
  return (
    <Table caption="Work that recurs" columns={columns.map((title) => ({ title }))}>
      {rings.map(({ name, key, everyMs, nextAt }) => (
        <tr key={`${name} ${key}`} data-key={`${name} ${key}`}>
          <th scope="row">{name}</th>
          <td>{key === 'all' ? 'all accounts' : key}</td>
          <td>{everyMs === null ? '-' : timeSpan(everyMs / 1000)}</td>
          <td>{nextAt === null ? <Marked mark="bad">does not ring</Marked> : <When at={nextAt} />}</td>
        </tr>
      ))}
    </Table>
  );
}

function Safety({ report: { backend, safety } }: { readonly report: QueueReport }): VNode {
  if (backend === 'postgres' || safety === null) {
    return (
      <p class="headline">
        <Marked mark="good">In Postgres, as safe as the ledger beside it.</Marked>
      </p>
    );
  }
  return (
    <>
      <dl class="facts">
        <div>
          <dt>Kept in</dt>
          <dd>Redis</dd>
        </div>
        <div>
          <dt>When memory runs short</dt>
          <dd>{safety.evictionPolicy === null ? 'Redis does not tell' : <code>{safety.evictionPolicy}</code>}</dd>
        </div>
        <div>
          <dt>Over a restart</dt>
          <dd>{persistences[safety.persistence ?? 'unknown']}</dd>
        </div>
      </dl>
      {safety.problems.length === 0 ? (
        <p class="headline">
          <Marked mark="good">Redis keeps what it is given, as far as it tells.</Marked>
        </p>
      ) : (
        <ul class="alarms">
          {safety.problems.map(({ problem, remedy }) => (
            <li key={problem}>
              <p>
                <Marked mark="attention">{problem}.</Marked>
              </p>
              <p class="remedy">{remedy}.</p>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

const persistences = {
  'append-only-file': 'kept in the append-only file',
  snapshots: 'kept as of the last snapshot',
  none: 'lost',
  unknown: 'Redis does not tell',
} as const;
