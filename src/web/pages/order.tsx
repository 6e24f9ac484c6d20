import type { DateTime } from 'luxon';
import type { ComponentChildren, VNode } from 'preact';
import type { ReviewRequest } from '../../ledger/ledger.js';
import { reasonText, type StoryLine, type ToldPlace, timeText } from '../../policy/story.js';
import { NeverForm } from './action-forms.js';
import { StateBadge } from './badges.js';
import { count, marketplaceCode } from './figures.js';
import type { Viewer } from './frame.js';
import { ordersPath } from './orders-query.js';
import { AsOf, Instant, When } from './time.js';
import { WindowPicture } from './window-picture.js';

interface OrderProps {
  readonly order: ReviewRequest;
  readonly story: readonly StoryLine[];
  readonly place: ToldPlace | null;
  /** A person said that it is never to be asked for. */
  readonly suppressed: boolean;
  readonly viewer: Viewer;
  readonly now: DateTime;
}

export function OrderPage({ order, story, place, suppressed, viewer, now }: OrderProps): VNode {
  return (
    <div class="page">
      <div data-live="order">
        <AsOf now={now} />
        <p class="headline">
          <StateBadge state={order.state} />{' '}
          <span class="because">
            <Because order={order} />
          </span>
        </p>
        <WindowPicture order={order} now={now} />
        <div class="told">
          <section>
            <h2>Its story</h2>
            <Story story={story} place={place} />
          </section>
          <section class="panel">
            <h2>Facts</h2>
            <Facts order={order} />
          </section>
        </div>
      </div>
      {suppressed ? (
        <p class="empty">A person said that this order is never to be asked for.</p>
      ) : (
        <details class="deed">
          <summary>Never ask for this order</summary>
          <NeverForm viewer={viewer} orderId={order.orderId} />
        </details>
      )}
    </div>
  );
}

interface UnknownOrderProps {
  readonly orderId: string;
  readonly suppressed: boolean;
  readonly viewer: Viewer;
}

/** No such order in the ledger: what that means, and what can be done all the same. */
export function UnknownOrderPage({ orderId, suppressed, viewer }: UnknownOrderProps): VNode {
  return (
    <div class="page">
      <p>Order {orderId} is not in the ledger. Either</p>
      <ul>
        <li>discovery has not seen it yet: a new order takes some minutes,</li>
        <li>it is older than CATCH_UP_DAYS allowed when askonce was first started, or</li>
        <li>it belongs to none of the accounts.</li>
      </ul>
      {suppressed ? (
        <p>It will not be asked for when it comes: a person said that it is never to be asked for.</p>
      ) : (
        <>
          <p>
            If it comes, it is treated like every other order, unless you say here that it is never to be asked for.
          </p>
          <NeverForm viewer={viewer} orderId={orderId} />
        </>
      )}
      <p>
        <a href="/orders">All orders</a>
      </p>
    </div>
  );
}

function Facts({ order }: { readonly order: ReviewRequest }): VNode {
  const { account, marketplaceId, fulfilledBy, delivery, opensAt, closesAt, askAt, nextLookAt, intentAt } = order;
  return (
    <dl class="facts">
      <Fact term="Account">
        <a href={ordersPath({ account })}>{account}</a>
      </Fact>
      <Fact term="Marketplace">{marketplaceId === null ? null : marketplaceCode(marketplaceId)}</Fact>
      <Fact term="Fulfilled by">
        {fulfilledBy === null ? null : fulfilledBy === 'MERCHANT' ? 'the seller' : 'Amazon'}
      </Fact>
      <Fact term="First seen">{<Instant at={order.firstSeenAt} />}</Fact>
      <Fact term="Delivered about">{delivery === null ? null : <Instant at={delivery.about} />}</Fact>
      <Fact term="Evidence">{delivery === null ? null : <code>{delivery.evidence}</code>}</Fact>
      <Fact term="Window opens">{opensAt === null ? null : <Instant at={opensAt} />}</Fact>
      <Fact term="Window closes">{closesAt === null ? null : <Instant at={closesAt} />}</Fact>
      <Fact term="Time to ask">{askAt === null ? null : <Instant at={askAt} />}</Fact>
      <Fact term="Next look">{nextLookAt === null ? null : <When at={nextLookAt} />}</Fact>
      <Fact term="Intent to ask">{intentAt === null ? null : <Instant at={intentAt} />}</Fact>
      <Fact term="Asked">{order.sentAt === null ? null : <Instant at={order.sentAt} />}</Fact>
      <Fact term="Known by">{order.knownBy === null ? null : <code>{order.knownBy}</code>}</Fact>
      <Fact term="Looks at Amazon">{count(order.looks + order.settleLooks)}</Fact>
      <Fact term="Requests to Amazon">{count(order.posts)}</Fact>
    </dl>
  );
}

function Because({ order: { reason, sentAt, nextLookAt } }: { readonly order: ReviewRequest }): VNode | null {
  if (sentAt !== null) {
    return (
      <>
        the buyer was asked <When at={sentAt} />
      </>
    );
  }
  if (reason !== null) return <>{reasonText(reason)}</>;
  return nextLookAt === null ? null : (
    <>
      next look <When at={nextLookAt} />
    </>
  );
}

/** What is not known is not shown: the story says why. */
function Fact({ term, children }: { readonly term: string; readonly children: ComponentChildren }): VNode | null {
  if (children === null) return null;
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Story({ story, place }: { readonly story: readonly StoryLine[]; readonly place: ToldPlace | null }): VNode {
  return (
    <ol class="story">
      {story.map(({ at, event, text }, index) => (
        <li key={index} class={`event-${event.split('-', 1)[0]}`}>
          <p class="at">
            <time dateTime={at.toUTC().toISO() ?? ''}>{timeText(at, place)}</time> <code>{event}</code>
          </p>
          <p>{text}</p>
        </li>
      ))}
    </ol>
  );
}
