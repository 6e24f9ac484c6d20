import { DateTime } from 'luxon';
import type { VNode } from 'preact';
import type { AccountConfig, Config } from '../../config/config.js';
import type { OperatorAction } from '../../ledger/operator-actions.js';
import type { AccountStatus } from '../../ledger/reports.js';
import type { AccountsReading } from './accounts-reading.js';
import { PauseForm, ResumeForm } from './action-forms.js';
import { Marked, OrderLink } from './badges.js';
import { FeedLag } from './feed-lag.js';
import { count, counted } from './figures.js';
import type { Viewer } from './frame.js';
import { ordersPath } from './orders-query.js';
import { allowedFor } from './overview-reading.js';
import { Table } from './table.js';
import { AsOf, When, WhenOrNone } from './time.js';

interface AccountsProps {
  readonly reading: AccountsReading;
  readonly config: Config;
  readonly viewer: Viewer;
}

export function AccountsPage({ reading, config, viewer }: AccountsProps): VNode {
  const { accounts, actions, now } = reading;
  const paused = accounts.filter((account) => account.paused !== null);
  return (
    <div class="page" data-live="accounts">
      <AsOf now={now} />
      {accounts.length === 0 ? <p class="empty">The ledger knows no account yet.</p> : null}
      <div class="cards">
        {accounts.map((account) => (
          <AccountCard key={account.name} account={account} reading={reading} config={config} viewer={viewer} />
        ))}
      </div>
      {accounts.length > 1 ? (
        <section class="all-accounts">
          <h2>All accounts</h2>
          {paused.length < accounts.length ? (
            <details class="deed">
              <summary>Pause all accounts</summary>
              <PauseForm viewer={viewer} account="" />
            </details>
          ) : null}
          {paused.length > 0 ? (
            <details class="deed">
              <summary>Resume all accounts</summary>
              <ResumeForm viewer={viewer} account="" />
            </details>
          ) : null}
        </section>
      ) : null}
      <section>
        <h2>What people did</h2>
        {actions.length === 0 ? <p class="empty">Nothing yet.</p> : <Actions actions={actions} />}
      </section>
    </div>
  );
}

interface CardProps {
  readonly account: AccountStatus;
  readonly reading: AccountsReading;
  readonly config: Config;
  readonly viewer: Viewer;
}

function AccountCard({ account, reading, config, viewer }: CardProps): VNode {
  const { name, region, paused } = account;
  const configured = config.accounts.find((each) => each.name === name);
  return (
    <article class="card" id={name} data-key={name} aria-labelledby={`${name}-title`}>
      <header>
        <h2 id={`${name}-title`}>{name}</h2>
        <p>
          <Health account={account} configured={configured} now={reading.now} />
        </p>
      </header>
      <dl class="facts">
        <Fact term="Mode">{configured === undefined ? 'not configured any more' : modes[configured.sendMode]}</Fact>
        <Fact term="Region">{regions[region] ?? region}</Fact>
        <Fact term="Marketplaces">{configured?.marketplaces.map(({ code }) => code).join(', ') ?? '-'}</Fact>
        <Fact term="Feed lag">
          <FeedLag account={account} config={config} now={reading.now} />
        </Fact>
        <Fact term="Token last accepted">
          <WhenOrNone at={tokenAccepted(account, reading)} />
        </Fact>
        <Fact term="Next ask">
          <WhenOrNone at={account.nextAskAt} />
        </Fact>
        <Fact term="Nearest deadline">
          <WhenOrNone at={account.nearestDeadline} />
        </Fact>
        <Fact term="Orders">
          <a href={ordersPath({ account: name })}>
            {counted(
              Object.values(account.counts).reduce((sum, each) => sum + each, 0),
              'order',
            )}
          </a>
        </Fact>
      </dl>
      {configured === undefined ? null : <RateUsed account={configured} reading={reading} />}
      <details class="deed">
        <summary>{paused === null ? `Pause ${name}` : `Resume ${name}`}</summary>
        {paused === null ? <PauseForm viewer={viewer} account={name} /> : <ResumeForm viewer={viewer} account={name} />}
      </details>
    </article>
  );
}

const modes = { live: 'live', 'dry-run': 'dry run: nobody is asked' } as const;
const regions: Readonly<Record<string, string>> = { na: 'North America', eu: 'Europe', fe: 'Far East' };

function Fact({ term, children }: { readonly term: string; readonly children: VNode | string }): VNode {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

interface HealthProps {
  readonly account: AccountStatus;
  readonly configured: AccountConfig | undefined;
  readonly now: DateTime;
}

function Health({ account, configured, now }: HealthProps): VNode {
  const { paused, failures, failingSince, coolDownUntil } = account;
  if (paused !== null) {
    return (
      <Marked mark="attention">
        Paused <When at={paused.at} /> by {paused.by}: {paused.reason}
      </Marked>
    );
  }
  if (coolDownUntil !== null && coolDownUntil > now) {
    return (
      <Marked mark="bad">
        Amazon refuses its calls ({counted(failures, 'time')} in a row); tried again <When at={coolDownUntil} />
      </Marked>
    );
  }
  if (failingSince !== null) {
    return (
      <Marked mark="attention">
        In trouble since <When at={failingSince} />, {counted(failures, 'failure')} in a row
      </Marked>
    );
  }
  if (configured === undefined) return <Marked mark="idle">Not configured any more: nobody is asked</Marked>;
  return <Marked mark="good">Healthy</Marked>;
}

/** Amazon answers only to a good token, so that what it answered last tells when the token was good, at least until then. */
function tokenAccepted({ name, readThrough }: AccountStatus, { asks }: AccountsReading): DateTime | null {
  const lastAsk = asks.day.find(({ account }) => account === name)?.lastAt ?? null;
  if (lastAsk === null || readThrough === null) return lastAsk ?? readThrough;
  return DateTime.max(lastAsk, readThrough);
}

interface RateProps {
  readonly account: AccountConfig;
  readonly reading: AccountsReading;
}

/** Asks against what Amazon's plan allows in the same time. */
function RateUsed({ account, reading: { asks, learnt } }: RateProps): VNode {
  const { second, day } = allowedFor(
    account,
    learnt.filter((rate) => rate.account === account.name),
  );
  const spans = [
    { title: 'Last minute', asks: asks.minute, allowed: second * 60 },
    { title: 'Last hour', asks: asks.hour, allowed: second * 3600 },
    { title: 'Last day', asks: asks.day, allowed: day },
  ];
  return (
    <div>
      <h3>Asked, of what Amazon's rate allows</h3>
      <dl class="rate">
        {spans.map(({ title, asks: all, allowed }) => {
          const posts = all.find((each) => each.account === account.name)?.posts ?? 0;
          return (
            <div key={title}>
              <dt>{title}</dt>
              <dd>
                <b>{count(posts)}</b> of {count(allowed)}
                <svg class="meter" aria-hidden="true" focusable="false" width="100%" height="6">
                  <rect class="room" width="100%" height="6" rx="3" />
                  <rect
                    class="used"
                    width={`${Math.min((posts / Math.max(allowed, 1)) * 100, 100)}%`}
                    height="6"
                    rx="3"
                  />
                </svg>
              </dd>
            </div>
          );
        })}
      </dl>
    </div>
  );
}

function Actions({ actions }: { readonly actions: readonly OperatorAction[] }): VNode {
  const columns = ['When', 'What', 'Of', 'Who', 'Why', 'From'];
  return (
    <Table caption="The latest deeds of people" columns={columns.map((title) => ({ title }))}>
      {actions.map(({ at, action, by, via, accounts, orders, because }, index) => (
        <tr key={index}>
          <td>
            <When at={at} />
          </td>
          <td>{action}</td>
          <td>{action === 'never' ? <Orders orders={orders} /> : accounts.join(', ')}</td>
          <td>{by}</td>
          <td class="prose">{because === '' ? <span class="none">-</span> : because}</td>
          <td>{via === 'page' ? 'page' : 'command line'}</td>
        </tr>
      ))}
    </Table>
  );
}

/** One order id, or how many. */
function Orders({ orders }: { readonly orders: string }): VNode {
  return /\d-\d/.test(orders) ? <OrderLink orderId={orders} /> : <span>{orders}</span>;
}
