import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  canReturn,
  isFinal,
  mayMove,
  openStates,
  returningReasons,
  type SkipReason,
  type State,
  states,
} from '../../src/policy/review-request.js';

const allMoves = states.flatMap((from) => states.filter((to) => mayMove(from, to)).map((to) => `${from} -> ${to}`));

const skipReasons = [
  'non-amazon-channel',
  'replacement-order',
  'cancelled',
  'unfulfillable',
  'package-undeliverable',
  'package-returned',
  'package-cancelled',
  'suppressed',
  'marketplace-not-configured',
  'marketplace-unknown',
  'unreadable-order',
] as const satisfies readonly SkipReason[];

describe('moves', () => {
  test.each<[State]>([['sent'], ['refused'], ['expired']])('nothing leaves %s', (from) => {
    expect(states.filter((to) => mayMove(from, to))).toEqual([]);
    expect(isFinal(from, null)).toBe(true);
  });

  test('every state is reached from where a review request begins', () => {
    const reached = new Set<State>(['waiting', 'scheduled', 'skipped', 'expired']);
    for (const from of reached) {
      for (const to of states) if (mayMove(from, to)) reached.add(to);
    }

    expect([...reached].sort()).toEqual([...states].sort());
  });

  test('from every open state an end is reached', () => {
    const ends = new Set<State>(states.filter((state) => isFinal(state, null)));
    for (const _ of states) {
      for (const from of states) if ([...ends].some((to) => mayMove(from, to))) ends.add(from);
    }

    expect(openStates.filter((state) => !ends.has(state))).toEqual([]);
  });

  test('only a claim leads to a request, and only a request leads to sent', () => {
    const into = (to: State) => states.filter((from) => from !== to && mayMove(from, to));

    expect(into('sending')).toEqual(['scheduled']);
    expect(into('sent')).toEqual(['sending', 'unknown']);
    expect(into('refused')).toEqual(['sending']);
  });

  test('a request in doubt is sent again only by way of scheduled', () => {
    expect(mayMove('unknown', 'sending')).toBe(false);
  });
});

describe('a skipped order', () => {
  test.each(skipReasons.map((reason) => [reason] as const))('%s is final unless it can pass', (reason) => {
    expect(isFinal('skipped', reason)).toBe(!canReturn(reason));
  });

  test('comes back from what a changed rule or a better answer can undo, from nothing else', () => {
    expect(skipReasons.filter(canReturn)).toEqual([
      'marketplace-not-configured',
      'marketplace-unknown',
      'unreadable-order',
    ]);
    expect(canReturn(null)).toBe(false);
    expect(canReturn('a reason nobody knows')).toBe(false);
  });
});

test.each(openStates.map((state) => [state] as const))('%s is not final, whatever the reason', (state) => {
  expect(isFinal(state, null)).toBe(false);
  expect(isFinal(state, 'cancelled')).toBe(false);
});

describe('the ledger holds the same rules a second time', () => {
  const folder = new URL('../../prisma/migrations/', import.meta.url);
  const sql = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map((name) => readFileSync(new URL(`${name}/migration.sql`, folder), 'utf8'))
    .join('\n');

  /** The text between two others, where it stands last: a later migration replaces an earlier one. */
  function lastBetween(begin: string, end: string): string {
    const from = sql.lastIndexOf(begin);
    const until = sql.indexOf(end, from);
    if (from < 0 || until < 0) throw new Error(`the migrations do not hold ${begin} ... ${end}`);
    return sql.slice(from + begin.length, until);
  }

  const quoted = (text: string) => [...text.matchAll(/'([^']+)'/g)].map(([, word]) => word);

  test('the same moves', () => {
    const table = lastBetween('WHEN (was."state", becomes."state") NOT IN (', 'THEN');
    const moves = [...table.matchAll(/\('(\w+)', '(\w+)'\)/g)].map(([, from, to]) => `${from} -> ${to}`);

    expect(moves.sort()).toEqual([...allMoves].sort());
  });

  test('the same final states', () => {
    const finals = quoted(lastBetween('WHEN was."state" IN (', ')'));

    expect(finals.sort()).toEqual(states.filter((state) => isFinal(state, null) && state !== 'skipped').sort());
  });

  test('the same reasons from which a skipped order comes back', () => {
    const reasons = quoted(lastBetween('FUNCTION "review_request_may_return"(reason text)', '$$;'));

    expect(reasons.sort()).toEqual([...returningReasons].sort());
  });

  test('the same states, of which the same are open', () => {
    expect(quoted(lastBetween('"review_request_state" CHECK ("state" IN', '),')).sort()).toEqual([...states].sort());
    const open = quoted(lastBetween('"review_request_open_has_next_look" CHECK (', '=')).sort();
    expect(open).toEqual([...openStates].sort());
  });
});
