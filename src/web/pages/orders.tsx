import type { DateTime } from 'luxon';
import type { VNode } from 'preact';
import type { ListedOrder, ListPosition, OrderFilter, OrderKind, OrderPage } from '../../ledger/order-list.js';
import type { OrderTally } from '../../ledger/overview.js';
import { states } from '../../policy/review-request.js';
import { OrderLink, Reason, StateBadge } from './badges.js';
import { counted, marketplaceCode } from './figures.js';
import { type AskedFilter, marketplaceText, NONE, ordersPath } from './orders-query.js';
import { Table } from './table.js';
import { AsOf, Instant, When, WhenOrNone } from './time.js';

export const PAGE_SIZE = 50;

interface OrdersProps {
  readonly asked: AskedFilter;
  readonly choices: readonly OrderKind[];
  readonly page: OrderPage;
  /** How many orders match on all pages; `null`: that is not known without counting. */
  readonly matching: number | null;
  readonly now: DateTime;
}

export function OrdersPage({ asked, choices, page, matching, now }: OrdersProps): VNode {
  return (
    <div class="page">
      <div data-live="as-of">
        <AsOf now={now} />
      </div>
      <SearchForm text="" problem={null} />
      <FilterForm asked={asked} choices={choices} />
      <div data-live="orders">
        <div class="matching">
          <p>{matchingText(asked, page, matching)}</p>
          {page.orders.length === 0 ? null : <Pager label="Pages of orders" asked={asked} page={page} />}
        </div>
        {page.orders.length === 0 ? null : <Orders orders={page.orders} />}
        <Pager label="Pages of orders, below the list" asked={asked} page={page} />
      </div>
    </div>
  );
}

/** What was typed is no order id. */
export function NoOrderIdPage({ text }: { readonly text: string }): VNode {
  return (
    <div class="page">
      <SearchForm text={text} problem="That is not an order id. One looks like 302-0000001-0000001." />
      <p>
        <a href="/orders">All orders</a>
      </p>
    </div>
  );
}

export function MalformedPage({ problem }: { readonly problem: string }): VNode {
  return (
    <div class="page">
      <p>The address of this page is not right. {problem}</p>
      <p>
        <a href="/orders">All orders</a>
      </p>
    </div>
  );
}

/** How many orders of the tallies match; `null`: tallies know no dates. */
export function matchingOrders(filter: OrderFilter, tallies: readonly OrderTally[]): number | null {
  if (filter.from !== undefined || filter.until !== undefined) return null;
  return tallies
    .filter((kind) => filter.account === undefined || kind.account === filter.account)
    .filter((kind) => filter.marketplaceId === undefined || kind.marketplaceId === filter.marketplaceId)
    .filter((kind) => filter.state === undefined || kind.state === filter.state)
    .filter((kind) => filter.reason === undefined || kind.reason === filter.reason)
    .reduce((sum, { orders }) => sum + orders, 0);
}

function matchingText(asked: AskedFilter, page: OrderPage, matching: number | null): string {
  if (page.orders.length === 0) {
    return Object.keys(asked).length === 0 ? 'The ledger holds no order here.' : 'No order matches here.';
  }
  return matching === null
    ? `${counted(page.orders.length, 'order')} on this page, the newest first`
    : `${counted(Math.max(matching, page.orders.length), 'order')}, the newest first`;
}

function SearchForm({ text, problem }: { readonly text: string; readonly problem: string | null }): VNode {
  return (
    <search>
      <form class="search" method="get" action="/orders" aria-label="Find one order">
        <p class="field">
          <label for="order">Order id</label>
          <input
            id="order"
            name="order"
            type="search"
            value={text}
            maxLength={200}
            required
            autocomplete="off"
            spellcheck={false}
            placeholder="302-0000001-0000001"
            {...(problem === null ? {} : { 'aria-invalid': 'true', 'aria-describedby': 'order-problem' })}
          />
        </p>
        <button type="submit">Find</button>
        {problem === null ? null : (
          <p class="problem" id="order-problem">
            {problem}
          </p>
        )}
      </form>
    </search>
  );
}

interface FilterFormProps {
  readonly asked: AskedFilter;
  readonly choices: readonly OrderKind[];
}

function FilterForm({ asked, choices }: FilterFormProps): VNode {
  const isFiltered = Object.keys(asked).length > 0;
  const reasons = distinct(choices.map(({ reason }) => reason ?? NONE));
  const sites = distinct(choices.map(({ marketplaceId }) => marketplaceText(marketplaceId)));
  return (
    <form class="filter" method="get" action="/orders" aria-label="Filter orders">
      <Choice name="account" label="Account" asked={asked} options={distinct(choices.map(({ account }) => account))} />
      <Choice name="marketplace" label="Marketplace" asked={asked} options={sites} none="not known" />
      <Choice name="state" label="State" asked={asked} options={states} />
      <Choice name="reason" label="Reason" asked={asked} options={reasons} none="without one" />
      <Day name="from" label="Ordered from" asked={asked} />
      <Day name="to" label="to" asked={asked} />
      <p class="buttons">
        <button type="submit">Filter</button>
        {isFiltered ? <a href="/orders">Show all</a> : null}
      </p>
    </form>
  );
}

interface ChoiceProps {
  readonly name: keyof AskedFilter;
  readonly label: string;
  readonly asked: AskedFilter;
  readonly options: readonly string[];
  /** What {@link NONE} is called. */
  readonly none?: string;
}

function Choice({ name, label, asked, options, none = '' }: ChoiceProps): VNode {
  const chosen = asked[name];
  // An address may name what no order has any more.
  const all = chosen === undefined || options.includes(chosen) ? options : [...options, chosen];
  return (
    <p class="field">
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        <option value="">any</option>
        {all.map((option) => (
          <option key={option} value={option} selected={option === chosen}>
            {option === NONE ? none : option}
          </option>
        ))}
      </select>
    </p>
  );
}

function Day({ name, label, asked }: Pick<ChoiceProps, 'label' | 'asked'> & { readonly name: 'from' | 'to' }): VNode {
  return (
    <p class="field">
      <label for={name}>{label}</label>
      <input id={name} name={name} type="date" value={asked[name] ?? ''} />
    </p>
  );
}

function Orders({ orders }: { readonly orders: readonly ListedOrder[] }): VNode {
  const columns = ['Order', 'State', 'Reason', 'Asked, or next', 'Window closes', 'Account', 'Ordered'];
  return (
    <Table caption="Orders, the newest first" columns={columns.map((title) => ({ title }))}>
      {orders.map((order) => (
        <tr key={order.orderId} data-key={order.orderId}>
          <th scope="row">
            <OrderLink orderId={order.orderId} />
          </th>
          <td>
            <StateBadge state={order.state} />
          </td>
          <td>
            <Reason reason={order.reason} />
          </td>
          <td>
            <Next order={order} />
          </td>
          <td>
            <WhenOrNone at={order.closesAt} />
          </td>
          <td>
            {order.account} <span class="site">{marketplaceCode(order.marketplaceId)}</span>
          </td>
          <td>
            <Instant at={order.listedAt} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

/** What comes next for an order, or what became of it. */
function Next({ order }: { readonly order: ListedOrder }): VNode {
  const { state, reason, sentAt, nextLookAt, intentAt } = order;
  const [what, at] =
    state === 'sent'
      ? ['asked', sentAt]
      : state === 'sending' || state === 'unknown'
        ? ['sent off', intentAt]
        : [state === 'scheduled' && reason === null ? 'to ask' : 'next look', nextLookAt];
  if (at === null) return <span class="none">-</span>;
  return (
    <>
      {what} <When at={at} />
    </>
  );
}

interface PagerProps {
  readonly label: string;
  readonly asked: AskedFilter;
  readonly page: OrderPage;
}

/** By keyset: the place of an order, not a page number, so that the millionth page is as quick as the first. */
function Pager({ label, asked, page }: PagerProps): VNode | null {
  const { orders, hasNewer, hasOlder } = page;
  const first = orders.at(0);
  const last = orders.at(-1);
  if (first === undefined || last === undefined) {
    return (
      <nav class="pager" aria-label={label}>
        <a href={ordersPath(asked)}>First page</a>
      </nav>
    );
  }
  if (!hasNewer && !hasOlder) return null;
  return (
    <nav class="pager" aria-label={label}>
      <PagerLink to={hasNewer ? { kind: 'first' } : null} asked={asked} text="First" />
      <PagerLink to={hasNewer ? { kind: 'before', place: first } : null} asked={asked} text="Newer" rel="prev" />
      <PagerLink to={hasOlder ? { kind: 'after', place: last } : null} asked={asked} text="Older" rel="next" />
      <PagerLink to={hasOlder ? { kind: 'last' } : null} asked={asked} text="Last" />
    </nav>
  );
}

interface PagerLinkProps {
  /** `null`: the page is there already. */
  readonly to: ListPosition | null;
  readonly asked: AskedFilter;
  readonly text: string;
  readonly rel?: string;
}

function PagerLink({ to, asked, text, rel }: PagerLinkProps): VNode {
  if (to === null) return <span class="none">{text}</span>;
  return (
    <a href={ordersPath(asked, to)} rel={rel}>
      {text}
    </a>
  );
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
