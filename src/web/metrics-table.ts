import { createMeters } from '../measuring/meters.js';
import { knownGauges } from './metrics-gauges.js';

interface Described {
  readonly name: string;
  readonly help: string;
  readonly type: unknown;
  readonly labelNames?: readonly string[];
}

/** askonce's own metrics for docs/operations.md, in Markdown. */
export function metricsTable(): string {
  const metrics = [createMeters([]).registry, knownGauges(null)].flatMap(
    (registry) => registry.getMetricsAsArray() as unknown as Described[],
  );
  const rows = metrics
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, help, type, labelNames = [] }) => {
      const labels = labelNames.map((label) => `\`${label}\``).join(', ');
      return `| \`${name}\` | ${type} | ${labels} | ${help} |`;
    });
  return ['| metric | type | labels | says |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
