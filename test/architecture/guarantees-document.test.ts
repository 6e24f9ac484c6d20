import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { withGeneratedParts } from '../../proof/document/guarantees.js';
import { packageRoot } from '../../src/package-root.js';

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8');
const document = read('docs/guarantees.md');

describe('docs/guarantees.md', () => {
  test('says what the code says of limits, states and crash points (npm run proof -- document)', () => {
    expect(withGeneratedParts(document)).toBe(document);
  });

  test('names only commands and files that exist', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const commands = [...document.matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
    const files = [...document.matchAll(/[`(](?:\.\.\/)?((?:src|test|proof|prisma|docs)\/[^`)#]+)[`)]/g)].map(
      ([, path = '']) => path,
    );

    expect(commands.length).toBeGreaterThan(5);
    expect(commands.filter((name) => !(name in scripts))).toEqual([]);
    expect(files).not.toEqual([]);
    expect(files.filter((path) => !existsSync(join(packageRoot, path)))).toEqual([]);
  });
});
