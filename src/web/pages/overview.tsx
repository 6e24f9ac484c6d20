import type { DateTime } from 'luxon';
import type { VNode } from 'preact';
import type { Config } from '../../config/config.js';
import type { ListedOrder } from '../../ledger/order-list.js';
import type { AccountAsks } from '../../ledger/overview.js';
import type { AccountStatus } from '../../ledger/reports.js';
import { type State, states } from '../../policy/review-request.js';
import { AlarmList } from './alarm-list.js';
import { Marked, OrderLink, StateBadge } from './badges.js';
import { DayChart } from './chart.js';
import { columnsFor, dayTable } from './day-table.js';
import { FeedLag, isLate } from './feed-lag.js';
import { count, counted, marketplaceCode, percent } from './figures.js';
import { ordersPath } from './orders-query.js';
import { DAYS_AHEAD, DAYS_BACK, daysFrom, type OverviewReading } from './overview-reading.js';
import { StateBar } from './state-bar.js';
import { Table } from './table.js';
import { AsOf, When, WhenOrNone } from './time.js';

interface OverviewProps {
  readonly reading: OverviewReading;
  readonly config: Config;
}

/** Everything at a glance: is a person needed, what was asked, what comes, how it stands. */
export function OverviewPage({ reading, config }: OverviewProps): VNode {
  const { now, accounts, alarms, deadlines, inDoubt, asks } = reading;
  return (
    <div class="page" data-live="overview">
      <AsOf now={now} />
      {alarms.length === 0 ? <Headline accounts={accounts} config={config} now={now} /> : <AlarmList alarms={alarms} />}
      <Glance reading={reading} />
      <Charts reading={reading} />
      <section>
        <h2>Orders by state</h2>
        <StateBar counts={together(accounts)} />
        <States accounts={accounts} />
      </section>
      <section>
        <h2>Accounts</h2>
        <Standings accounts={accounts} asks={asks} config={config} now={now} />
      </section>
      <div class="columns">
        <section>
          <h2>Nearest deadlines</h2>
          {deadlines.length === 0 ? <p class="empty">No order is open.</p> : <Deadlines orders={deadlines} />}
        </section>
        <section>
          <h2>In doubt</h2>
          {inDoubt.length === 0 ? (
            <p class="empty">Of every request it is known what became of it.</p>
          ) : (
            <Doubts orders={inDoubt} />
          )}
        </section>
      </div>
    </div>
  );
}

/** No alarm yet does not mean that nothing is amiss. */
function Headline({ accounts, config, now }: Omit<StandingsProps, 'asks'>): VNode {
  const troubled = accounts.filter(
    (account) => account.paused !== null || account.failingSince !== null || isLate(account, config, now),
  );
  if (troubled.length > 0) {
    return (
      <p class="headline">
        <Marked mark="attention">No alarm is open, but look at {troubled.map(({ name }) => name).join(', ')}.</Marked>
      </p>
    );
  }
  return (
    <p class="headline">
      <Marked mark="good">All is well: nobody is needed.</Marked>
    </p>
  );
}

function Glance({ reading }: { readonly reading: OverviewReading }): VNode {
  const { now, accounts, sent, due, allowedPerDay, deadlines } = reading;
  const counts = together(accounts);
  const today = now.toUTC().toISODate() ?? '';
  const onDay = (tallies: OverviewReading['sent']) => total(tallies.filter(({ day }) => day === today));
  const dueToday = onDay(due);
  const doubts = counts.sending + counts.unknown;
  const oldestDoubt = soonest(accounts.map(({ oldestUnknownAt }) => oldestUnknownAt));
  const [nearest] = deadlines;
  return (
    <dl class="glance">
      <Figure term="Asked today" value={count(onDay(sent))} note={`${count(total(sent))} in ${DAYS_BACK} days`} />
      <Figure
        term="Due today"
        value={count(dueToday)}
        note={allowedPerDay === 0 ? null : `${percent(dueToday / allowedPerDay)} of Amazon's rate`}
      />
      <Figure
        term="Still to come"
        value={count(counts.scheduled + counts.waiting)}
        note={`${count(counts.scheduled)} have a time`}
      />
      <Figure
        term="In doubt"
        value={count(doubts)}
        note={oldestDoubt === null ? null : ['oldest ', <When key="at" at={oldestDoubt} />]}
      />
      <Figure
        term="Nearest deadline"
        value={nearest?.closesAt ? <When at={nearest.closesAt} /> : '-'}
        note={nearest === undefined ? null : <OrderLink orderId={nearest.orderId} />}
      />
    </dl>
  );
}

type Shown = VNode | string | (VNode | string)[] | null;

function Figure({ term, value, note }: { readonly term: string; readonly value: Shown; readonly note: Shown }): VNode {
  return (
    <div>
      <dt>{term}</dt>
      <dd>
        <span class="value">{value}</span>
        {note === null ? null : <span class="note">{note}</span>}
      </dd>
    </div>
  );
}

function Charts({ reading }: { readonly reading: OverviewReading }): VNode {
  const { now, accounts, sent, due, allowedPerDay } = reading;
  const today = now.toUTC().startOf('day');
  const columns = columnsFor(
    [...sent, ...due],
    accounts.map(({ name }) => name),
  );
  const past = dayTable(sent, daysFrom(today.minus({ days: DAYS_BACK - 1 }), DAYS_BACK), columns);
  const ahead = dayTable(due, daysFrom(today, DAYS_AHEAD), columns);
  const fullest = Math.max(...ahead.rows.map((row) => row.total));
  const room =
    allowedPerDay === 0
      ? ''
      : ` Amazon's rate allows ${count(allowedPerDay)} a day; the fullest day takes ${percent(fullest / allowedPerDay)} of it.`;
  return (
    <div class="columns">
      <DayChart
        title="Asked per day"
        says={`${counted(total(sent), 'buyer')} asked in the last ${DAYS_BACK} days.`}
        table={past}
      />
      <DayChart
        title="Due in the next days"
        says={`${counted(total(due), 'order')} in ${DAYS_AHEAD} days.${room}`}
        table={ahead}
        {...(allowedPerDay > 0 && { allowed: { title: "Amazon's rate", each: allowedPerDay } })}
      />
    </div>
  );
}

function States({ accounts }: { readonly accounts: readonly AccountStatus[] }): VNode {
  const columns = [{ title: 'Account' }, ...states.map((state) => ({ title: state, figures: true }))];
  return (
    <Table caption="Orders by account and state" columns={columns}>
      {accounts.map(({ name, counts }) => (
        <tr key={name} data-key={name}>
          <th scope="row">{name}</th>
          {states.map((state) => (
            <td key={state} class="figure">
              {counts[state] === 0 ? (
                <span class="none">0</span>
              ) : (
                <a href={ordersPath({ account: name, state })} aria-label={`${count(counts[state])} ${state}, ${name}`}>
                  {count(counts[state])}
                </a>
              )}
            </td>
          ))}
        </tr>
      ))}
    </Table>
  );
}

interface StandingsProps {
  readonly accounts: readonly AccountStatus[];
  readonly asks: readonly AccountAsks[];
  readonly config: Config;
  readonly now: DateTime;
}

function Standings({ accounts, asks, config, now }: StandingsProps): VNode {
  const columns = ['Account', 'Standing', 'Feed lag', 'Last asked', 'Next ask', 'Nearest deadline'];
  return (
    <Table caption="How each account stands" columns={columns.map((title) => ({ title }))}>
      {accounts.map((account) => (
        <tr key={account.name} data-key={account.name}>
          <th scope="row">
            <a href={`/accounts#${encodeURIComponent(account.name)}`}>{account.name}</a>
          </th>
          <td>
            <Standing account={account} config={config} />
          </td>
          <td>
            <FeedLag account={account} config={config} now={now} />
          </td>
          <td>
            <WhenOrNone at={asks.find(({ account: name }) => name === account.name)?.lastAt ?? null} />
          </td>
          <td>
            <WhenOrNone at={account.nextAskAt} />
          </td>
          <td>
            <WhenOrNone at={account.nearestDeadline} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Standing({ account, config }: { readonly account: AccountStatus; readonly config: Config }): VNode {
  const { paused, failingSince, name } = account;
  const configured = config.accounts.find((each) => each.name === name);
  if (paused !== null) {
    return (
      <Marked mark="attention">
        paused <When at={paused.at} /> by {paused.by}: {paused.reason}
      </Marked>
    );
  }
  if (failingSince !== null) {
    return (
      <Marked mark="bad">
        in trouble since <When at={failingSince} />
      </Marked>
    );
  }
  if (configured === undefined) return <Marked mark="idle">not configured any more</Marked>;
  return configured.sendMode === 'live' ? <Marked mark="good">asking</Marked> : <Marked mark="idle">dry run</Marked>;
}

function Deadlines({ orders }: { readonly orders: readonly ListedOrder[] }): VNode {
  const columns = ['Order', 'Window closes', 'State', 'Account'];
  return (
    <Table caption="Open orders whose window closes first" columns={columns.map((title) => ({ title }))}>
      {orders.map((order) => (
        <OrderRow key={order.orderId} order={order} at={order.closesAt} />
      ))}
    </Table>
  );
}

function Doubts({ orders }: { readonly orders: readonly ListedOrder[] }): VNode {
  const columns = ['Order', 'Sent off', 'State', 'Account'];
  return (
    <Table
      caption="Requests of which it is not known what became of them"
      columns={columns.map((title) => ({ title }))}
    >
      {orders.map((order) => (
        <OrderRow key={order.orderId} order={order} at={order.intentAt} />
      ))}
    </Table>
  );
}

function OrderRow({ order, at }: { readonly order: ListedOrder; readonly at: DateTime | null }): VNode {
  return (
    <tr data-key={order.orderId}>
      <th scope="row">
        <OrderLink orderId={order.orderId} />
      </th>
      <td>
        <WhenOrNone at={at} />
      </td>
      <td>
        <StateBadge state={order.state} />
      </td>
      <td>
        {order.account} <span class="site">{marketplaceCode(order.marketplaceId)}</span>
      </td>
    </tr>
  );
}

function together(accounts: readonly AccountStatus[]): Record<State, number> {
  const sum = (state: State) => accounts.reduce((all, { counts }) => all + counts[state], 0);
  return Object.fromEntries(states.map((state) => [state, sum(state)])) as Record<State, number>;
}

function total(tallies: readonly { readonly orders: number }[]): number {
  return tallies.reduce((sum, { orders }) => sum + orders, 0);
}

function soonest(instants: readonly (DateTime | null)[]): DateTime | null {
  return instants.reduce((first, each) => (first === null || (each !== null && each < first) ? each : first), null);
}
