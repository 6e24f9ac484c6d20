import type { DateTime } from 'luxon';
import type pg from 'pg';
import type { AttemptFacts, Claim } from '../../src/ledger/ledger.js';
import type { WholeLedger } from '../../src/ledger/whole-ledger.js';
import type { WakeUp } from '../../src/queue/wake-ups.js';
import { SeededRandom } from '../../src/simulator/seeded-random.js';
import { sweep } from '../../src/steps/sweep.js';
import { isScheduled, type LedgerPlan, orderIdOf } from '../support/ledger-rows.js';
import { benchContext } from '../support/step-context.js';

export interface Stage {
  readonly plan: LedgerPlan;
  readonly ledger: WholeLedger;
  /** For what is not measured. */
  readonly client: pg.Client;
}

/** Each answers the milliseconds that one more of its kind took. */
export type Operation = () => Promise<number>;

export interface Operations {
  readonly byName: Readonly<Record<string, Operation>>;
  /** Orders that all sweeps so far rang for. */
  rung(): number;
}

const PAGE = 50;
const SWEEP_SECONDS = 30;
const call: Omit<AttemptFacts, 'kind' | 'outcome' | 'detail'> = {
  status: 200,
  requestId: '6c1b0e43-93a1-4f0c-a5b2-2f9f4b6f1d10',
  durationMs: 120,
};

/** What is measured of a ledger, by name. */
export function operationsOn(stage: Stage): Operations {
  const { ledger, plan } = stage;
  const random = new SeededRandom(`${plan.seed}/operations`);
  const [account = ''] = plan.accounts;
  const page = (filter: Parameters<WholeLedger['listOrders']>[0]) => () =>
    timed(() => ledger.listOrders(filter, { kind: 'first' }, PAGE));
  const sweeping = sweepingOn(stage);
  const byName = {
    sweep: sweeping.sweep,
    'claim+record': askingOn(stage, random),
    status: () => timed(() => ledger.status()),
    'orders page, newest': page({}),
    'orders page, in the middle': async () => {
      const place = await placeOf(stage, Math.floor(random.next() * plan.orders));
      return timed(() => ledger.listOrders({}, { kind: 'after', place }, PAGE));
    },
    'orders page, of one account': page({ account }),
    'orders page, in doubt': page({ state: 'unknown' }),
  };
  return { byName, rung: sweeping.rung };
}

/** Whole sweeps without the queue, one every half a minute of the ledger's time; what they ring for is looked at, and put off. */
function sweepingOn({ ledger, client, plan }: Stage): { readonly sweep: Operation; rung(): number } {
  let now: DateTime = plan.now;
  let rung: readonly WakeUp[] = [];
  let total = 0;
  const ring = async (wakeUps: readonly WakeUp[]) => {
    rung = wakeUps;
    total += wakeUps.length;
  };
  const context = benchContext({
    ledger,
    wakeUps: { ring, ringNow: async () => {} },
    accounts: plan.accounts.map((name) => ({ name })),
    now: () => now,
  });
  const oneSweep = async () => {
    now = now.plus({ seconds: SWEEP_SECONDS });
    rung = [];
    const ms = await timed(() => sweep(context));
    await client.query(
      "UPDATE review_request SET ring_at = NULL, next_look_at = $2::timestamptz + interval '1 day' WHERE order_id = ANY($1)",
      [rung.map(({ orderId }) => orderId), now.toJSDate()],
    );
    return ms;
  };
  return { sweep: oneSweep, rung: () => total };
}

/** The two statements around a POST, of an order that nobody else touches here. */
function askingOn({ ledger, plan }: Stage, random: SeededRandom): Operation {
  const asked = new Set<number>();
  const next = (): string => {
    for (;;) {
      // The later half of the open orders is far from what the sweeps ring for.
      const number = plan.orders - 1 - Math.floor(random.next() * (plan.open / 2));
      if (asked.has(number) || !isScheduled(number, plan)) continue;
      asked.add(number);
      return orderIdOf(number, plan.seed);
    }
  };
  return async () => {
    const orderId = next();
    const look: AttemptFacts = { ...call, kind: 'look', outcome: 'offered', detail: 'first' };
    const answer: AttemptFacts = { ...call, kind: 'answer', outcome: 'accepted', status: 201, detail: null };
    return timed(async () => {
      const claim: Claim | null = await ledger.claim(orderId, 'bench', 120, look, plan.now);
      if (claim === null) throw new Error(`${orderId} could not be claimed`);
      const recorded = await ledger.record(claim, { state: 'sent', knownBy: 'accepted' }, answer, plan.now);
      if (recorded !== 'recorded') throw new Error(`${orderId} could not be recorded`);
    });
  };
}

async function placeOf({ client, plan }: Stage, number: number) {
  const orderId = orderIdOf(number, plan.seed);
  const { rows } = await client.query<{ at: Date }>(
    'SELECT coalesce(ordered_at, first_seen_at) AS at FROM review_request WHERE order_id = $1',
    [orderId],
  );
  const at = rows[0]?.at;
  if (at === undefined) throw new Error(`there is no order ${orderId}`);
  return { orderId, listedAt: plan.now.plus(at.getTime() - plan.now.toMillis()) };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
