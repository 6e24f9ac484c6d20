import type { FaultKind, Finding } from '../test/support/finding.js';

/** What one proof found. It has passed when there are no findings and as much was done as was asked for. */
export interface Verdict {
  /** As in `npm run proof:NAME`. */
  readonly name: string;
  /** What was done, in the order of printing: `{ seeds: 2000, kills: 312 }`. */
  readonly figures: Readonly<Record<string, number | string>>;
  readonly findings: readonly Finding[];
  readonly seconds: number;
}

export function hasPassed({ findings }: Verdict): boolean {
  return findings.length === 0;
}

export function countOf(kind: FaultKind, findings: readonly Finding[]): number {
  return findings.filter((finding) => finding.kind === kind).length;
}
