import type { FastifyInstance } from 'fastify';
import { Registry } from 'prom-client';
import { type Clock, machineTimers } from '../clock.js';
import type { Config } from '../config/config.js';
import type { Meters } from '../measuring/meters.js';
import { processMetrics } from '../measuring/process-metrics.js';
import type { QueueCounts } from '../queue/wake-ups.js';
import { type MeasuredLedger, readFigures } from './metrics-figures.js';
import { knownGauges } from './metrics-gauges.js';
import { keptReading } from './metrics-reading.js';

export interface MetricsParts {
  readonly config: Pick<Config, 'accounts' | 'alarms'>;
  readonly ledger: MeasuredLedger;
  readonly wakeUps: QueueCounts;
  readonly clock: Clock;
  readonly meters: Meters;
}

/** Prometheus waits ten seconds by default, people less: an answer that lacks something comes within two. */
const TIMES = { freshMs: 5_000, patienceMs: 1_500, keptMs: 60_000 };

/** Serves /metrics: what this process did, and what the ledger and the queue hold. It answers also while they are away. */
export function addMetrics(app: FastifyInstance, parts: MetricsParts): void {
  const read = metricsOf(parts);
  app.get('/metrics', async (_request, reply) => reply.type(Registry.PROMETHEUS_CONTENT_TYPE).send(await read()));
}

function metricsOf({ config, ledger, wakeUps, clock, meters }: MetricsParts): () => Promise<string> {
  const { accounts, alarms } = config;
  const figures = keptReading(
    () => readFigures({ ledger, clock, machineTime: machineTimers.wall, alarms }),
    'reading the ledger',
    TIMES,
  );
  // Now, not at the first scrape: it measures from here on.
  const own = processMetrics();
  const contents = keptReading(() => wakeUps.queueContents(), 'reading the queue', TIMES);
  return async () => {
    const [ledgerSays, queueSays] = await Promise.all([figures(), contents()]);
    const known = knownGauges({
      ledger: ledgerSays,
      queue: queueSays,
      accounts,
      aheadOfAmazon: meters.aheadOfAmazon(),
      now: clock.now(),
    });
    const texts = await Promise.all([meters.registry, known, own].map((registry) => registry.metrics()));
    return texts.join('\n');
  };
}
