import type { Claim, Ledger, PlannedOrder, PlannedPage, Replan, SettleResult } from '../../src/ledger/ledger.js';
import type { AfterAnswer } from '../../src/policy/answer.js';
import type { SeededRandom } from '../../src/simulator/seeded-random.js';
import { farCall } from './far-call.js';
import type { Process } from './process.js';
import type { Run } from './run-parts.js';

/** Methods after which some row may be another. */
const writing = new Set<string>([
  'recordPage',
  'markRung',
  'takeBackWakeUps',
  'takeBackAllWakeUps',
  'expire',
  'releaseDryRun',
  'recordOrder',
  'putOff',
  'claim',
  'record',
  'doubtAgain',
  'takeOver',
  'recordSight',
  'suppress',
  'recordReplans',
  'pause',
  'resume',
] satisfies (keyof Ledger)[]);

/** The ledger as one process reaches it: over a wire that has its delays and its outages. */
export function ledgerLine(ledger: Ledger, process: Process, run: Run, random: SeededRandom): Ledger {
  const { storm } = run;
  const fault = () => {
    if (storm.isIn(storm.ledgerOutages)) return 'before' as const;
    if (!storm.chance('ledger-hiccups', 0.004)) return null;
    return storm.stream('ledger-hiccups').chance(0.5) ? ('before' as const) : ('after' as const);
  };
  const reach = <T>(name: string, args: readonly unknown[], effect: () => Promise<T>): Promise<T> => {
    const about = subjectOf(args[0]);
    return farCall(run, process, random, {
      name,
      about,
      effect,
      fault,
      quiet: !writing.has(name),
      ...(writing.has(name) && { onEffect: (answer: Promise<T>) => tell(run, process, name, args, answer) }),
      ...(name === 'claim' && { onHeard: (claim: T) => run.oracle.claimHeard(claim as Claim | null) }),
    });
  };

  return new Proxy(ledger, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function' || typeof name !== 'string') return method;
      if (name === 'plannedOrders') {
        return async function* (...args: Parameters<Ledger['plannedOrders']>) {
          yield* await reach(name, args, () => collected(target.plannedOrders(...args)));
        };
      }
      return (...args: readonly unknown[]) => reach(name, args, () => method.apply(target, args));
    },
  });
}

async function collected<T>(batches: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}

/** Lets the oracle see what a call has done, the moment it is done. */
function tell(run: Run, process: Process, name: string, args: readonly unknown[], answer: Promise<unknown>): void {
  const { oracle } = run;
  answer.then(
    (result) => {
      switch (name) {
        case 'claim':
          oracle.claimed(process.name, result as Claim | null);
          break;
        case 'record':
          oracle.recorded(args[0] as Claim, args[1] as AfterAnswer, result as 'recorded' | 'late');
          break;
        case 'recordSight':
          oracle.settled(args[0] as string, args[2] as SettleResult, result as boolean);
          break;
        case 'pause':
          return oracle.paused(result as readonly string[], args[2] as string);
        case 'resume':
          return oracle.resumed(result as readonly string[]);
        default:
          break;
      }
      const orders = ordersIn(name, args);
      // Where nothing was written nothing need be looked at.
      if (orders !== null || result !== 0) oracle.touched(name, orders);
    },
    () => undefined,
  );
}

/** `null`: it may be any. */
function ordersIn(name: string, args: readonly unknown[]): readonly string[] | null {
  switch (name) {
    case 'recordPage': {
      const { orders, unreadable } = args[0] as PlannedPage;
      return [...orders.map(({ facts }) => facts.orderId), ...unreadable.map(({ orderId }) => orderId)];
    }
    case 'recordOrder':
      return [(args[1] as PlannedOrder).facts.orderId];
    case 'markRung':
      return (args[0] as readonly { readonly orderId: string }[]).map(({ orderId }) => orderId);
    case 'recordReplans':
      return (args[0] as readonly Replan[]).map(({ order }) => order.facts.orderId);
    case 'suppress':
      return args[0] as readonly string[];
    case 'record':
      return [(args[0] as Claim).orderId];
    case 'takeBackWakeUps':
    case 'takeBackAllWakeUps':
    case 'expire':
    case 'releaseDryRun':
      return null;
    default:
      return [args[0] as string];
  }
}

function subjectOf(first: unknown): string {
  if (typeof first === 'string') return first;
  if (Array.isArray(first) && typeof first[0] === 'string' && first.length === 1) return first[0];
  if (typeof first === 'object' && first !== null && 'orderId' in first) return String(first.orderId);
  return '';
}
