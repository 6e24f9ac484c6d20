import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { configurationDocument } from '../../src/config/configuration-document.js';
import { nameToWrite } from '../../src/config/key.js';
import { keys } from '../../src/config/keys.js';
import { settingsTable } from '../../src/config/settings-table.js';
import { packageRoot } from '../../src/package-root.js';

test('the README shows every setting as the program reads it (npm run docs writes the table)', () => {
  expect(readFileSync(join(packageRoot, 'README.md'), 'utf8')).toContain(settingsTable());
});

test('docs/configuration.md is what the program would write (npm run docs writes it)', () => {
  expect(readFileSync(join(packageRoot, 'docs', 'configuration.md'), 'utf8')).toBe(configurationDocument());
});

test.each(Object.values(keys).map((key) => [key.name, key] as const))(
  'docs/configuration.md tells of %s what it means and when it holds',
  (_name, key) => {
    const section = new RegExp(`^### ${nameToWrite(key)}$[^#]*`, 'm').exec(configurationDocument())?.[0];

    expect(section).toContain(`Default: ${key.withoutIt === key.default ? `\`${key.withoutIt}\`` : key.withoutIt}`);
    expect(section).toContain(key.meaning.slice(1));
    expect(section).toContain(`=${key.example}`);
    expect(section?.includes(`${key.name}_FILE`)).toBe(key.mayBeInFile);
    expect(section?.includes(`${key.name}__`)).toBe(key.narrowing !== 'none');
  },
);

test.each(Object.values(keys).map((key) => [key.name, key] as const))('the example of %s can be read', (_name, key) => {
  expect(key.read(key.example).ok).toBe(true);
});
