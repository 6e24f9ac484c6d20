import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Key } from '../../src/config/key.js';
import { keyGroups } from '../../src/config/keys.js';
import { packageRoot } from '../../src/package-root.js';
import { type Basis, bases, clauses } from '../../src/policy/clauses.js';

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8');
const document = read('docs/policy.md');
/** Without its line breaks. */
const running = document.replaceAll(/\s+/g, ' ');

/** The tests that a text names: file and name. */
function testsIn(text: string): (readonly [string, string])[] {
  return [...text.matchAll(/`(test\/[^`]+)`: "([^"]+)"/g)].map(([, file = '', name = '']) => [file, name] as const);
}

const rows = new Map(
  [...document.matchAll(/^\| `([^`]+)` \|.* \| (.*) \| (.*) \|$/gm)].map(([, id = '', held = '', shown = '']) => [
    id,
    { held, shown },
  ]),
);

/** Words by which a rule would tell happy buyers from others; `claim` is ours, for the right to make a call. */
const ofSentiment =
  /^(ratings?|rated|feedbacks?|stars?|(un)?happ(y|iness)|negatives?|positives?|sentiments?|(dis)?satisf\w*|complain\w*|refund\w*|opinions?|moods?|angry|scores?|bad|good)$/;

/** `EXCEPT_REFUNDED_ORDERS`, `packageReturned` and `package-returned` as words. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
}

function looksAtSentiment(name: string): boolean {
  return wordsOf(name).some((word) => ofSentiment.test(word));
}

describe('docs/policy.md', () => {
  test('names only files that exist', () => {
    const named = [...document.matchAll(/[`[]((?:src|test|prisma|packages|docs)\/[^`\]]+)[`\]]/g)].map(
      ([, path = '']) => path,
    );

    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => !existsSync(join(packageRoot, path)))).toEqual([]);
  });

  test.each(testsIn(document))('names a test that is there: %s, "%s"', (file, name) => {
    // As it stands in the source: in any quotes, an apostrophe perhaps escaped.
    const source = read(file).replaceAll("\\'", "'");

    expect(["'", '"', '`'].some((quote) => source.includes(`(${quote}${name}${quote}`))).toBe(true);
  });

  test.each(Object.keys(clauses))('holds the clause %s against code and tests', (id) => {
    expect(rows.get(id)?.held).not.toBe('');
    expect(testsIn(rows.get(id)?.shown ?? '')).not.toEqual([]);
  });

  test('holds no clause but those of the code', () => {
    expect([...rows.keys()].toSorted()).toEqual(Object.keys(clauses).toSorted());
  });

  test.each(Object.entries<Basis>(bases))('says what the decision "%s" follows', (reason, basis) => {
    const followed = basis.by === 'amazon' ? `Amazon: \`${basis.clause}\`` : `owner: ${basis.rule}`;

    expect(document).toContain(`| \`${reason}\` | ${followed} |\n`);
  });

  test("names every owner's rule by a key that there is", () => {
    const keys = Object.values(keyGroups).flatMap((group) => Object.keys(group));
    const rules = Object.values<Basis>(bases).flatMap((basis) => (basis.by === 'owner' ? basis.rule.split(', ') : []));

    expect(rules.filter((rule) => !keys.includes(rule))).toEqual(['askonce never']);
  });

  test('says why there is no filter by sentiment, that no other may stand in for one, and what happens to those who do', () => {
    expect(running).toContain('**There is no filter by sentiment.**');
    expect(running).toContain('must not be used as a stand-in for happiness');
    expect(running).toContain('## What happens to sellers who break the rules');
  });
});

describe('no sentiment', () => {
  test.each(['EXCEPT_REFUNDED', 'ONLY_HAPPY_BUYERS', 'MIN_RATING', 'negative-feedback', 'starsBelow', 'unhappy-buyer'])(
    'the words of %s would be noticed',
    (name) => {
      expect(looksAtSentiment(name)).toBe(true);
    },
  );

  test('no setting, reason or fact that decides about an order looks at how happy a buyer is', () => {
    const keys = Object.values<Readonly<Record<string, Key>>>(keyGroups).flatMap((group) => Object.values(group));
    const facts = [
      'src/policy/order.ts',
      'src/policy/asking-rules.ts',
      'src/policy/plan.ts',
      'src/policy/daily-cap.ts',
    ];
    const names = [
      ...keys.flatMap(({ name, meaning, details, example }) => [name, meaning, details, example]),
      ...Object.keys(bases),
      // What planning may look at: the properties of orders and rules, and the words of Amazon's that they may hold.
      ...facts.flatMap((path) => [
        ...[...read(path).matchAll(/^ *(?:readonly )?(\w+)\??:/gm)].map(([, property = '']) => property),
        ...[...read(path).matchAll(/'([\w-]+)'/g)].map(([, word = '']) => word),
      ]),
      // What the ledger keeps of an order.
      ...[...read('prisma/schema.prisma').matchAll(/^ {2}(\w+) +\w/gm)].map(([, column = '']) => column),
    ];

    expect(names.length).toBeGreaterThan(300);
    expect(names.filter(looksAtSentiment)).toEqual([]);
  });
});
