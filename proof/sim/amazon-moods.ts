import type { FaultInput } from '../../src/simulator/fault.js';
import type { Operation } from '../../src/simulator/operation.js';
import type { Oracle } from './oracle.js';
import type { SeedPlan } from './seed-plan.js';
import { type AmazonOutage, lengthBetween, type Storm } from './storm.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What Amazon does to a single request: one fault of the simulator's, or none. */
export class AmazonMoods {
  readonly #plan: SeedPlan;
  readonly #storm: Storm;
  readonly #oracle: Oracle;

  constructor(plan: SeedPlan, storm: Storm, oracle: Oracle) {
    this.#plan = plan;
    this.#storm = storm;
    this.#oracle = oracle;
  }

  refusesConnections(account: string): boolean {
    return this.#storm.outageOf(account)?.what === 'refused';
  }

  moodFor(operation: Operation, account: string, orderId: string | null): FaultInput | null {
    const outage = this.#storm.outageOf(account);
    const general = outage === null ? null : during(outage, operation);
    if (general !== null && (general.kind !== 'look-empty' || this.#mayBeEmpty(orderId))) return general;
    switch (operation) {
      case 'createSolicitation':
        return this.#moodOfPost();
      case 'getSolicitationActions':
        return this.#moodOfLook(orderId) ?? this.#moodOfRead(operation);
      case 'searchOrders':
      case 'getOrder':
        return this.#moodOfRead(operation);
      case 'token':
        return this.#storm.chance('failing-calls', 0.01) ? { kind: 'server-error', operations: ['token'] } : null;
      default:
        return operation satisfies never;
    }
  }

  #moodOfPost(): FaultInput | null {
    const { force, beyondLimits } = this.#plan.weather;
    const operations: ['createSolicitation'] = ['createSolicitation'];
    if (this.#storm.chance('lost-answers', 0.05 + 0.4 * force)) {
      return this.#storm.stream('lost-answers').pick<FaultInput>([
        { kind: 'answer-lost', operations },
        { kind: 'hang', moment: 'after', operations },
        { kind: 'server-error', moment: 'after', status: 502, operations },
      ]);
    }
    if (this.#storm.chance('failing-calls', 0.05 + 0.3 * force)) {
      return this.#storm.stream('failing-calls').pick<FaultInput>([
        { kind: 'reset', operations },
        { kind: 'hang', operations },
        { kind: 'server-error', status: 503, operations },
        { kind: 'throttle', operations },
        { kind: 'forbidden', text: 'denied', operations },
        { kind: 'forbidden', text: 'token-expired', operations },
        { kind: 'broken-json', operations },
      ]);
    }
    if (this.#storm.chance('late-acceptance', 0.05 + 0.2 * force)) {
      const longest = beyondLimits ? 40 * HOUR : this.#latestAcceptanceMs();
      return { kind: 'accepted-late', afterMs: lengthBetween(1000, longest, this.#storm.stream('late-acceptance')) };
    }
    return null;
  }

  #moodOfLook(orderId: string | null): FaultInput | null {
    const { force, beyondLimits } = this.#plan.weather;
    if (this.#storm.chance('stale-looks', 0.2 + 0.8 * force)) {
      const longest = beyondLimits ? 60 * HOUR : this.#longestStaleMs();
      return { kind: 'look-stale', staleMs: lengthBetween(MINUTE, longest, this.#storm.stream('stale-looks')) };
    }
    // Where an order is in doubt an empty look does the most harm.
    const doubted = orderId !== null && this.#oracle.isInDoubt(orderId);
    if (this.#storm.chance('empty-looks', (doubted ? 0.2 : 0.02) + 0.15 * force) && this.#mayBeEmpty(orderId))
      return { kind: 'look-empty' };
    return null;
  }

  #moodOfRead(operation: 'searchOrders' | 'getOrder' | 'getSolicitationActions'): FaultInput | null {
    if (!this.#storm.chance('failing-calls', 0.02)) return null;
    const operations: [typeof operation] = [operation];
    return this.#storm
      .stream('failing-calls')
      .pick<FaultInput>([
        { kind: 'reset', operations },
        { kind: 'hang', operations },
        { kind: 'server-error', operations },
        { kind: 'throttle', operations },
        { kind: 'broken-json', operations },
        { kind: 'forbidden', text: 'token-expired', operations },
        ...(operation === 'searchOrders' ? [{ kind: 'page-token-expired' } as const] : []),
      ]);
  }

  /** Beyond the limits always; inside them not twice in a row for an order that we have a request of our own for. */
  #mayBeEmpty(orderId: string | null): boolean {
    return this.#plan.weather.beyondLimits || orderId === null || this.#oracle.mayLookEmpty(orderId);
  }

  /** What lies between the claim and the second look is shared by the way to Amazon, a late acceptance and a stale GET. */
  #secondLookMs(): number {
    const { looks, claimLease } = this.#plan.settings;
    return (looks[1]?.toMillis() ?? 0) - claimLease.toMillis() - MINUTE;
  }

  #latestAcceptanceMs(): number {
    return this.#secondLookMs() / 2;
  }

  #longestStaleMs(): number {
    return this.#secondLookMs() / 2;
  }
}

function during({ what }: AmazonOutage, operation: Operation): FaultInput | null {
  switch (what) {
    case 'refused':
      return null;
    case 'server-error':
    case 'hang':
      return { kind: what, operations: [operation] };
    case 'throttle':
      return operation === 'token' ? null : { kind: 'throttle', operations: [operation] };
    case 'denied':
      return operation === 'token' ? null : { kind: 'forbidden', text: 'denied', operations: [operation] };
    case 'login-down':
      return operation === 'token' ? { kind: 'server-error', status: 503, operations: ['token'] } : null;
    case 'login-refused':
      return operation === 'token' ? { kind: 'token-refused', error: 'invalid-grant' } : null;
    case 'empty':
      return operation === 'getSolicitationActions' ? { kind: 'look-empty' } : null;
    default:
      return what satisfies never;
  }
}
