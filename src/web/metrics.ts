import { Gauge, Registry } from 'prom-client';
import { version } from '../package-root.js';
import { states } from '../policy/review-request.js';
import type { WebParts } from './web.js';

/** The ledger's figures in Prometheus' text form, read when asked. */
export async function metricsText({
  ledger,
  wakeUps,
  clock,
}: WebParts): Promise<{ contentType: string; text: string }> {
  const registry = new Registry();
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[]) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });

  gauge('askonce_build_info', 'The running version, always 1', ['version']).set({ version }, 1);
  const requests = gauge('askonce_review_requests', 'Review requests by state', ['account', 'state']);
  const lag = gauge('askonce_feed_lag_seconds', 'Age of the newest order update that is surely in the ledger', [
    'account',
  ]);
  const paused = gauge('askonce_account_paused', 'Whether the account is paused', ['account']);
  for (const account of await ledger.status()) {
    for (const state of states) requests.set({ account: account.name, state }, account.counts[state]);
    if (account.readThrough !== null) {
      lag.set({ account: account.name }, clock.now().diff(account.readThrough).as('seconds'));
    }
    paused.set({ account: account.name }, account.paused === null ? 0 : 1);
  }
  const depth = gauge('askonce_queue_depth', 'Wake-ups that wait', ['verb']);
  for (const [verb, count] of Object.entries(await wakeUps.depth())) depth.set({ verb }, count);
  return { contentType: registry.contentType, text: await registry.metrics() };
}
