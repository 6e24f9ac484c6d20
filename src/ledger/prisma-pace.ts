import type { Operation } from '../policy/usage-plan.js';
import { Prisma, type PrismaClient } from './generated/client.js';
import type { Pace, Slot } from './ledger.js';
import { instant } from './rows.js';

/**
 * The usage plans as GCRA: `full_at` is when the bucket would be full again. One statement takes a slot, so any number of
 * processes share one pace. Intervals are rounded up to whole milliseconds, never down: over days a rounding error would
 * otherwise add up to a request too many.
 */
export function prismaPace(db: PrismaClient): Pace {
  /** Rates this process knows to be in the ledger, so that an unchanged header costs no statement. */
  const learnt = new Map<string, number>();

  return {
    async reserve(account, operation, pace, patienceMs, now): Promise<Slot> {
      const at = now.toJSDate();
      const rows = await db.$queryRaw<{ slot: Date; learnt_rate: number | null }[]>`
        INSERT INTO usage_plan AS plan (account, operation, full_at)
        VALUES (${account}, ${operation}, ${at}::timestamptz + ${stepOf(Prisma.sql`NULL::float8`, pace.rate)})
        ON CONFLICT (account, operation) DO UPDATE
          SET full_at = GREATEST(plan.full_at, ${at}::timestamptz) + ${stepOf(Prisma.sql`plan.learnt_rate`, pace.rate)}
          WHERE ${slotOf(pace, at)} <= ${at}::timestamptz + ${patienceMs}::float8 * interval '1 millisecond'
        RETURNING learnt_rate, GREATEST(${at}::timestamptz,
          full_at - ${pace.burst}::int * ${stepOf(Prisma.sql`learnt_rate`, pace.rate)}) AS slot`;
      const taken = rows[0];
      if (taken === undefined) return { kind: 'busy', freeAt: await freeAt(db, account, operation, pace, at) };
      remember(learnt, account, operation, taken.learnt_rate);
      return { kind: 'slot', at: instant(taken.slot) };
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
          ${until.toJSDate()}::timestamptz + (${pace.burst}::int - 1) * ${stepOf(Prisma.sql`learnt_rate`, pace.rate)})
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

/** The time between two requests, in whole milliseconds, rounded up. */
function stepOf(learntRate: Prisma.Sql, rate: number): Prisma.Sql {
  return Prisma.sql`ceil(1000 / COALESCE(${learntRate}, ${rate}::float8)) * interval '1 millisecond'`;
}

/** When the next request would leave. */
function slotOf(pace: { rate: number; burst: number }, at: Date): Prisma.Sql {
  return Prisma.sql`GREATEST(${at}::timestamptz, GREATEST(plan.full_at, ${at}::timestamptz)
    - (${pace.burst}::int - 1) * ${stepOf(Prisma.sql`plan.learnt_rate`, pace.rate)})`;
}

async function freeAt(
  db: PrismaClient,
  account: string,
  operation: string,
  pace: { rate: number; burst: number },
  at: Date,
) {
  const rows = await db.$queryRaw<{ slot: Date }[]>`SELECT ${slotOf(pace, at)} AS slot FROM usage_plan AS plan
    WHERE account = ${account} AND operation = ${operation}`;
  return instant(rows[0]?.slot ?? at);
}

function remember(learnt: Map<string, number>, account: string, operation: string, rate: number | null): void {
  if (rate === null) learnt.delete(`${account} ${operation}`);
  else learnt.set(`${account} ${operation}`, rate);
}
