import type { Finding } from '../../test/support/finding.js';
import type { PlayedSeed } from './played-seed.js';
import { simulate } from './simulate.js';
import type { WeatherKind } from './weather.js';

/** The last of them show how it came about. */
const NOTES = 40;

/**
 * Tells of a failing seed what a person needs: what was found, which weather it takes, the events of that order, and how to
 * see it again. Plays the seed again for it, as often as it had kinds of weather.
 */
export async function explained({ seed, findings, kinds }: PlayedSeed, days: number): Promise<readonly Finding[]> {
  const [first, ...others] = findings;
  if (first === undefined) return [];
  const same = async (without: ReadonlySet<WeatherKind>) => {
    const { findings: again, trace } = await simulate(seed, { days, without, keepTrace: true });
    const found = again.find(({ kind }) => kind === first.kind);
    return found === undefined ? null : { found, trace };
  };

  const needless = new Set<WeatherKind>();
  for (const kind of kinds) {
    if ((await same(new Set([...needless, kind]))) !== null) needless.add(kind);
  }
  const last = await same(needless);
  const needed = kinds.filter((kind) => !needless.has(kind));
  const { found, trace } = last ?? { found: first, trace: null };
  const lines = [
    `seed ${seed}: ${nameOf(first)}`,
    `${weatherOf(needed, kinds)}: ${nameOf(found)}`,
    ...(trace?.lastAbout([found.about], found.at, NOTES) ?? []).map((line) => `  ${line}`),
    `again: npm run proof:sim -- --seed ${seed} --trace`,
  ];
  return [
    { kind: first.kind, text: lines.join('\n    ') },
    ...others.map(({ kind, about, text }) => ({ kind, text: `seed ${seed}: ${about} ${text}` })),
  ];
}

function weatherOf(needed: readonly WeatherKind[], kinds: readonly WeatherKind[]): string {
  if (needed.length === 0) return 'without any bad weather';
  return needed.length < kinds.length ? `with no other weather than ${needed.join(', ')}` : 'with all of its weather';
}

function nameOf({ about, text }: { readonly about: string; readonly text: string }): string {
  return about === '' ? text : `${about}: ${text}`;
}
