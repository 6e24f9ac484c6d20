import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { packageRoot } from '../../src/package-root.js';

/** A proof of a few accidents, as `npm run proof:NAME` runs it: whether it passed, what it counted, what it found. */
async function proof(name: 'crash' | 'races', ...options: string[]) {
  const args = [join(packageRoot, 'bin', 'proof.mjs'), name, '--queue', 'postgres', '--json', ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const { figures, findings, passed } = JSON.parse(output);
  const kinds: string[] = findings.map(({ kind }: { kind: string }) => kind);
  return { code: child.exitCode, passed, figures, kinds: new Set(kinds), findings };
}

test.concurrent('workers killed after the claim, with the POST accepted, and before the record ask everybody once', async () => {
  const at = 'send.claim:after,post.accepted,send.record:before';

  const told = await proof('crash', '--kills', '3', '--points-only', '--at', at);

  expect(told).toMatchObject({ code: 0, passed: true, findings: [], figures: { kills: 3, 'points hit': '3 of 3' } });
});

test.concurrent('a worker stopped between claim and POST until another one has asked asks no more', async () => {
  const told = await proof('races', '--races', '1', '--workers', '2', '--at', 'send.mayPost:after');

  expect(told).toMatchObject({ code: 0, passed: true, findings: [], figures: { races: 1, overtaken: 1 } });
});

test.concurrent('the proof fails when the ledger is told that accepted requests never left', async () => {
  const told = await proof('crash', '--kills', '1', '--points-only', '--at', 'send.claim:after', '--break', 'record');

  expect(told).toMatchObject({ code: 1, passed: false });
  expect([...told.kinds]).toEqual(expect.arrayContaining(['double', 'wrongly-recorded']));
});

test.concurrent('the proof fails when whoever wakes up late sends all the same', async () => {
  const options = ['--races', '1', '--workers', '2', '--at', 'send.mayPost:after', '--break', 'fence'];

  const told = await proof('races', ...options);

  expect(told).toMatchObject({ code: 1, passed: false });
  // Whether somebody had asked before it woke up, or nobody dared to as long as the fate was open.
  expect(['double', 'wrongly-recorded']).toEqual(expect.arrayContaining([...told.kinds]));
  expect(told.kinds.size).toBeGreaterThan(0);
});
