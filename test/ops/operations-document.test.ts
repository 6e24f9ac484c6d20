import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { keys } from '../../src/config/keys.js';
import { packageRoot } from '../../src/package-root.js';
import { alarmNames } from '../../src/policy/alarm.js';

const docs = join(packageRoot, 'docs');
const operations = readFileSync(join(docs, 'operations.md'), 'utf8');

/** As GitHub makes it. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function anchorsOf(document: string): string[] {
  return [...document.matchAll(/^#+ +(.+)$/gm)].map(([, title = '']) => anchorOf(title));
}

test('every link of docs/operations.md leads to a file, and to a heading, that is there', () => {
  for (const [, target = ''] of operations.matchAll(/\]\(([^)]+)\)/g)) {
    const [path = '', anchor] = target.split('#');
    const file = path === '' ? join(docs, 'operations.md') : join(docs, path);

    expect({ target, exists: existsSync(file) }).toEqual({ target, exists: true });
    if (anchor !== undefined) expect(anchorsOf(readFileSync(file, 'utf8'))).toContain(anchor);
  }
});

test.each(alarmNames)('docs/operations.md says what the alarm %s means and what to do', (name) => {
  const section = operations.split(new RegExp(`^### ${name}$`, 'm'))[1]?.split(/^##/m)[0];

  expect(section).toMatch(/^- By itself: /m);
  expect(section).toMatch(/^- Do: /m);
});

test('docs/operations.md names no setting that askonce does not know', () => {
  const known = new Set<string>(Object.values(keys).map(({ name }) => name));
  const written = [...operations.matchAll(/\b[A-Z]{2,}(?:_[A-Z]+)+\b/g)].map(([name]) => name.replace(/_FILE$/, ''));
  const ofOthers = new Set(['NAME', 'SERVER_URL']);

  expect([...new Set(written)].filter((name) => !known.has(name) && !ofOthers.has(name))).toEqual([]);
});
