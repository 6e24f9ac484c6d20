import { gatheredByKey } from './gathering.js';
import { Prisma, type PrismaClient, type SellingPartner } from './generated/client.js';
import type { AccountState, Accounts } from './ledger.js';
import type { OperatorAction } from './operator-actions.js';
import { instant, instantOrNull } from './rows.js';

/** Failures this far apart are not in a row. */
const SERIES_ENDS_AFTER_HOURS = 1;

export function prismaAccounts(db: PrismaClient): Accounts {
  return {
    account: gatheredByKey(async (names) => {
      const rows = await db.sellingPartner.findMany({ where: { name: { in: [...names] } } });
      return new Map(rows.map((row) => [row.name, accountState(row)]));
    }),

    async accounts() {
      return (await db.sellingPartner.findMany({ orderBy: { name: 'asc' } })).map(accountState);
    },

    async noteTrouble(account, now) {
      const at = now.toJSDate();
      const overSince = now.minus({ hours: SERIES_ENDS_AFTER_HOURS }).toJSDate();
      await db.$executeRaw`UPDATE selling_partner SET
          failures = CASE WHEN cool_down_until < ${overSince} THEN 1 ELSE failures + 1 END,
          failing_since = CASE WHEN cool_down_until < ${overSince} THEN ${at} ELSE COALESCE(failing_since, ${at}) END
        WHERE name = ${account}`;
      return accountState(await db.sellingPartner.findUniqueOrThrow({ where: { name: account } }));
    },

    async coolDown(account, until) {
      await db.$executeRaw`UPDATE selling_partner
        SET cool_down_until = GREATEST(cool_down_until, ${until.toJSDate()}) WHERE name = ${account}`;
    },

    async noteHealth(account) {
      await db.$executeRaw`UPDATE selling_partner SET failures = 0, failing_since = NULL, cool_down_until = NULL
        WHERE name = ${account} AND (failures > 0 OR cool_down_until IS NOT NULL)`;
    },

    async pause(accounts, reason, by, now, via) {
      const deed = via && { action: 'pause' as const, at: now, by, via, because: reason };
      // A person's word outlasts the refusal of Amazon's that our own pause is about.
      const takingOver = by === 'askonce' ? Prisma.empty : Prisma.sql`OR paused_by = 'askonce'`;
      const rows = await db.$queryRaw<{ name: string }[]>`
        WITH changed AS (
          UPDATE selling_partner SET paused_at = ${now.toJSDate()}, paused_reason = ${reason}, paused_by = ${by}
          WHERE (paused_at IS NULL ${takingOver}) AND name = ANY(${[...accounts]}) RETURNING name
        ) ${notedDeed(deed)}
        SELECT name FROM changed`;
      return rows.map((row) => row.name);
    },

    async resume(accounts, by, deed) {
      const onlyOwn = by === 'askonce' ? Prisma.sql`AND paused_by = 'askonce'` : Prisma.empty;
      const rows = await db.$queryRaw<{ name: string }[]>`
        WITH changed AS (
          UPDATE selling_partner SET paused_at = NULL, paused_reason = NULL, paused_by = NULL,
            failures = 0, failing_since = NULL, cool_down_until = NULL
          WHERE paused_at IS NOT NULL AND name = ANY(${[...accounts]}) ${onlyOwn} RETURNING name
        ) ${notedDeed(deed && { action: 'resume', by, ...deed })}
        SELECT name FROM changed`;
      return rows.map((row) => row.name);
    },
  };
}

/** A further clause of the statement that changes accounts: what a person did is on record with the change, or not at all. */
function notedDeed(deed: Omit<OperatorAction, 'accounts' | 'orders'> | undefined): Prisma.Sql {
  if (deed === undefined) return Prisma.empty;
  const { at, action, by, via, because } = deed;
  return Prisma.sql`, noted AS (
    INSERT INTO operator_action (at, action, by, via, accounts, orders, because)
    SELECT ${at.toJSDate()}, ${action}, ${by}, ${via}, string_agg(name, ',' ORDER BY name), '', ${because}
    FROM changed HAVING count(*) > 0
  )`;
}

/** What is read of an account. */
export type AccountRow = Omit<SellingPartner, 'plannedWith' | 'feedLeaseBy' | 'feedLeaseUntil' | 'createdAt'>;

export function accountState(row: AccountRow): AccountState {
  const paused =
    row.pausedAt === null
      ? null
      : { at: instant(row.pausedAt), reason: row.pausedReason ?? '', by: row.pausedBy ?? '' };
  return {
    name: row.name,
    region: row.region,
    paused,
    failures: row.failures,
    failingSince: instantOrNull(row.failingSince),
    coolDownUntil: instantOrNull(row.coolDownUntil),
    backlogThrough: instantOrNull(row.backlogThrough),
    backlogRate: row.backlogRate,
  };
}
