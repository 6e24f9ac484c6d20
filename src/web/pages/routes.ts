import type { FastifyInstance } from 'fastify';
import { h } from 'preact';
import { isOrderId } from '../../amazon/order-id.js';
import { toldPlace } from '../../operating/told-place.js';
import { tellStory } from '../../policy/story.js';
import { AccountsPage } from './accounts.js';
import { readAccounts } from './accounts-reading.js';
import { AlarmsPage } from './alarms.js';
import { sendPage } from './frame.js';
import { OrderPage, UnknownOrderPage } from './order.js';
import { MalformedPage, matchingOrders, NoOrderIdPage, OrdersPage, PAGE_SIZE } from './orders.js';
import { readOrdersQuery } from './orders-query.js';
import { OverviewPage } from './overview.js';
import { readOverview } from './overview-reading.js';
import type { PageParts } from './page-parts.js';
import { QueuePage } from './queue.js';
import { sharedReading } from './shared-reading.js';

/** All who look share a reading for so long. What a person did must show on the very next page: accounts are always read. */
const FRESH_MS = 2_000;
/** Kinds of orders hardly ever change. */
const CHOICES_FRESH_MS = 15_000;
const RECENT_ALARMS = 50;

/** What people look at. The reader of a page changes nothing by it. */
export function addPages(app: FastifyInstance, parts: PageParts): void {
  const { config, ledger, wakeUps, clock } = parts;
  const overview = sharedReading(() => readOverview(parts), FRESH_MS);
  const choices = sharedReading(() => ledger.listChoices(), CHOICES_FRESH_MS);
  const tallies = sharedReading(() => ledger.tallies(), FRESH_MS);
  const queue = sharedReading(async () => ({ report: await wakeUps.queueReport(), now: clock.now() }), FRESH_MS);

  app.get('/', async (request, reply) => {
    const props = { title: 'Overview', current: 'overview', scripts: ['chart.umd.min.js', 'charts.js'] } as const;
    return sendPage(request, reply, props, h(OverviewPage, { reading: await overview(), config }));
  });

  app.get('/orders', async (request, reply) => {
    const page = { title: 'Orders', current: 'orders' } as const;
    const query = readOrdersQuery(request.query as Record<string, unknown>);
    switch (query.kind) {
      case 'malformed':
        return sendPage(request, reply.code(400), page, h(MalformedPage, { problem: query.problem }));
      case 'search':
        if (isOrderId(query.text)) return reply.redirect(`/orders/${query.text}`, 303);
        return sendPage(request, reply, page, h(NoOrderIdPage, { text: query.text }));
      case 'list': {
        const { filter, where, asked } = query;
        const [found, kinds, counts] = await Promise.all([
          ledger.listOrders(filter, where, PAGE_SIZE),
          choices(),
          tallies(),
        ]);
        const matching = matchingOrders(filter, counts);
        return sendPage(
          request,
          reply,
          page,
          h(OrdersPage, { asked, choices: kinds, page: found, matching, now: clock.now() }),
        );
      }
      default:
        return query satisfies never;
    }
  });

  app.get<{ Params: { orderId: string } }>('/orders/:orderId', async (request, reply) => {
    const { orderId } = request.params;
    const { viewer } = request;
    const page = { title: orderId, current: 'orders' } as const;
    if (!isOrderId(orderId)) {
      const problem = 'There is no order of that name: an order id looks like 302-0000001-0000001.';
      return sendPage(request, reply.code(404), { ...page, title: 'No order' }, h(MalformedPage, { problem }));
    }
    const [order, suppressed] = await Promise.all([ledger.read(orderId), ledger.suppressed([orderId])]);
    const isSuppressed = suppressed.has(orderId);
    if (order === null) {
      const body = h(UnknownOrderPage, { orderId, suppressed: isSuppressed, viewer });
      return sendPage(request, reply.code(404), page, body);
    }
    const place = toldPlace(order, config);
    const story = tellStory(order, await ledger.attempts(orderId), place);
    const props = { order, story, place, suppressed: isSuppressed, viewer, now: clock.now() };
    return sendPage(request, reply, page, h(OrderPage, props));
  });

  app.get('/accounts', async (request, reply) => {
    const body = h(AccountsPage, { reading: await readAccounts(parts), config, viewer: request.viewer });
    return sendPage(request, reply, { title: 'Accounts', current: 'accounts' }, body);
  });

  app.get('/queue', async (request, reply) => {
    return sendPage(request, reply, { title: 'Queue', current: 'queue' }, h(QueuePage, await queue()));
  });

  app.get('/alarms', async (request, reply) => {
    const [open, recent] = await Promise.all([ledger.openAlarms(), ledger.recentAlarms(RECENT_ALARMS)]);
    const isTold = config.alarms.webhookUrl !== null;
    const body = h(AlarmsPage, { open, recent, isTold, now: clock.now() });
    return sendPage(request, reply, { title: 'Alarms', current: 'alarms' }, body);
  });
}
