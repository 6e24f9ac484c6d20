import { expect, test } from '@jest/globals';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { QueueReport } from '../../src/queue/wake-ups.js';
import { QueuePage } from '../../src/web/pages/queue.js';
import { at } from '../support/builders.js';

const now = at('2026-03-20T12:00:00Z');

const quiet: QueueReport = {
  backend: 'postgres',
  safety: null,
  queues: [
    { queue: 'send', waiting: 1_234, delayed: 5, active: 2, failed: 0 },
    { queue: 'settle', waiting: 0, delayed: 0, active: 0, failed: 3 },
  ],
  recurring: [
    { name: 'sweep', key: 'all', everyMs: 30_000, nextAt: now.plus({ seconds: 12 }) },
    { name: 'discover', key: 'tea', everyMs: 300_000, nextAt: null },
  ],
};

function shown(report: QueueReport): string {
  const html = renderToString(h(QueuePage, { report, now }));
  return html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
}

test('the page tells what each queue holds, what recurs, and what of it does not ring', () => {
  const text = shown(quiet);

  expect(text).toContain('send Orders whose time to ask comes or has come 1,234 5 2 0');
  expect(text).toContain('settle Requests of which it is not known what became of them 0 0 0 3');
  expect(text).toContain('sweep all accounts 30 s Mar 20, 12:00 UTC');
  expect(text).toContain('discover tea 5 min does not ring');
  expect(text).toContain('In Postgres, as safe as the ledger beside it.');
});

test('a Redis that may lose what it holds is told with what to do about it', () => {
  const safety = {
    evictionPolicy: 'allkeys-lru',
    persistence: 'none',
    problems: [
      { problem: 'Redis throws jobs away when memory runs short', remedy: 'CONFIG SET maxmemory-policy noeviction' },
    ],
  } as const;

  const text = shown({ ...quiet, backend: 'redis', safety });

  expect(text).toContain('When memory runs short allkeys-lru');
  expect(text).toContain('Redis throws jobs away when memory runs short. CONFIG SET maxmemory-policy noeviction.');
  expect(text).not.toContain('as far as it tells');
});

test('a Redis that keeps what it holds, or does not tell, is nothing to worry about', () => {
  const kept = { evictionPolicy: 'noeviction', persistence: 'append-only-file', problems: [] } as const;
  const silent = { evictionPolicy: null, persistence: null, problems: [] };

  expect(shown({ ...quiet, backend: 'redis', safety: kept })).toContain(
    'Redis keeps what it is given, as far as it tells.',
  );
  expect(shown({ ...quiet, backend: 'redis', safety: silent })).toContain('Over a restart Redis does not tell');
});

test('a queue on which no worker has started says so', () => {
  expect(shown({ ...quiet, recurring: [] })).toContain('Nothing recurs: no worker has started on this queue.');
});
