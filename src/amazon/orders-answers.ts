import type { DateTime } from 'luxon';
import { z } from 'zod';
import { type Decoded, type HttpAnswer, sharedTrouble } from './answers.js';
import { parseJson, readErrorText } from './error-text.js';
import type { OrderLook, OrdersPage } from './gateway.js';
import { instantOf } from './instant.js';
import { type OrderReading, readOrder } from './order-facts.js';

/** A hundred times what Amazon puts on a page (`maxResultsPerPage`): what is longer is no page. */
const mostOrders = 10_000;

/**
 * It goes into the ledger and from there into a URL. One that fits neither makes the page unreadable, not the last one: the
 * orders behind it would be forgotten.
 */
const nextToken = z.string().regex(/^[\x20-\x7e]{0,8000}$/);

const pageSchema = z.object({
  orders: z.array(z.unknown()).max(mostOrders),
  pagination: z.object({ nextToken: nextToken.nullish() }).nullish(),
  lastUpdatedBefore: z.unknown().optional(),
});

/** Reads one page of `searchOrders`. `continued`: the request carried a page token, which is then what a 400 is about. */
export function decodeOrdersPage(answer: HttpAnswer, continued: boolean): Decoded<OrdersPage> {
  if (answer.status !== 200) return decodeOrdersError(answer, continued);
  const page = pageSchema.safeParse(parseJson(answer.body));
  // What was meant to be a list of orders is not quoted: it may be about buyers.
  if (!page.success) return { outcome: { kind: 'no-answer', cause: 'unreadable-body' }, said: null };

  const readings = page.data.orders.map(readOrder);
  const outcome: OrdersPage = {
    kind: 'page',
    orders: readings.filter(isOrder).map(({ facts }) => facts),
    unreadable: readings.flatMap((reading) => (reading.kind === 'unreadable' ? reading.unreadable : [])),
    nextToken: page.data.pagination?.nextToken || null,
    readThrough: instantOrNull(page.data.lastUpdatedBefore),
  };
  return { outcome, said: null };
}

/** Reads the answer to `getOrder` for this order. */
export function decodeOrderLook(answer: HttpAnswer, orderId: string): Decoded<OrderLook> {
  if (answer.status !== 200) {
    const decoded = decodeOrderError(answer);
    const unknownOrder = answer.status === 404 && decoded.outcome.kind === 'no-answer';
    return unknownOrder ? { outcome: { kind: 'not-found' }, said: decoded.said } : decoded;
  }
  const body = z.object({ order: z.unknown() }).safeParse(parseJson(answer.body));
  if (!body.success) return { outcome: { kind: 'no-answer', cause: 'unreadable-body' }, said: null };

  const reading = readOrder(body.data.order);
  if (!isOrder(reading)) return { outcome: { kind: 'unreadable', problem: reading.unreadable.problem }, said: null };
  if (reading.facts.orderId !== orderId) {
    return { outcome: { kind: 'unreadable', problem: 'orderId: another order than the one asked for' }, said: null };
  }
  return { outcome: { kind: 'order', facts: reading.facts }, said: null };
}

type OrderError = Extract<OrderLook, { kind: 'throttled' | 'account-trouble' | 'no-answer' }>;

function decodeOrderError({ status, body }: HttpAnswer): Decoded<OrderError> {
  const error = readErrorText(body);
  const trouble = sharedTrouble(status, error.plain);
  if (trouble) return { outcome: trouble, said: null };
  return { outcome: { kind: 'no-answer', cause: status === 400 ? 'rejected' : `status-${status}` }, said: error.said };
}

function decodeOrdersError(answer: HttpAnswer, continued: boolean): Decoded<OrdersPage> {
  const decoded = decodeOrderError(answer);
  const { outcome, said } = decoded;
  const tokenRefused = continued && outcome.kind === 'no-answer' && outcome.cause === 'rejected';
  return tokenRefused ? { outcome: { kind: 'token-expired' }, said } : decoded;
}

function isOrder(reading: OrderReading): reading is Extract<OrderReading, { kind: 'order' }> {
  return reading.kind === 'order';
}

function instantOrNull(value: unknown): DateTime | null {
  return typeof value === 'string' ? instantOf(value) : null;
}
