import type { SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { Log } from '../log.js';
import { sentenceOf } from '../log.js';
import { within } from '../queue/within.js';

type Delivery = Parameters<Parameters<SpanExporter['export']>[1]>[0];

const SAY_AGAIN_AFTER_MS = 10 * 60_000;
/** A collector may put anything into its answer. */
const LONGEST_WORDS = 200;

/** Says once in a while that spans do not arrive, however many. No delivery takes longer than `patienceMs`. */
export function quietExporter(exporter: SpanExporter, log: Pick<Log, 'warn'>, patienceMs: number): SpanExporter {
  let saidAt = Number.NEGATIVE_INFINITY;
  let lost = 0;
  const note = (spans: number, error: unknown) => {
    lost += spans;
    if (performance.now() - saidAt < SAY_AGAIN_AFTER_MS) return;
    log.warn('traces-not-delivered', { spans: lost, error: sentenceOf(error).slice(0, LONGEST_WORDS) });
    saidAt = performance.now();
    lost = 0;
  };
  return {
    export(spans, done) {
      const delivery = new Promise<Delivery>((resolve) => exporter.export(spans, resolve));
      void within(patienceMs, delivery, 'delivering traces')
        .catch((error: Error): Delivery => ({ code: 1, error }))
        .then((result) => {
          if (result.code !== 0) note(spans.length, result.error ?? new Error('the collector refused them'));
          done(result);
        });
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
