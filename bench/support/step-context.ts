import { setTimeout as pause } from 'node:timers/promises';
import { DateTime, Duration } from 'luxon';
import type { AmazonGateway } from '../../src/amazon/gateway.js';
import { marketplaceByCode } from '../../src/amazon/marketplaces.js';
import type { WorkerClock } from '../../src/clock.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { noFilters } from '../../src/policy/asking-rules.js';
import { noCaps } from '../../src/policy/daily-cap.js';
import type { PlanningRules } from '../../src/policy/plan.js';
import type { StepAccount, StepContext } from '../../src/steps/step.js';

const us = marketplaceByCode('US');
if (us === undefined) throw new Error('Amazon has no marketplace in the US');
export const marketplaceId = us.id;

/** The default rules, at any hour. */
const rules: PlanningRules = {
  marketplaces: new Map([
    [
      us.id,
      {
        zone: us.zone,
        rules: {
          askAfterDays: 7,
          askAfterDaysFor: [],
          hours: [{ from: 0, until: 1440 }],
          weekdays: new Set([1, 2, 3, 4, 5, 6, 7]),
        },
        filters: noFilters,
      },
    ],
  ]),
  transitDays: { STANDARD: 4, UNKNOWN: 4 },
  windowMargin: Duration.fromObject({ hours: 1 }),
  recheckEvery: Duration.fromObject({ hours: 24 }),
};

const unreachable: AmazonGateway = {
  prepare: neverCalled,
  look: neverCalled,
  ask: neverCalled,
  searchOrders: neverCalled,
  getOrder: neverCalled,
};

function neverCalled(): never {
  throw new Error('nothing asks Amazon here');
}

export interface ContextOptions {
  readonly ledger: Ledger;
  readonly wakeUps: StepContext['wakeUps'];
  readonly accounts: readonly { readonly name: string; readonly gateway?: AmazonGateway }[];
  /** Default: the machine's. */
  readonly now?: () => DateTime;
  /** Is told of every line of the log. */
  readonly hear?: (event: string, facts: Record<string, unknown>) => void;
}

/** What the steps need in this process: the parts given, and the default settings for the rest. */
export function benchContext({
  ledger,
  wakeUps,
  accounts,
  now = DateTime.utc,
  hear = () => {},
}: ContextOptions): StepContext {
  const clock: WorkerClock = {
    now,
    stopwatch: () => {
      const begun = performance.now();
      return () => performance.now() - begun;
    },
    agreesWithAmazon: () => true,
  };
  return {
    ledger,
    wakeUps,
    clock,
    random: Math.random,
    waitUntil: async (instant) => {
      const ms = instant.diff(clock.now()).toMillis();
      if (ms > 0) await pause(ms);
    },
    log: { info: hear, warn: hear },
    accounts: new Map(accounts.map(({ name, gateway }) => [name, stepAccount(name, gateway ?? unreachable)])),
    settings: {
      looks: [Duration.fromObject({ minutes: 15 }), Duration.fromObject({ hours: 24 })],
      recheckEvery: Duration.fromObject({ hours: 24 }),
      queueHorizon: Duration.fromObject({ hours: 1 }),
      sweepEvery: Duration.fromObject({ seconds: 30 }),
      claimLease: Duration.fromObject({ minutes: 2 }),
      catchUpDays: 30,
    },
    worker: 'bench',
  };
}

function stepAccount(name: string, gateway: AmazonGateway): StepAccount {
  return {
    name,
    region: 'na',
    clientId: 'amzn1.application-oa2-client.bench',
    marketplaceIds: [marketplaceId],
    gateway,
    rules,
    caps: new Map([[marketplaceId, noCaps]]),
    live: true,
  };
}
