import { inWords, noticing } from './fate.js';
import { type Lane, overLanes } from './lanes.js';
import { type Check, type Mutant, tests } from './mutant.js';
import { runSim } from './sim-run.js';
import { runTests, type TestName } from './test-run.js';

/** Nothing is broken: every test that has to notice something must pass, and each check must find a test. */
export async function checkWhole(lanes: readonly Lane[], mutants: readonly Mutant[], progress: (text: string) => void) {
  const checks = mutants.flatMap((mutant) => mutant.checks);
  const jobs: Check[] = [...byPath(checks)].map(([path, names]) => oneCheck(path, names));
  const seeds = checks.flatMap((check) => (check.kind === 'sim' ? [check.seeds] : []));
  if (seeds.length > 0) jobs.push({ kind: 'sim', seeds: Math.max(...seeds) });

  const runs = await overLanes(
    lanes,
    jobs,
    async (lane, job): Promise<{ tests: readonly TestName[]; wrong: string[] }> => {
      if (job.kind === 'sim') {
        const fate = await runSim(lane, job.seeds);
        return { tests: [], wrong: fate.kind === 'survived' ? [] : [inWords(fate)] };
      }
      const { passed, failed, unloaded } = await runTests(lane, job);
      return { tests: passed, wrong: [...failed.map(({ name }) => `"${name}" fails`), ...unloaded] };
    },
  );
  const passing = runs.flatMap((run) => run.tests);
  const wrong = runs.flatMap((run) => run.wrong).map((what) => `with nothing taken away: ${what}`);
  const useless = checks.filter((check) => check.kind === 'tests' && noticing(check, passing).length === 0);
  const empty = useless.map((check) => `no test fits ${JSON.stringify(check)}`);
  progress(`whole: ${passing.length} tests pass${wrong.length > 0 ? `, ${wrong.length} things are wrong` : ''}`);
  return { passing, complaints: wrong.length > 0 ? wrong : empty };
}

function byPath(checks: readonly Check[]): Map<string, (string | undefined)[]> {
  const names = new Map<string, (string | undefined)[]>();
  for (const check of checks) {
    if (check.kind === 'tests') names.set(check.path, [...(names.get(check.path) ?? []), check.named]);
  }
  return names;
}

/** Everything that several checks run of the same files; a check without a name runs all of it. */
function oneCheck(path: string, names: readonly (string | undefined)[]): Check {
  if (names.includes(undefined)) return tests(path);
  return tests(path, [...new Set(names)].map((name) => `(?:${name})`).join('|'));
}
