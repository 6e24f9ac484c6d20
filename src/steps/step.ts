import type { DateTime, Duration } from 'luxon';
import type { AmazonGateway } from '../amazon/gateway.js';
import type { WorkerClock } from '../clock.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LogEventAt } from '../log-events.js';
import type { MarketplaceCaps } from '../policy/daily-cap.js';
import type { PlanningRules } from '../policy/plan.js';
import type { SettleRules } from '../policy/settling.js';
import type { WakeUps } from '../queue/wake-ups.js';

/** Everything a step may touch; interfaces only, no driver in sight. */
export interface StepContext {
  readonly ledger: Ledger;
  readonly wakeUps: Pick<WakeUps, 'ring' | 'ringNow'>;
  readonly clock: WorkerClock;
  /** 0 inclusive to 1 exclusive. */
  readonly random: () => number;
  /** Waits until an instant; ends early, with an error, when the process shuts down. */
  readonly waitUntil: (instant: DateTime) => Promise<void>;
  readonly log: StepLog;
  /** Once aborted this process is about to end: what is in hand is finished, nothing further is begun. */
  readonly leaving?: AbortSignal;
  /** By account name: those that are configured. */
  readonly accounts: ReadonlyMap<string, StepAccount>;
  readonly settings: StepSettings;
  /** This process, as claims and leases name it. */
  readonly worker: string;
}

export interface StepAccount {
  readonly name: string;
  readonly region: string;
  /** Accounts of one LWA application fall together when Amazon refuses its secret. */
  readonly clientId: string;
  readonly marketplaceIds: readonly string[];
  readonly gateway: AmazonGateway;
  readonly rules: PlanningRules;
  /** By marketplace id. */
  readonly caps: ReadonlyMap<string, MarketplaceCaps>;
  readonly live: boolean;
}

export interface StepSettings extends SettleRules {
  readonly recheckEvery: Duration;
  readonly queueHorizon: Duration;
  readonly sweepEvery: Duration;
  readonly claimLease: Duration;
  readonly catchUpDays: number;
}

/** One line per decision; the event names are stable. */
export interface StepLog {
  info(event: LogEventAt<'info'>, facts: Record<string, unknown>): void;
  warn(event: LogEventAt<'warn'>, facts: Record<string, unknown>): void;
}

/** When to ring again; nothing where the sweep will, or nobody need. */
export type Again = { readonly again: DateTime } | undefined;
