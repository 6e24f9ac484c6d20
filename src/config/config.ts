import type { DateTime, Duration } from 'luxon';
import type { Marketplace, Region } from '../amazon/marketplaces.js';
import type { AlarmThresholds } from '../policy/alarm-facts.js';
import type { AskingRules, OrderFilters } from '../policy/asking-rules.js';
import type { MarketplaceCaps } from '../policy/daily-cap.js';

/** Everything the environment says, read once, checked as a whole and frozen. Secrets are wrapped so that printing shows nothing. */
export interface Config {
  /** `null`: the embedded Postgres in `dataDir`. */
  readonly databaseUrl: Secret | null;
  /** `null`: the queue lives in the ledger's Postgres. */
  readonly redisUrl: Secret | null;
  readonly dataDir: string;
  readonly accountsDir: string;
  /** For all accounts; see {@link AccountConfig.sendMode}. */
  readonly sendMode: SendMode;
  readonly roles: ReadonlySet<Role>;
  readonly http: { readonly host: string; readonly port: number; readonly adminToken: Secret | null };
  readonly log: { readonly level: LogLevel; readonly format: 'json' | 'pretty' };
  readonly discoverEvery: Duration;
  readonly sweepEvery: Duration;
  readonly recheckEvery: Duration;
  readonly queueHorizon: Duration;
  readonly requestTimeout: Duration;
  readonly claimLease: Duration;
  /** At least two, ascending; counted from the POST. */
  readonly settleLooks: readonly Duration[];
  readonly catchUpDays: number;
  readonly windowMargin: Duration;
  /** Whole days by Amazon's `fulfillmentServiceLevel`; `UNKNOWN` for any other. */
  readonly transitDays: Readonly<Record<string, number>>;
  /** The process ends when it could not reach the ledger for so long. */
  readonly ledgerGoneExit: Duration;
  /** OTLP over HTTP, without `/v1/traces`; `null`: no traces. */
  readonly otlpEndpoint: string | null;
  readonly alarms: AlarmConfig;
  readonly amazon: {
    /** Origin, without a trailing slash; `null`: Amazon's own for each region. */
    readonly spApiEndpoint: string | null;
    /** The whole token URL; `null`: Amazon's own. */
    readonly lwaEndpoint: string | null;
    readonly sandbox: boolean;
  };
  readonly accounts: readonly AccountConfig[];
}

/** When to tell a person, and where. */
export interface AlarmConfig extends Omit<AlarmThresholds, 'readEvery'> {
  /** `null`: alarms are shown, logged and measured, but sent nowhere. */
  readonly webhookUrl: Secret | null;
  readonly webhookFormat: 'json' | 'teams';
  readonly repeat: Duration;
  /** Since midnight, UTC. */
  readonly digestAt: Duration | 'off';
}

export type SendMode = 'dry-run' | 'live';
export type Role = 'discover' | 'schedule' | 'send' | 'settle' | 'sweep' | 'web';
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface AccountConfig {
  /** The stem of its env file; `default` when the account keys stand in `.env`. */
  readonly name: string;
  /** The file the account came from, as the user named it; for messages. */
  readonly source: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** The day the client secret was made: midnight, UTC. */
  readonly secretRotatedOn: DateTime | null;
  readonly refreshToken: Secret;
  readonly region: Region;
  /** `live` only where the whole configuration is; an account may be stricter. */
  readonly sendMode: SendMode;
  /** With the owner's time zones where they gave some. */
  readonly marketplaces: readonly Marketplace[];
  /** The owner's rules, already narrowed to each of `marketplaces` (by marketplace id). */
  readonly rules: Readonly<Record<string, AskingRules>>;
  /** Which orders the owner wants asked at all, by marketplace id likewise. */
  readonly filters: Readonly<Record<string, OrderFilters>>;
  /** How many a day, by marketplace id likewise; marketplaces may share one. */
  readonly caps: Readonly<Record<string, MarketplaceCaps>>;
}

/** A value that must never be printed. `reveal()` is the only way to it. */
export interface Secret {
  reveal(): string;
}

/** One thing wrong with the configuration, in words for the person who can mend it. Never holds a secret. */
export interface ConfigProblem {
  /** The env file as the user named it, or `environment`. */
  readonly source: string;
  readonly key: string;
  readonly problem: string;
  /** What would be right, with an example. */
  readonly remedy: string;
}
