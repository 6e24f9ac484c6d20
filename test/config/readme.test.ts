import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { settingsTable } from '../../src/config/settings-table.js';
import { packageRoot } from '../../src/package-root.js';

test('the README shows every setting as the program reads it (npm run docs writes the table)', () => {
  expect(readFileSync(join(packageRoot, 'README.md'), 'utf8')).toContain(settingsTable());
});
