import { type Command, InvalidArgumentError } from 'commander';
import type { Finding } from '../../test/support/finding.js';
import { openAddressing } from '../../test/support/hostile/addressing.js';
import { configuring } from '../../test/support/hostile/configuring.js';
import { decoding } from '../../test/support/hostile/decoding.js';
import { discovering } from '../../test/support/hostile/discovering.js';
import { listing } from '../../test/support/hostile/listing.js';
import { openServing } from '../../test/support/hostile/serving.js';
import { meetWire } from '../../test/support/hostile/wire.js';
import { conclude } from '../print.js';
import type { Verdict } from '../verdict.js';

export interface HostileOptions {
  /** Texts made up, over all properties. */
  readonly cases: number;
  readonly seed: number;
}

export function addHostile(program: Command): void {
  program
    .command('hostile')
    .description('feeds texts from hell to all that reads foreign text, and lets a hostile server answer')
    .option('--cases <number>', 'how many, over all properties', wholeNumber, 100_000)
    .option('--seed <number>', 'the same seed makes up the same cases', wholeNumber, 1)
    .option('--json', 'one JSON document', false)
    .action(async ({ json, ...options }: HostileOptions & { json: boolean }) => {
      conclude(await proveHostile(options), { json });
    });
}

/** Never a crash, never a wrong `sent`, never without end, whatever Amazon, a file or a caller says. */
export async function proveHostile({ cases, seed }: HostileOptions): Promise<Verdict> {
  const begun = performance.now();
  const addressing = await openAddressing();
  const serving = await openServing();
  const findings: Finding[] = [];
  let made = 0;
  try {
    const properties = [
      ...decoding,
      ...configuring,
      ...listing,
      ...discovering,
      ...addressing.properties,
      ...serving.properties,
    ];
    const shares = properties.reduce((sum, { share }) => sum + share, 0);
    for (const { says, share, check } of properties) {
      const part = Math.ceil((cases * share) / shares);
      const counterexample = await check(seed, part);
      if (counterexample === null) made += part;
      else findings.push({ kind: 'misbehaved', text: `not so: ${says}\n${counterexample}` });
    }
    const wire = await meetWire();
    for (const text of wire.wrong) findings.push({ kind: 'misbehaved', text });
    const figures = { cases: made, properties: properties.length, 'answers of a hostile server': wire.met, seed };
    return { name: 'hostile', figures, findings, seconds: (performance.now() - begun) / 1_000 };
  } finally {
    await addressing.close();
    await serving.close();
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is not a whole number.');
  return Number(text);
}
