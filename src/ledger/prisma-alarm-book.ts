import type { DateTime } from 'luxon';
import type { Alarm, AlarmName } from '../policy/alarm.js';
import type { AlarmBook, JudgedAlarms, StoredAlarm } from './alarm-book.js';
import { Prisma, type PrismaClient, type Alarm as Row } from './generated/client.js';
import { instant, instantOrNull } from './rows.js';

/** One judgement is noted at a time; the number is any that nothing else in this database locks. */
const NOTING = 5_272_026_002n;
const KEPT_DAYS = 400;

export function prismaAlarmBook(db: PrismaClient): AlarmBook {
  return {
    async noteAlarms(firing, judged, now) {
      return db.$transaction(async (tx) => {
        // Two processes with different opinions would otherwise wait for each other's rows.
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(${NOTING}::bigint)`;
        const opened = await tx.$queryRaw<AlarmRow[]>(open(firing, judged.asOf ?? now, now));
        const resolved = await tx.$queryRaw<AlarmRow[]>(resolve(firing, judged, now));
        return { opened: opened.map(alarm), resolved: resolved.map(alarm) };
      });
    },

    async openAlarms() {
      const rows = await db.alarm.findMany({
        where: { resolvedAt: null },
        orderBy: [{ firedAt: 'asc' }, { id: 'asc' }],
      });
      return rows.map(storedAlarm);
    },

    async recentAlarms(limit) {
      const rows = await db.alarm.findMany({ orderBy: [{ firedAt: 'desc' }, { id: 'desc' }], take: limit });
      return rows.map(storedAlarm);
    },

    async takeMessage(repeatBefore, heldUntil, now) {
      const at = now.toJSDate();
      const [taken] = await db.$queryRaw<{ id: bigint }[]>`
        UPDATE alarm SET held_until = ${heldUntil.toJSDate()}::timestamptz WHERE id = (
          SELECT id FROM alarm WHERE cleared_at IS NULL AND (held_until IS NULL OR held_until <= ${at}::timestamptz)
            AND CASE WHEN resolved_at IS NULL THEN told_at IS NULL OR told_at < ${repeatBefore.toJSDate()}::timestamptz
              ELSE told_at IS NOT NULL END
          ORDER BY id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
        ) RETURNING id`;
      const row = taken && (await db.alarm.findUnique({ where: { id: taken.id } }));
      if (!row) return null;
      return { alarm: storedAlarm(row), state: row.resolvedAt === null ? 'firing' : 'resolved' };
    },

    async delivered({ alarm: { id }, state }, now) {
      const at = now.toJSDate();
      // What was told after all, although it was over before anybody had been told, needs its all-clear.
      const told = Prisma.sql`told_at = ${at}::timestamptz, cleared_at = CASE WHEN told_at IS NOT NULL THEN cleared_at END`;
      const over = Prisma.sql`cleared_at = ${at}::timestamptz`;
      await db.$executeRaw`UPDATE alarm SET held_until = NULL, ${state === 'firing' ? told : over} WHERE id = ${id}`;
    },

    async takeDigest(day, heldUntil, now) {
      const taken = await db.$executeRaw`
        INSERT INTO digest AS known (day, held_until) VALUES (${day}::date, ${heldUntil.toJSDate()}::timestamptz)
        ON CONFLICT (day) DO UPDATE SET held_until = EXCLUDED.held_until
        WHERE known.told_at IS NULL AND (known.held_until IS NULL OR known.held_until <= ${now.toJSDate()}::timestamptz)`;
      return taken > 0;
    },

    async digestDelivered(day, now) {
      await db.$executeRaw`UPDATE digest SET told_at = ${now.toJSDate()}::timestamptz, held_until = NULL
        WHERE day = ${day}::date`;
    },
  };
}

/** The partial unique index decides which of several processes opened it. */
function open(firing: readonly Alarm[], asOf: DateTime, now: DateTime): Prisma.Sql {
  const at = now.toJSDate();
  return Prisma.sql`
    WITH noted AS (
      INSERT INTO alarm AS known (name, account, subject, text, fired_at, seen_at)
      SELECT name, account, subject, text, ${at}::timestamptz, ${at}::timestamptz FROM (
        SELECT DISTINCT ON (name, account, subject) * FROM ${listOf(firing)} ORDER BY name, account, subject
      ) AS firing
      WHERE NOT EXISTS (SELECT 1 FROM alarm AS over
        WHERE over.name = firing.name AND over.account = firing.account AND over.subject = firing.subject
          AND over.resolved_at > ${asOf.toJSDate()}::timestamptz)
      ON CONFLICT (name, account, subject) WHERE resolved_at IS NULL
        DO UPDATE SET text = EXCLUDED.text, seen_at = greatest(known.seen_at, EXCLUDED.seen_at)
      RETURNING name, account, subject, text, xmax = 0 AS fresh
    )
    SELECT name, account, subject, text FROM noted WHERE fresh ORDER BY name, account, subject`;
}

/**
 * An evaluation that is older than the last one that saw the alarm says nothing about it. What nobody was told of is cleared at
 * once; where somebody was just telling it, {@link AlarmBook.delivered} takes that back.
 */
function resolve(firing: readonly Alarm[], judged: JudgedAlarms, now: DateTime): Prisma.Sql {
  const at = now.toJSDate();
  const kept = now.minus({ days: KEPT_DAYS }).toJSDate();
  return Prisma.sql`
    WITH outdated AS (
      DELETE FROM alarm WHERE fired_at < ${kept}::timestamptz AND resolved_at < ${kept}::timestamptz
        AND cleared_at IS NOT NULL
    ), resolved AS (
      UPDATE alarm SET resolved_at = ${at}::timestamptz,
        cleared_at = CASE WHEN told_at IS NULL THEN ${at}::timestamptz END
      WHERE resolved_at IS NULL AND seen_at <= ${(judged.asOf ?? now).toJSDate()}::timestamptz AND name = ANY(${[...judged.names]}::text[])
        AND (subject IN ('', ${judged.subject}) OR seen_at < ${judged.silentBefore.toJSDate()}::timestamptz)
        AND (name, account, subject) NOT IN (SELECT name, account, subject FROM ${listOf(firing)})
      RETURNING id, name, account, subject, text
    )
    SELECT name, account, subject, text FROM resolved ORDER BY id`;
}

function listOf(alarms: readonly Alarm[]): Prisma.Sql {
  return Prisma.sql`unnest(${alarms.map(({ name }) => name)}::text[], ${alarms.map(({ account }) => account ?? '')}::text[],
    ${alarms.map(({ subject }) => subject ?? '')}::text[], ${alarms.map(({ text }) => text)}::text[])
    AS listed(name, account, subject, text)`;
}

interface AlarmRow {
  readonly name: string;
  readonly account: string;
  readonly subject: string;
  readonly text: string;
}

function alarm({ name, account, subject, text }: AlarmRow): Alarm {
  return { name: name as AlarmName, account: account || null, subject: subject || null, text };
}

function storedAlarm(row: Row): StoredAlarm {
  return {
    ...alarm(row),
    id: row.id,
    firedAt: instant(row.firedAt),
    resolvedAt: instantOrNull(row.resolvedAt),
    toldAt: instantOrNull(row.toldAt),
  };
}
