import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Ledger } from '../../src/ledger/ledger.js';
import { applyMigrations } from '../../src/ledger/migrations.js';
import { openPrismaLedger } from '../../src/ledger/prisma-ledger.js';
import type { Reports } from '../../src/ledger/reports.js';
import { packageRoot } from '../../src/package-root.js';
import { bases, clauses } from '../../src/policy/clauses.js';
import { canReturn, states } from '../../src/policy/review-request.js';
import { type StoryLine, type ToldAttempt, type ToldOrder, tellStory, timeText } from '../../src/policy/story.js';
import { anAccount } from '../config/folder.js';
import {
  accepted,
  anAttempt,
  claimed,
  closing,
  firstSeen,
  given,
  inDoubt,
  noon,
  planned,
  scheduled,
  skipped,
} from '../ledger/planned.js';
import { aDelivery, at } from '../support/builders.js';
import { type TestPostgres, testPostgres } from '../support/postgres.js';

const berlin = { marketplace: 'DE', zone: 'Europe/Berlin' };

function told(order: Partial<ToldOrder> = {}): ToldOrder {
  return {
    account: 'tea',
    state: 'scheduled',
    reason: null,
    rule: 'wait-after-delivery',
    fulfilledBy: 'MERCHANT',
    seen: { shippedSeenAt: null, undeliveredAt: null },
    delivery: aDelivery(),
    opensAt: at('2026-03-10T12:00:00Z'),
    closesAt: closing,
    askAt: at('2026-03-12T12:00:00Z'),
    nextLookAt: at('2026-03-12T12:00:00Z'),
    firstSeenAt: firstSeen,
    factsAt: firstSeen,
    sentAt: null,
    knownBy: null,
    ...order,
  };
}

function tried(attempt: Partial<ToldAttempt> = {}): ToldAttempt {
  return { at: noon, kind: 'look', outcome: 'gone', status: 200, requestId: 'amzn-1', detail: null, ...attempt };
}

function last(order: ToldOrder): StoryLine {
  return tellStory(order, [], berlin).at(-1) as StoryLine;
}

function lineOf(attempt: ToldAttempt): StoryLine {
  return tellStory(told({ delivery: null }), [attempt], berlin)[1] as StoryLine;
}

/** Details that are no reasons of a decision. */
const unknown: ReadonlySet<string | null> = new Set([
  'first',
  'denied',
  'timeout',
  'look-again',
  'not-counted',
  'never-heard-of',
]);

/** What is left of a text without its brackets and its quotes. */
function words(text: string): string {
  return text.replaceAll(/\([^)]*\)/g, '').replaceAll(/"[^"]*"/g, '');
}

const reasons = Object.keys(bases);
const codes = [
  ...reasons.filter((reason) => reason.includes('-')),
  ...Object.keys(clauses),
  ...['package-delivered', 'transit-estimate', 'already-requested', 'look-again', 'not-counted', 'token-unavailable'],
];

function expectPlainSentences({ text: told }: StoryLine): void {
  expect(told).not.toMatch(/undefined|null|NaN|Invalid|\[object/);
  expect(codes.filter((code) => words(told).includes(code))).toEqual([]);
  expect(told).toMatch(/^[A-Z].*\.$/);
  expect(told).not.toMatch(/\.\.| {2}|\(\)| \./);
}

describe('a time', () => {
  test.each([
    ['of the same date', '2026-03-12T09:00:00Z', berlin, '2026-03-12 09:00:00 UTC (10:00:00 in DE, Europe/Berlin)'],
    ['in summer', '2026-07-12T09:00:00Z', berlin, '2026-07-12 09:00:00 UTC (11:00:00 in DE, Europe/Berlin)'],
    [
      'that is tomorrow there',
      '2026-03-12T20:00:00Z',
      { marketplace: 'JP', zone: 'Asia/Tokyo' },
      '2026-03-12 20:00:00 UTC (2026-03-13 05:00:00 in JP, Asia/Tokyo)',
    ],
    ['of an order whose marketplace nobody knows', '2026-03-12T09:00:00Z', null, '2026-03-12 09:00:00 UTC'],
  ])('%s', (_name, instant, place, expected) => {
    expect(timeText(at(instant), place)).toBe(expected);
  });
});

describe('a story', () => {
  test('begins with the discovery, tells the delivery with its range, and ends with what comes next', () => {
    const story = tellStory(told(), [], berlin).map(({ text: line }) => line);

    expect(story).toEqual([
      'Discovery saw the order for account tea, sold in DE, shipped by the seller.',
      'Delivered about 2026-03-05 12:00:00 UTC (13:00:00 in DE, Europe/Berlin): not before 2026-03-05 12:00:00 UTC ' +
        '(13:00:00 in DE, Europe/Berlin), not after 2026-03-05 12:00:00 UTC (13:00:00 in DE, Europe/Berlin). ' +
        'Amazon tells no delivery, only the window that was promised to the buyer (promised). ' +
        'So Amazon takes a request from 2026-03-10 12:00:00 UTC (13:00:00 in DE, Europe/Berlin) until before ' +
        '2026-04-04 11:00:00 UTC (13:00:00 in DE, Europe/Berlin). ' +
        "Time to ask: 2026-03-12 12:00:00 UTC (13:00:00 in DE, Europe/Berlin), set by the owner's wait after delivery " +
        '(wait-after-delivery). ' +
        "Amazon's clause: From 5 to 30 days after delivery (30-days). " +
        "The owner's rule: ASK_AFTER_DAYS, ASK_AFTER_DAYS_FOR.",
      'The order is going to be asked. Next look: 2026-03-12 12:00:00 UTC (13:00:00 in DE, Europe/Berlin).',
    ]);
  });

  test('is told in the order of time, and its plan where it was decided last', () => {
    const decision = tried({ kind: 'decision', outcome: 'scheduled', detail: 'rules-changed: asking-hours' });
    const before = tried({ at: noon.minus({ days: 1 }) });

    const story = tellStory(told(), [before, { ...decision, status: null, requestId: null }], berlin);

    expect(story.map(({ event }) => event)).toEqual([
      'seen',
      'look-gone',
      'decision-scheduled',
      'planned',
      'scheduled',
    ]);
    expect(story.map(({ at: time }) => time)).toEqual([...story.map(({ at: time }) => time)].sort((a, b) => +a - +b));
  });

  test.each(['wait-after-delivery', 'window-opens', 'asking-hours', 'deadline'] as const)(
    'names the rule that set the time, with its key: %s',
    (rule) => {
      const plan = tellStory(told({ rule }), [], berlin)[1] as StoryLine;

      expect(plan.text).toContain(`(${rule})`);
      const basis = bases[rule];
      if (basis.by === 'owner') expect(plan.text).toContain(`The owner's rule: ${basis.rule}.`);
      expect(plan).toMatchObject({ clause: '30-days', rule: basis.by === 'owner' ? basis.rule : null });
      if (rule === 'deadline') expect(plan.text).toContain('wins over ASK_HOURS and ASK_WEEKDAYS');
    },
  );

  test.each(['package-delivered', 'promised', 'transit-estimate'] as const)(
    'says what the delivery is judged by: %s',
    (evidence) => {
      const seen = { shippedSeenAt: firstSeen, undeliveredAt: noon };
      const plan = tellStory(told({ delivery: aDelivery({ evidence }), seen }), [], berlin)[1] as StoryLine;

      expect(plan.text).toContain(`(${evidence})`);
      expect(plan.text).toContain('Known as shipped from an update of 2026-03-06 12:00:00 UTC');
      expect(plan.text).toContain('still under way at 2026-03-20 12:00:00 UTC');
      expectPlainSentences(plan);
    },
  );

  test.each(reasons)('has words for "%s", and the clause or the rule that it follows', (reason) => {
    for (const state of states) {
      const line = last(told({ state, reason, rule: null }));

      expectPlainSentences(line);
      if (state === 'sent' || state === 'sending') continue;
      const basis = bases[reason as keyof typeof bases];
      expect(line.text).toContain(`(${reason})`);
      expect([line.clause, line.rule]).toEqual(basis.by === 'amazon' ? [basis.clause, null] : [null, basis.rule]);
      expect(line.text).toContain(basis.by === 'amazon' ? `(${basis.clause})` : basis.rule);
    }
  });

  test('says of an order that is left out whether it can come back', () => {
    for (const reason of reasons) {
      const { text: line } = last(told({ state: 'skipped', reason }));

      expect(line.includes('It comes back if that changes')).toBe(canReturn(reason));
      expect(line.includes('for good')).toBe(!canReturn(reason));
    }
  });

  test('says what was wrong with an order that could not be read', () => {
    const line = last(told({ state: 'skipped', reason: 'unreadable-order', rule: 'createdTime: missing or wrong' }));

    expect(line.text).toContain('What was wrong: createdTime: missing or wrong.');
  });

  test.each(['accepted', 'inferred', 'already-asked'] as const)(
    'says how it is known that the buyer was asked: %s',
    (knownBy) => {
      const line = last(told({ state: 'sent', sentAt: noon, knownBy, nextLookAt: null }));

      expect(line.text).toContain('The buyer was asked at 2026-03-20 12:00:00 UTC (13:00:00 in DE, Europe/Berlin)');
      expect(line.text).toContain(`(${knownBy})`);
      expect(line.clause).toBe('once-per-order');
      expectPlainSentences(line);
    },
  );

  test.each([
    ...['offered', 'gone', 'rejected', 'no-answer', 'account-trouble'].map((outcome) => ['look', outcome] as const),
    ...[
      'accepted',
      'already-requested',
      'not-available',
      'outside-window',
      'throttled',
      'not-sent',
      'account-trouble',
      'rejected',
      'unknown',
    ].map((outcome) => ['answer', outcome] as const),
    ...['offered', 'gone', 'late-answer', 'rejected', 'no-answer', 'account-trouble'].map(
      (outcome) => ['settle', outcome] as const,
    ),
    ...['scheduled', 'waiting', 'skipped', 'expired', 'not-found', 'unreadable', 'no-answer', 'account-trouble'].map(
      (outcome) => ['order', outcome] as const,
    ),
    ['claim', 'sending'] as const,
    ...states.map((outcome) => ['decision', outcome] as const),
  ])('tells of %s: %s what it was and what came of it', (kind, outcome) => {
    const details = [
      null,
      'the claim was no longer ours',
      'InternalFailure: We encountered an internal error',
      'status-503',
      ...unknown,
      ...reasons,
      ...reasons.map((reason) => `rules-changed: ${reason}`),
    ];
    for (const detail of kind === 'claim' ? [null, 'worker-1'] : details) {
      const line = lineOf(tried({ kind, outcome, detail }));

      expect(line.event).toBe(`${kind}-${outcome}`);
      expectPlainSentences(line);
      expect(line.text.includes('no words for')).toBe(kind === 'decision' && unknown.has(detail));
      if (kind !== 'order' && kind !== 'decision') expect(line.clause).not.toBeNull();
    }
  });

  test('says the HTTP status, the request id and the cause of a call', () => {
    const { text: line } = lineOf(tried({ kind: 'answer', outcome: 'unknown', status: 503, detail: 'status-503' }));

    expect(line).toContain('HTTP status 503 and request id amzn-1');
    expect(line).toContain('The cause: an answer with HTTP status 503 (status-503).');
  });

  test('keeps what Amazon said where nobody could classify it', () => {
    const { text: line } = lineOf(tried({ kind: 'answer', outcome: 'unknown', detail: 'Odd: never seen before' }));

    expect(line).toContain('What was said: "Odd: never seen before".');
  });

  test('does not stumble over words that a newer version wrote', () => {
    const line = last(told({ state: 'skipped', reason: 'too-clever' }));

    expect(line.text).toContain('for a reason that this version has no words for (too-clever)');
    expect([line.clause, line.rule]).toEqual([null, null]);
    expect(lineOf(tried({ outcome: 'too-clever' })).text).toContain('(too-clever)');
  });
});

const MAIN = pathToFileURL(join(packageRoot, 'dist', 'src', 'cli', 'main.js')).href;
const RUN = `const { main } = await import('${MAIN}'); await main(['node', 'askonce', ...process.argv.slice(1)]);`;

const ASKED = '302-0000001-0000001';
const LOST = '302-0000002-0000002';
const LEFT_OUT = '302-0000003-0000003';
const UNREADABLE = '302-0000004-0000004';
const NEVER = '302-0000005-0000005';

describe('askonce why', () => {
  let postgres: TestPostgres;
  let ledger: Ledger & Reports;
  let folder: string;

  beforeAll(async () => {
    postgres = await testPostgres();
    const { url } = await postgres.freshDatabase();
    await applyMigrations(url);
    ledger = openPrismaLedger(url, { connections: 2, onConnectionLost: () => {} });
    folder = await mkdtemp(join(tmpdir(), 'askonce-why-'));
    await mkdir(join(folder, 'accounts'));
    await writeFile(join(folder, '.env'), `DATABASE_URL=${url}\n`);
    const account = { ...anAccount, MARKETPLACES: 'DE,FR', SP_API_REGION: 'eu', TIME_ZONE__DE: 'Atlantic/Azores' };
    const lines = Object.entries(account).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(join(folder, 'accounts', 'tea.env'), lines.join(''));

    await given(ledger, planned(scheduled(), { orderId: ASKED }));
    const claim = await claimed(ledger, ASKED);
    await ledger.record(claim, accepted, anAttempt({ kind: 'answer', outcome: 'accepted', status: 201 }), noon);
    await inDoubt(ledger, LOST);
    await given(ledger, planned(skipped('except-skus'), { orderId: LEFT_OUT }), 'gone');
    await ledger.recordPage(
      {
        account: 'tea',
        configuredAccounts: ['tea', 'gone'],
        orders: [],
        unreadable: [{ orderId: UNREADABLE, problem: 'createdTime: missing or wrong' }],
        cursor: null,
      },
      firstSeen,
    );
    await ledger.suppress([NEVER], 'anna', 'asked by phone', noon);
  });
  afterAll(async () => {
    await ledger?.close();
    await postgres?.stop();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  async function why(...args: string[]) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', RUN, '--', 'why', ...args], {
      cwd: folder,
      env: {},
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    return { out, err, status };
  }

  test('tells the whole story of an order that was asked, on the clock that the owner set', async () => {
    const { out, status } = await why(ASKED);

    expect(status).toBe(0);
    expect(out).toMatch(/^302-0000001-0000001: sent\n/);
    expect(out).toContain('2026-03-20 12:00:00 UTC (11:00:00 in DE, Atlantic/Azores)');
    expect(out).toContain('Asked Amazon whether it offers the request: yes, it offers the request (offered).');
    expect(out).toContain('Wrote down the intent to ask before the call, as worker worker-1.');
    expect(out).toContain('it took the request and asks the buyer (accepted)');
    expect(out).toContain("Amazon's clause: One request per order (once-per-order).");
    expect(out).not.toMatch(/undefined|null/);
  });

  test('gives programs the shape they rely on, and the clause and rule beside each event', async () => {
    const { out, status } = await why(ASKED, '--json');
    const document = JSON.parse(out);

    expect(status).toBe(0);
    expect(document).toMatchObject({ orderId: ASKED, state: 'sent', reason: null, zone: 'Atlantic/Azores' });
    expect(document.story.map(({ event }: StoryLine) => event)).toEqual([
      'seen',
      'planned',
      'look-offered',
      'claim-sending',
      'answer-accepted',
      'sent',
    ]);
    for (const line of document.story) {
      expect(Object.keys(line)).toEqual(['at', 'event', 'text', 'clause', 'rule']);
      expect(line.at).toMatch(/^2026-03-\d\dT.*Z$/);
    }
  });

  test('tells of an order in doubt when it is looked at next, and that nobody asks again', async () => {
    const { out } = await why(LOST);

    expect(out).toContain('Nobody knows yet whether the buyer was asked');
    expect(out).toContain('Next look: 2026-03-20 12:15:00 UTC (11:15:00 in DE, Atlantic/Azores).');
  });

  test('tells of an order of an account that is not configured any more, on its marketplace’s clock', async () => {
    const { out } = await why(LEFT_OUT);

    expect(out).toContain('in DE, Europe/Berlin');
    expect(out).toContain("The owner's rule: EXCEPT_SKUS.");
  });

  test('tells of an order without a marketplace in UTC alone', async () => {
    const { out, status } = await why(UNREADABLE);

    expect(status).toBe(0);
    expect(out).toContain('What was wrong: createdTime: missing or wrong.');
    expect(out).not.toMatch(/undefined|null| in DE/);
  });

  test.each([
    ['an order that nobody has seen', '302-9999999-9999999', 1, 'is not in the ledger: not seen yet'],
    ['an order that is not to be asked for when it comes', NEVER, 1, 'suppressed by "askonce never"'],
    ['a text that is no order id', '../../etc', 2, 'not an order id'],
    ['nothing', '', 2, 'not an order id'],
  ])('says of %s what is the matter', async (_name, orderId, expected, message) => {
    const { out, err, status } = await why(orderId);

    expect(status).toBe(expected);
    expect(err).toContain(message);
    expect(out).toBe('');
  });
});
