import type { FaultKind, Finding } from '../test/support/finding.js';
import { countOf, hasPassed, type Verdict } from './verdict.js';

/** More of them teach nothing; the counts below tell how many there are. */
const MOST_FINDINGS = 20;

/** Prints a verdict for a person, or as one JSON document, and sets the exit status: 0 passed, 1 failed. */
export function conclude(verdict: Verdict, { json }: { readonly json: boolean }): void {
  process.stdout.write(json ? `${JSON.stringify({ ...verdict, passed: hasPassed(verdict) })}\n` : reportOf(verdict));
  if (!hasPassed(verdict)) process.exitCode = 1;
}

function reportOf({ name, figures, findings, seconds }: Verdict): string {
  const shown = findings.slice(0, MOST_FINDINGS).map(({ kind, text }) => `  ${kind}: ${text}`);
  const more = findings.length - shown.length;
  return [
    ...shown,
    ...(more > 0 ? [`  ... and ${more} more`] : []),
    `${name}: ${Object.entries(figures)
      .map(([what, figure]) => `${figure} ${what}`)
      .join(', ')}, in ${Math.round(seconds)} s`,
    `${name}: ${countsOf(findings)}`,
    '',
  ].join('\n');
}

/** `0 doubles, 0 lost, 0 wrongly recorded, 0 stuck`; what else was minded only where there is some. */
export function countsOf(findings: readonly Finding[]): string {
  const count = (kind: FaultKind, word: string) => `${countOf(kind, findings)} ${word}`;
  const promise = [
    count('double', 'doubles'),
    count('lost', 'lost'),
    count('wrongly-recorded', 'wrongly recorded'),
    count('stuck', 'stuck'),
  ];
  const others = countOf('misbehaved', findings);
  return [...promise, ...(others > 0 ? [`${others} misbehaved`] : [])].join(', ');
}
