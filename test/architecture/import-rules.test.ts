import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { packageRoot } from '../../src/package-root.js';

/** What the linter says, by our own configuration, to one file of this text at this place of an otherwise empty tree. */
function lint(path: string, text: string): string {
  const tree = mkdtempSync(join(tmpdir(), 'askonce-lint-'));
  try {
    for (const file of ['biome.json', 'test/architecture/wall-clock.grit']) {
      mkdirSync(dirname(join(tree, file)), { recursive: true });
      copyFileSync(join(packageRoot, file), join(tree, file));
    }
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
    const biome = join(packageRoot, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
    const options = ['lint', '--vcs-enabled=false', '--colors=off', path];
    const { stdout, stderr } = spawnSync(process.execPath, [biome, ...options], { cwd: tree, encoding: 'utf8' });
    return `${stdout}${stderr}`;
  } finally {
    rmSync(tree, { recursive: true });
  }
}

test.each([
  ['policy', 'src/policy/bad.ts', "import { pino } from 'pino';", 'policy is pure'],
  ['policy', 'src/policy/bad.ts', "import { keys } from '../config/keys.js';", 'policy is pure'],
  ['a step', 'src/steps/bad.ts', "import { Queue } from 'bullmq';", 'BullMQ and ioredis live in'],
  [
    'a step',
    'src/steps/bad.ts',
    "import { openPrismaLedger } from '../ledger/prisma-ledger.js';",
    'live in src/ledger only',
  ],
  ['a step', 'src/steps/bad.ts', "import { keys } from '../config/keys.js';", 'steps see interfaces only'],
  ['the gateway', 'src/amazon/bad.ts', "import { Ledger } from '../ledger/ledger.js';", 'do not know each other'],
  ['the ledger', 'src/ledger/bad.ts', "import { WakeUps } from '../queue/wake-ups.js';", 'do not know each other'],
  ['the queue', 'src/queue/bad.ts', "import { Ledger } from '../ledger/ledger.js';", 'do not know each other'],
  ['the simulator', 'src/simulator/bad.ts', "import { plan } from '../policy/plan.js';", 'must not share its rules'],
  ['a page', 'src/web/bad.ts', "import { PrismaClient } from '@prisma/client';", 'live in src/ledger only'],
  ['an alarm', 'src/alarms/bad.ts', "import { Queue } from 'bullmq';", 'live in src/queue and workers only'],
])('%s (%s) may not write: %s', (_who, path, text, message) => {
  expect(lint(path, `${text}\nexport const held = 1;\n`)).toContain(message);
});

test.each(['DateTime.utc()', 'DateTime.now()', 'Date.now()', 'new Date()'])(
  'nobody but the clock reads %s',
  (reading) => {
    const text = `import { DateTime } from 'luxon';\nexport const now = [DateTime, ${reading}];\n`;

    expect(lint('src/steps/bad.ts', text)).toContain('Only src/clock.ts reads the wall clock');
    expect(lint('src/clock.ts', text)).not.toContain('Only src/clock.ts');
  },
);

test('only the configuration reads the environment', () => {
  const text = 'export const home = process.env.HOME;\n';

  expect(lint('src/steps/bad.ts', text)).toContain('noProcessEnv');
  expect(lint('src/config/environment.ts', text)).not.toContain('noProcessEnv');
});
