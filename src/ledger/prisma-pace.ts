import type { DateTime } from 'luxon';
import type { Operation, UsagePace } from '../policy/usage-plan.js';
import { gathered } from './gathering.js';
import { Prisma, type PrismaClient } from './generated/client.js';
import type { Pace, Slot } from './ledger.js';
import { instant } from './rows.js';
import { unflushed } from './unflushed.js';

/**
 * The usage plans as GCRA: `full_at` is when the bucket would be full again. One statement takes the slots of a moment, so any
 * number of processes share one pace. Intervals are rounded up to whole milliseconds, never down: over days a rounding error would
 * otherwise add up to a request too many.
 */
export function prismaPace(db: PrismaClient): Pace {
  /** Rates this process knows to be in the ledger, so that an unchanged header costs no statement. */
  const learnt = new Map<string, number>();
  const reserveTogether = gathered(
    ({ account, operation }: Wish) => `${account} ${operation}`,
    (wishes) => reserveAll(db, wishes),
  );
  /** The first request of an account that ever takes this operation's plan. */
  const reserveFirst = async (wish: Wish): Promise<Reserved> => {
    await db.$executeRaw`INSERT INTO usage_plan (account, operation, full_at)
      VALUES (${wish.account}, ${wish.operation}, ${wish.at.toJSDate()}) ON CONFLICT DO NOTHING`;
    const reserved = await reserveTogether(wish);
    if (reserved === null)
      throw new Error(`${wish.account} has no usage plan for ${wish.operation}, though just written`);
    return reserved;
  };

  return {
    async reserve(account, operation, pace, patienceMs, now): Promise<Slot> {
      const wish = { account, operation, pace, patienceMs, at: now };
      const { slot, learntRate } = (await reserveTogether(wish)) ?? (await reserveFirst(wish));
      if (slot.kind === 'slot') remember(learnt, account, operation, learntRate);
      return slot;
    },

    async learnRate(account, operation, rate, published, now) {
      if ((learnt.get(`${account} ${operation}`) ?? published) === rate) return false;
      const at = now.toJSDate();
      const changed = await db.$executeRaw`
        UPDATE usage_plan SET learnt_rate = ${rate}, full_at = CASE WHEN full_at <= ${at}::timestamptz THEN full_at
          ELSE ${at}::timestamptz + (full_at - ${at}::timestamptz) * (COALESCE(learnt_rate, ${published}::float8) / ${rate}::float8) END
        WHERE account = ${account} AND operation = ${operation} AND COALESCE(learnt_rate, ${published}::float8) <> ${rate}::float8`;
      remember(learnt, account, operation, rate);
      return changed > 0;
    },

    async penalise(account, operation, pace, until) {
      await db.$executeRaw`
        UPDATE usage_plan SET full_at = GREATEST(full_at,
          ${until.toJSDate()}::timestamptz + (${pace.burst}::int - 1) * ${stepAt(Prisma.sql`${pace.rate}::float8`)})
        WHERE account = ${account} AND operation = ${operation}`;
    },

    async learntRates(accounts) {
      const plans = await db.usagePlan.findMany({
        where: { account: { in: [...accounts] }, learntRate: { not: null } },
      });
      return plans.flatMap(({ account, operation, learntRate }) =>
        learntRate === null ? [] : [{ account, operation: operation as Operation, rate: learntRate }],
      );
    },
  };
}

interface Wish {
  readonly account: string;
  readonly operation: Operation;
  readonly pace: UsagePace;
  readonly patienceMs: number;
  readonly at: DateTime;
}

interface Reserved {
  readonly slot: Slot;
  readonly learntRate: number | null;
}

/**
 * Answers in the order of the wishes; `null`: that plan is not on record yet. Rows are locked in one order, so that processes never
 * wait for each other in a circle.
 *
 * The commit does not wait for the disk: where the server's machine crashes, the slots of its last moments are forgotten, and
 * until it is up again nobody could have used them.
 */
async function reserveAll(db: PrismaClient, wishes: readonly Wish[]): Promise<(Reserved | null)[]> {
  const rows = await db.$queryRaw<{ nr: number; slot: Date; taken: boolean; learnt_rate: number | null }[]>`
    /* reserve */ WITH wished AS (
      SELECT * FROM unnest(${wishes.map((_wish, index) => index)}::int[], ${wishes.map(({ account }) => account)}::text[],
        ${wishes.map(({ operation }) => operation)}::text[], ${wishes.map(({ at }) => at.toJSDate())}::timestamptz[],
        ${wishes.map(({ pace }) => pace.rate)}::float8[], ${wishes.map(({ pace }) => pace.burst)}::int[],
        ${wishes.map(({ patienceMs }) => patienceMs)}::float8[]) AS wish(nr, account, operation, at, rate, burst, patience)
    ), plan AS (
      SELECT nr, account, operation, at, patience, known.learnt_rate, GREATEST(known.full_at, at) AS full_at, burst,
        ${stepAt(Prisma.sql`rate`)} AS step
      FROM wished JOIN usage_plan known USING (account, operation)
      ORDER BY account, operation FOR NO KEY UPDATE OF known
    ), next AS (
      SELECT *, GREATEST(at, full_at - (burst - 1) * step) AS slot FROM plan
    ), taken AS (
      UPDATE usage_plan u SET full_at = next.full_at + next.step FROM next
      WHERE u.account = next.account AND u.operation = next.operation
        AND slot <= at + patience * interval '1 millisecond'
      RETURNING nr
    )
    SELECT nr, slot, learnt_rate, nr IN (SELECT nr FROM taken) AS taken, ${unflushed} FROM next`;
  const answers = new Map(rows.map((row) => [row.nr, row]));
  return wishes.map((_wish, index) => {
    const row = answers.get(index);
    if (row === undefined) return null;
    const at = instant(row.slot);
    return { slot: row.taken ? { kind: 'slot', at } : { kind: 'busy', freeAt: at }, learntRate: row.learnt_rate };
  });
}

/** The time between two requests at the rate that was learnt, else at this one: in whole milliseconds, rounded up. */
function stepAt(rate: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`ceil(1000 / COALESCE(learnt_rate, ${rate})) * interval '1 millisecond'`;
}

function remember(learnt: Map<string, number>, account: string, operation: string, rate: number | null): void {
  if (rate === null) learnt.delete(`${account} ${operation}`);
  else learnt.set(`${account} ${operation}`, rate);
}
