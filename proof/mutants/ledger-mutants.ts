import { type Mutant, tests } from './mutant.js';

const sending = 'src/ledger/prisma-sending.ts';
const settling = 'src/ledger/prisma-settling.ts';
const feeds = 'src/ledger/prisma-feeds.ts';
const plans = 'src/ledger/prisma-plans.ts';
const pace = 'src/ledger/prisma-pace.ts';
const migration = 'prisma/migrations/20261121000000_ledger/migration.sql';

const onPostgres = (named: string) => tests('test/ledger/prisma-ledger', named);
const aClaim = onPostgres('on Postgres a claim ');
const theFence = onPostgres('the fence before the POST');

/** The statements of the ledger on Postgres. */
export const ledgerMutants: readonly Mutant[] = [
  {
    name: 'claim',
    removed: 'a claim is had in every state, not only of a scheduled order',
    edits: [{ file: sending, from: ` AND state = 'scheduled' AND closes_at > \${at}`, to: ` AND closes_at > \${at}` }],
    checks: [aClaim],
  },
  {
    name: 'unique-key',
    removed: 'the key is order and account, so that two accounts make two requests of one order',
    edits: [
      {
        file: migration,
        from: 'PRIMARY KEY ("order_id")\n);\n\n-- CreateTable\nCREATE TABLE "attempt"',
        to: 'PRIMARY KEY ("order_id", "account")\n);\n\n-- CreateTable\nCREATE TABLE "attempt"',
      },
      {
        file: plans,
        from: 'ON CONFLICT (order_id) DO UPDATE SET',
        to: 'ON CONFLICT (order_id, account) DO UPDATE SET',
      },
    ],
    checks: [tests('test/ledger/by-hand', 'cannot (write a second row|give an order another id)')],
  },
  {
    name: 'fence',
    removed: 'the fence lets every claim pass',
    edits: [
      {
        file: sending,
        from: 'return questions.map(({ claim }) => ours.has(claim.id));',
        to: 'return questions.map(({ claim }) => ours.has(claim.id) || claim.posts > 0);',
      },
    ],
    checks: [theFence],
  },
  {
    name: 'fence-half-lease',
    removed: 'a claim passes the fence through the whole of its lease and beyond',
    edits: [
      {
        file: sending,
        from: 'AND r.intent_at + (r.lease_until - r.intent_at) / 2 > asked.at AND r.closes_at',
        to: 'AND r.closes_at',
      },
    ],
    checks: [theFence],
  },
  {
    name: 'fence-pause',
    removed: 'the fence does not ask whether the account was paused',
    edits: [{ file: sending, from: '\n      AND p.paused_at IS NULL', to: '' }],
    checks: [theFence],
  },
  {
    name: 'fence-suppression',
    removed: 'the fence does not ask whether somebody said never',
    edits: [
      {
        file: sending,
        from: `AND p.paused_at IS NULL
      AND NOT EXISTS (SELECT FROM suppression s WHERE s.order_id = r.order_id)`,
        to: 'AND p.paused_at IS NULL',
      },
    ],
    checks: [theFence],
  },
  {
    name: 'lease',
    removed: 'settle takes a claim over while its lease runs',
    edits: [{ file: settling, from: ` IS NOT FALSE AND lease_until <= \${at}`, to: ` IS NOT FALSE` }],
    checks: [onPostgres('a claim whose lease ran out')],
  },
  {
    name: 'feed-lease',
    removed: 'several processes read the orders of one account at a time',
    edits: [
      {
        file: feeds,
        from: ` AND (feed_lease_until IS NULL OR feed_lease_until <= \${now.toJSDate()} OR feed_lease_by = \${by})`,
        to: '',
      },
    ],
    checks: [onPostgres('the reads of an account')],
  },
  {
    name: 'window-at-claim',
    removed: 'a claim is had after the window has closed',
    edits: [{ file: sending, from: ` AND state = 'scheduled' AND closes_at > \${at}`, to: ` AND state = 'scheduled'` }],
    checks: [aClaim],
  },
  {
    name: 'window-at-fence',
    removed: 'the fence lets a claim pass after the window has closed',
    edits: [{ file: sending, from: ' AND r.closes_at > asked.at', to: '' }],
    checks: [theFence],
  },
  {
    name: 'suppression-at-claim',
    removed: 'an order is claimed of which somebody said never',
    edits: [
      {
        file: sending,
        from: `AND NOT EXISTS (SELECT FROM suppression s WHERE s.order_id = r.order_id)
        AND NOT EXISTS (SELECT FROM selling_partner`,
        to: 'AND NOT EXISTS (SELECT FROM selling_partner',
      },
    ],
    checks: [onPostgres('on Postgres (a claim |never )')],
  },
  {
    name: 'pause-at-claim',
    removed: 'orders of a paused account are claimed',
    edits: [
      {
        file: sending,
        from: '\n        AND NOT EXISTS (SELECT FROM selling_partner p WHERE p.name = r.account AND p.paused_at IS NOT NULL)',
        to: '',
      },
    ],
    checks: [aClaim],
  },
  {
    name: 'cap-lock',
    removed: 'claims under a daily cap count beside each other, not one after the other',
    edits: [{ file: sending, from: `pg_advisory_xact_lock(hashtext('askonce cap ' || account))::text`, to: `''` }],
    checks: [onPostgres('a claim under a daily cap')],
  },
  {
    name: 'record-under-claim',
    removed: 'an answer is recorded whoever holds the claim now',
    edits: [
      {
        file: sending,
        from: ` AND claim_id = \${claim.id}::uuid AND (state = 'sending'`,
        to: ` AND (state = 'sending'`,
      },
    ],
    checks: [onPostgres('the record of an answer')],
  },
  {
    name: 'late-proof',
    removed: 'an acceptance that comes after the take-over is not believed',
    edits: [
      {
        file: sending,
        from: "after.state === 'sent' ? Prisma.sql`OR state = 'unknown'` : Prisma.empty",
        to: 'Prisma.empty',
      },
    ],
    checks: [onPostgres('the record of an answer')],
  },
  {
    name: 'settle-mark',
    removed: 'two settlers that looked at the same time both decide',
    edits: [{ file: settling, from: ` AND settle_looks = \${expected.settleLooks}`, to: '' }],
    checks: [onPostgres('a look at an order in doubt')],
  },
  {
    name: 'settle-doubt',
    removed: 'a settler that was stopped decides on a later doubt of the same order',
    edits: [{ file: settling, from: ` AND next_look_at = \${expected.nextLookAt.toJSDate()}`, to: '' }],
    checks: [onPostgres('a look at an order in doubt')],
  },
  {
    name: 'page-over-doubt',
    removed: 'discovery plans orders anew that are being sent or in doubt',
    edits: [
      {
        file: plans,
        from: `WHERE (r.state IN ('waiting', 'scheduled')`,
        to: `WHERE (r.state IN ('waiting', 'scheduled', 'sending', 'unknown')`,
      },
    ],
    checks: [onPostgres('an order that is seen again')],
  },
  {
    name: 'expire-sending',
    removed: 'the sweep closes an order while its POST is under way',
    edits: [
      {
        file: 'src/ledger/prisma-sweeping.ts',
        from: `WHERE state IN ('waiting', 'scheduled', 'unknown') AND closes_at`,
        to: `WHERE state IN ('waiting', 'scheduled', 'sending', 'unknown') AND closes_at`,
      },
    ],
    checks: [onPostgres('an order whose window has ended')],
  },
  {
    name: 'watermark-first',
    removed: 'the watermark is written before its page and apart from it',
    edits: [
      {
        file: feeds,
        from: '        return writePlans(db, page, now, alongside);',
        to: `        if (cursor !== null) await db.$executeRaw\`\${moved(page.account, cursor)}\`;
        return writePlans(db, page, now);`,
      },
    ],
    checks: [onPostgres('a page of orders')],
  },
  {
    name: 'pace',
    removed: 'a slot is reserved however far away it is',
    edits: [
      {
        file: pace,
        from: `\n        AND slot <= at + patience * interval '1 millisecond'`,
        to: '',
      },
    ],
    checks: [onPostgres('the pace of an account')],
  },
  {
    name: 'burst',
    removed: 'the burst has no end: every request may leave at once',
    edits: [
      {
        file: pace,
        from: 'full_at - (burst - 1) * step) AS slot',
        to: 'full_at - 1000 * step) AS slot',
      },
    ],
    checks: [onPostgres('(the pace of an account|a rate that Amazon grants)')],
  },
];
