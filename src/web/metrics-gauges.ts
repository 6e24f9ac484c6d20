import type { DateTime } from 'luxon';
import { Gauge, Registry } from 'prom-client';
import type { AccountConfig } from '../config/config.js';
import type { QueueContents } from '../queue/wake-ups.js';
import { accountGauges } from './metrics-account-gauges.js';
import type { LedgerFigures } from './metrics-figures.js';
import type { Reading } from './metrics-reading.js';
import { wholeGauges } from './metrics-whole-gauges.js';

/** What is known at the moment of a scrape. */
export interface Known {
  readonly ledger: Reading<LedgerFigures>;
  readonly queue: Reading<readonly QueueContents[]>;
  readonly accounts: readonly Pick<AccountConfig, 'name' | 'secretRotatedOn'>[];
  /** How far this machine's clock is ahead of Amazon's; `null`: Amazon has not been heard yet. */
  readonly aheadOfAmazon: number | null;
  readonly now: DateTime;
}

/** A gauge whose samples are made when somebody asks. */
export interface KnownGauge {
  /** Without `askonce_`. */
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  samples(known: Known): readonly Sample[];
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** `null`: not known, no sample. */
  readonly value: number | null;
}

/** Every such gauge, filled with what is known; `null`: with nothing, for their names alone. */
export function knownGauges(known: Known | null): Registry {
  const registry = new Registry();
  for (const { name, help, labelNames, samples } of [...wholeGauges, ...accountGauges]) {
    const gauge = new Gauge({ name: `askonce_${name}`, help, labelNames: [...labelNames], registers: [registry] });
    for (const { labels, value } of known === null ? [] : samples(known)) {
      if (value !== null) gauge.set(labels, value);
    }
  }
  return registry;
}
