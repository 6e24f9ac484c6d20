import { z } from 'zod';
import { accountSchema } from './account.js';
import type { SimulatedAmazon } from './amazon.js';
import { type Answer, json, refusal } from './answer.js';
import type { AmazonRequest } from './call.js';
import { Contradiction } from './contradiction.js';
import { faultSchema } from './fault.js';
import { newOrderSchema, orderChangesSchema } from './new-order.js';
import { orderKinds } from './order-maker.js';
import type { World } from './world.js';

export const controlPrefix = '/_control';

const faultsBody = z.strictObject({ faults: z.array(faultSchema) });
const accountsBody = z.strictObject({ accounts: z.array(accountSchema).min(1) });
const newOrdersBody = z.strictObject({ orders: z.array(newOrderSchema).min(1) });
const madeOrdersBody = z.strictObject({
  make: z.strictObject({
    account: z.string().min(1),
    count: z.int().positive().max(1_000_000),
    mix: z.partialRecord(z.enum(orderKinds), z.number().nonnegative()).optional(),
  }),
});

const overview = {
  'GET /_control/truth':
    'what is true: accounts, orders, every POST; ?account=NAME for one account, ?orders=no for the totals alone',
  'GET /_control/truth/ORDER': 'the same for one order',
  'GET /_control/faults': 'the faults that are switched on, and how often each has struck',
  'PUT /_control/faults': '{"faults": [...]} instead of those switched on',
  'POST /_control/faults': '{"faults": [...]} besides those switched on',
  'DELETE /_control/faults': 'none any more',
  'POST /_control/orders': '{"orders": [...]}, or {"make": {"account", "count", "mix"}}',
  'PATCH /_control/orders/ORDER': 'what changes in the order, e.g. {"deliveredAt": "-6d"}',
  'POST /_control/accounts': '{"accounts": [{"name", "refreshToken", "clientId", "clientSecret", "marketplaces"}]}',
};

/** The simulator's own interface, for tests and for people; no client of Amazon sees it. */
export function control(amazon: SimulatedAmazon, request: AmazonRequest): Answer {
  try {
    return answer(amazon, request);
  } catch (error) {
    if (error instanceof z.ZodError) return refusal(400, 'InvalidInput', inWords(error));
    if (error instanceof Contradiction) return refusal(400, 'InvalidInput', error.message);
    throw error;
  }
}

function answer({ world, faults }: SimulatedAmazon, { method, path, query, body }: AmazonRequest): Answer {
  const [, , noun, id] = path.split('/');
  const what = `${method} ${[noun ?? '', ...(id === undefined ? [] : ['ID'])].join('/')}`;
  switch (what) {
    case 'GET ':
      return json(200, overview);
    case 'GET truth': {
      const { orders, accounts, ...rest } = world.truth();
      const wanted = query.get('account');
      const isWanted = ({ account }: { readonly account: string }) => wanted === null || account === wanted;
      return json(200, {
        ...rest,
        accounts: accounts.filter(isWanted),
        orders: query.get('orders') === 'no' ? [] : orders.filter(isWanted),
      });
    }
    case 'GET truth/ID': {
      const truth = world.truthOf(id ?? '');
      return truth ? json(200, truth) : refusal(404, 'NotFound', `there is no order ${id}`);
    }
    case 'PUT faults':
      faults.replace(parsed(faultsBody, body).faults);
      return json(200, { faults: faults.list() });
    case 'POST faults':
      faults.add(...parsed(faultsBody, body).faults);
      return json(200, { faults: faults.list() });
    case 'DELETE faults':
      faults.clear();
      return json(200, { faults: [] });
    case 'GET faults':
      return json(200, { faults: faults.list() });
    case 'POST orders':
      return json(201, { orderIds: addedOrders(world, body) });
    case 'PATCH orders/ID':
      return json(200, world.updateOrder(id ?? '', parsed(orderChangesSchema, body)));
    case 'POST accounts': {
      const { accounts } = parsed(accountsBody, body);
      for (const account of accounts) world.addAccount(account);
      return json(201, { accounts: accounts.map(({ name }) => name) });
    }
    default:
      return refusal(404, 'NotFound', `there is no ${method} ${path} here; GET ${controlPrefix} lists what there is`);
  }
}

function addedOrders(world: World, body: string): string[] {
  const input = jsonOf(body);
  if (typeof input !== 'object' || input === null || !('make' in input)) {
    return world.addOrders(newOrdersBody.parse(input).orders);
  }
  const { account, count, mix } = madeOrdersBody.parse(input).make;
  return world.makeOrders(account, count, mix);
}

function parsed<T extends z.ZodType>(schema: T, body: string): z.output<T> {
  return schema.parse(jsonOf(body));
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new Contradiction('the body must be JSON');
  }
}

function inWords(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}
