import { AsyncLocalStorage } from 'node:async_hooks';
import type { AmazonGateway } from '../../src/amazon/gateway.js';
import type { Ledger, ReviewRequest } from '../../src/ledger/ledger.js';
import type { Operation } from '../../src/policy/usage-plan.js';
import type { StepContext } from '../../src/steps/step.js';

/** One run of a step, told by the first call that only this step begins with. */
interface Run {
  step: 'send' | 'settle' | 'discover' | 'other';
  orderId: string | null;
  /** `send` has written fresh facts and reads the row once more. */
  rewritten: boolean;
}

export type Reached = (point: string, orderId: string | null) => void;

/**
 * Stands around a worker's context and tells of every point, before and after each call of a step. Steps share ledger and
 * gateway, so which of them calls is known from the row that the run began with.
 */
export function aroundPoints(context: StepContext, reached: Reached): StepContext {
  const runs = new AsyncLocalStorage<Run>();
  const pass = (point: string | null) => {
    if (point !== null) reached(point, runs.getStore()?.orderId ?? null);
  };
  const around =
    <A extends unknown[], R>(name: string | ((args: A) => string | null), call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const point = typeof name === 'string' ? name : name(args);
      pass(point && `${point}:before`);
      const result = await call(...args);
      pass(point && `${point}:after`);
      return result;
    };
  const inStep = (names: Partial<Record<Run['step'], string>>) => () => names[runs.getStore()?.step ?? 'other'] ?? null;

  const { ledger, wakeUps } = context;
  const read: Ledger['read'] = async (orderId) => {
    const before = runs.getStore();
    if (before?.step === 'send' && before.orderId === orderId && before.rewritten) {
      before.rewritten = false;
      return around('send.readAgain', ledger.read)(orderId);
    }
    // Before the first await, so that it holds for the caller, too.
    const run: Run = { step: 'other', orderId, rewritten: false };
    runs.enterWith(run);
    pass('order.read:before');
    const row = await ledger.read(orderId);
    run.step = stepOf(row);
    if (run.step === 'send') pass('order.read:after');
    if (run.step === 'settle') pass('settle.read:after');
    return row && aged(row);
  };
  const begins =
    <A extends unknown[], R>(step: Run['step'], call: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> => {
      runs.enterWith({ step, orderId: null, rewritten: false });
      return call(...args);
    };

  return {
    ...context,
    wakeUps: {
      ring: around('sweep.ring', wakeUps.ring),
      ringNow: around(inStep({ discover: 'discover.ringNow' }), wakeUps.ringNow),
    },
    accounts: new Map(
      [...context.accounts].map(([name, account]) => [name, { ...account, gateway: gatewayAround(account.gateway) }]),
    ),
    ledger: {
      ...ledger,
      read,
      account: around(inStep({ send: 'send.account', settle: 'settle.account' }), ledger.account),
      reserve: around(([_account, operation]) => inStep(slotNames[operation])(), ledger.reserve),
      learnRate: around(([_account, operation]) => inStep(rateNames[operation])(), ledger.learnRate),
      suppressed: around(inStep({ send: 'send.suppressed' }), ledger.suppressed),
      putOff: around(
        ([_id, state]) => (state === 'scheduled' ? inStep({ send: 'send.putOff' })() : null),
        ledger.putOff,
      ),
      askedOn: around('send.askedOn', ledger.askedOn),
      recordOrder: async (...args) => {
        await around(inStep({ send: 'send.recordOrder' }), ledger.recordOrder)(...args);
        const run = runs.getStore();
        if (run !== undefined) run.rewritten = true;
      },
      claim: around('send.claim', ledger.claim),
      mayPost: around('send.mayPost', ledger.mayPost),
      record: around('send.record', ledger.record),
      takeOver: around('settle.takeOver', ledger.takeOver),
      firstLooks: around('settle.firstLooks', ledger.firstLooks),
      recordSight: around('settle.recordSight', ledger.recordSight),
      leaseFeeds: begins('discover', around('discover.leaseFeeds', ledger.leaseFeeds)),
      feeds: around('discover.feeds', ledger.feeds),
      known: around('discover.known', ledger.known),
      recordPage: around('discover.recordPage', ledger.recordPage),
      releaseFeeds: around('discover.releaseFeeds', ledger.releaseFeeds),
      expire: begins('other', around('sweep.expire', ledger.expire)),
      due: around('sweep.due', ledger.due),
      markRung: around('sweep.markRung', ledger.markRung),
    },
  };

  function gatewayAround(gateway: AmazonGateway): AmazonGateway {
    return {
      prepare: around(inStep({ send: 'send.prepare' }), gateway.prepare),
      look: around(inStep({ send: 'send.look', settle: 'settle.look' }), gateway.look),
      ask: around('send.ask', (order, mayStillSend) =>
        gateway.ask(order, () => {
          reached('send.fence:before', order.orderId);
          const may = mayStillSend();
          if (may) reached('send.fence:after', order.orderId);
          return may;
        }),
      ),
      searchOrders: around('discover.searchOrders', gateway.searchOrders),
      getOrder: around(inStep({ send: 'send.getOrder' }), gateway.getOrder),
    };
  }
}

const slotNames: Record<Operation, Partial<Record<Run['step'], string>>> = {
  searchOrders: { discover: 'discover.reserve' },
  getOrder: { send: 'send.reserveOrder' },
  getSolicitationActions: { send: 'send.reserveLook', settle: 'settle.reserve' },
  createSolicitation: { send: 'send.reservePost' },
};

const rateNames: Record<Operation, Partial<Record<Run['step'], string>>> = {
  searchOrders: { discover: 'discover.learnRate' },
  getOrder: { send: 'send.learnOrderRate' },
  getSolicitationActions: { send: 'send.learnLookRate', settle: 'settle.learnRate' },
  createSolicitation: { send: 'send.learnPostRate' },
};

function stepOf(row: ReviewRequest | null): Run['step'] {
  switch (row?.state) {
    case 'scheduled':
      return 'send';
    case 'sending':
    case 'unknown':
      return 'settle';
    default:
      return 'other';
  }
}

/** Facts that are hours old, as after weeks on record: a merchant-fulfilled order is then read once more before it is asked. */
function aged(row: ReviewRequest): ReviewRequest {
  return row.fulfilledBy === 'MERCHANT' ? { ...row, factsAt: row.factsAt.minus({ hours: 6 }) } : row;
}
