import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Lane } from './lanes.js';
import type { Check } from './mutant.js';
import { runNode } from './run-node.js';

type TestCheck = Extract<Check, { kind: 'tests' }>;

/** For what hangs: the slowest of the files takes half a minute on a quiet machine, and a test that waits in vain one minute. */
const LIMIT_MS = 900_000;

export interface TestRun {
  readonly passed: readonly TestName[];
  readonly failed: readonly TestName[];
  /** Files that could not even be loaded, with their message, or a run that gave no result. */
  readonly unloaded: readonly string[];
}

export interface TestName {
  readonly file: string;
  readonly name: string;
}

/** Runs jest in a lane as `npm test` does, without its set-up: that would install and build. */
export async function runTests({ root, cache, seed }: Lane, { path, named }: TestCheck): Promise<TestRun> {
  // In the lane, so that it goes with it.
  const results = join(root, 'jest-results.json');
  await rm(results, { force: true });
  const ended = await runNode(
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join('node_modules', 'jest', 'bin', 'jest.js'),
      '--runInBand',
      '--json',
      `--outputFile=${results}`,
      `--cacheDirectory=${cache}`,
      ...(named === undefined ? [] : ['--testNamePattern', named]),
      path,
    ],
    { cwd: root, env: { MODEL_SEED: String(seed) }, limitMs: LIMIT_MS },
  );
  if (ended.kind === 'too-long') return nothing(`the tests did not end in ${LIMIT_MS / 1000} s`);
  const json = await readFile(results, 'utf8').catch(() => null);
  if (json === null) return nothing(`jest gave no results: ${ended.said.slice(-300).replace(/\s+/g, ' ')}`);
  return readResults(json);
}

function nothing(why: string): TestRun {
  return { passed: [], failed: [], unloaded: [why] };
}

interface JestResults {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function readResults(json: string): TestRun {
  const { testResults } = JSON.parse(json) as JestResults;
  const named = (status: string): TestName[] =>
    testResults.flatMap(({ name: file, assertionResults }) =>
      assertionResults.filter((test) => test.status === status).map(({ fullName: name }) => ({ file, name })),
    );
  // A file that cannot be compiled or loaded holds no test at all.
  const unloaded = testResults.filter(({ assertionResults }) => assertionResults.length === 0);
  return {
    passed: named('passed'),
    failed: named('failed'),
    unloaded: unloaded.map(({ name, message }) => `${basename(name)}: ${message.replace(/\s+/g, ' ').slice(0, 300)}`),
  };
}
