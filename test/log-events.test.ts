import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { logEventsTable } from '../src/log-events.js';
import { packageRoot } from '../src/package-root.js';

test('docs/operations.md lists every event of the log as the program has it (npm run docs writes the list)', () => {
  expect(readFileSync(join(packageRoot, 'docs', 'operations.md'), 'utf8')).toContain(logEventsTable());
});

test('every event is a name in kebab-case, and says what it means in a sentence', () => {
  for (const row of logEventsTable().split('\n').slice(2)) {
    expect(row).toMatch(/^\| `[a-z]+(?:-[a-z]+)*` \| (?:debug|info|warn|error) \| \S[^|]{20,}[.] \|$/);
  }
});
