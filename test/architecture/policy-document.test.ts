import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Key, keyGroups } from '../../src/config/keys.js';
import { packageRoot } from '../../src/package-root.js';
import { type Basis, bases, type Clause, clauses } from '../../src/policy/clauses.js';

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8');
const document = read('docs/policy.md');
/** Without its line breaks. */
const running = document.replaceAll(/\s+/g, ' ');

/** One test that the document names: its file and its name. */
const shown = [...document.matchAll(/^ {2}- `([^`]+)`: "(.+)"$/gm)].map(
  ([, file = '', name = '']) => [file, name] as const,
);
const sections = new Map(
  document.split(/^### /m).map((section) => [/\(`([^`]+)`\)/.exec(section.split('\n')[0] ?? '')?.[1], section]),
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
    const named = [...document.matchAll(/`((?:src|test|prisma|packages|docs)\/[^`]+)`/g)].map(([, path = '']) => path);

    expect(named.length).toBeGreaterThan(30);
    expect(named.filter((path) => !existsSync(join(packageRoot, path)))).toEqual([]);
  });

  test.each(shown)('names a test that is there: %s, "%s"', (file, name) => {
    // As it stands in the source: in any quotes, an apostrophe perhaps escaped.
    const source = read(file).replaceAll("\\'", "'");

    expect(
      ["'", '"', '`'].some((quote) => source.includes(`(${quote}${name}${quote}`) || named(source, quote, name)),
    ).toBe(true);
  });

  test.each(Object.entries<Clause>(clauses))('holds the clause %s against files and tests', (id, clause) => {
    const section = sections.get(id) ?? '';

    expect(section).toContain(`${clause.title} (\`${id}\`)`);
    expect(running).toContain(`Amazon: ${clause.says}`);
    expect(section).toContain(`- Source: ${clause.source}\n`);
    if (clause.consequence !== null) expect(section).toContain(`- Consequence: ${clause.consequence}\n`);
    expect(section).toMatch(/^- Held by: `/m);
    expect(section).toMatch(/^ {2}- `test\/.+": ?|^ {2}- `test\//m);
  });

  test('has a section for no clause but those of the code', () => {
    const ids = [...sections.keys()].filter((id) => id !== undefined);

    expect(ids.toSorted()).toEqual(Object.keys(clauses).toSorted());
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

  test('says why there is no filter by sentiment, and that no other may stand in for one', () => {
    expect(running).toContain('**A filter by sentiment.**');
    expect(running).toContain('None of them may be used as a proxy for happiness');
    for (const key of ['ONLY_SKUS', 'EXCEPT_SKUS', 'ONLY_ASINS', 'EXCEPT_ASINS', 'FULFILLED_BY', 'EXCEPT_PROGRAMS']) {
      expect(running).toContain(key);
    }
  });
});

/** A row of `test.each` is named at its beginning; its own line begins with the name. */
function named(source: string, quote: string, name: string): boolean {
  return source.includes(`[${quote}${name}${quote}`) || source.includes(`\n    ${quote}${name}${quote}`);
}

describe('no sentiment', () => {
  test.each(['EXCEPT_REFUNDED', 'ONLY_HAPPY_BUYERS', 'MIN_RATING', 'negative-feedback', 'starsBelow', 'unhappy-buyer'])(
    'the words of %s would be noticed',
    (name) => {
      expect(looksAtSentiment(name)).toBe(true);
    },
  );

  test('no key, reason or fact that decides about an order looks at how happy a buyer is', () => {
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
