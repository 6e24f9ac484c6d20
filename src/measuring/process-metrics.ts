import { collectDefaultMetrics, Registry } from 'prom-client';

/** Gauges that prom-client names like counters, which Prometheus's linter objects to; each exists a second time, by type. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

let registry: Registry | null = null;

/** Memory, processor, event loop and garbage of this process, in prom-client's usual names: once, however many workers it runs. */
export function processMetrics(): Registry {
  if (registry !== null) return registry;
  registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return registry;
}
