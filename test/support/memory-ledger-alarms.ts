import type { DateTime } from 'luxon';
import type { AlarmBook, StoredAlarm } from '../../src/ledger/alarm-book.js';
import type { Alarm } from '../../src/policy/alarm.js';
import { millis } from './memory-ledger-rows.js';

interface Row extends StoredAlarm {
  readonly seenAt: DateTime;
  readonly clearedAt: DateTime | null;
  readonly heldUntil: DateTime | null;
}

export function memoryAlarmBook(): AlarmBook {
  const rows = new Map<bigint, Row>();
  const digests = new Map<string, { readonly heldUntil: DateTime | null; readonly told: boolean }>();
  let lastId = 0n;
  const change = (row: Row, to: Partial<Row>) => rows.set(row.id, { ...row, ...to });

  return {
    async noteAlarms(firing, judged, now) {
      const opened: Alarm[] = [];
      const asOf = judged.asOf ?? now;
      const isOverSince = (alarm: Alarm) =>
        [...rows.values()].some(
          (row) => row.resolvedAt !== null && row.resolvedAt > asOf && keyOf(row) === keyOf(alarm),
        );
      for (const alarm of [...new Map(firing.map((each) => [keyOf(each), each])).values()].sort(byKey)) {
        const known = [...rows.values()].find((row) => row.resolvedAt === null && keyOf(row) === keyOf(alarm));
        if (known === undefined && isOverSince(alarm)) continue;
        if (known === undefined) {
          lastId += 1n;
          const unheard = { resolvedAt: null, toldAt: null, clearedAt: null, heldUntil: null };
          rows.set(lastId, { ...alarm, id: lastId, firedAt: now, seenAt: now, ...unheard });
          opened.push(alarm);
        } else change(known, { text: alarm.text, seenAt: known.seenAt > now ? known.seenAt : now });
      }

      const kept = now.minus({ days: 400 });
      for (const row of rows.values()) {
        if (row.clearedAt !== null && row.firedAt < kept && millis(row.resolvedAt) < kept.toMillis())
          rows.delete(row.id);
      }
      const resolved = [...rows.values()].filter(
        (row) =>
          row.resolvedAt === null &&
          row.seenAt <= asOf &&
          judged.names.has(row.name) &&
          (row.subject === null || row.subject === judged.subject || row.seenAt < judged.silentBefore) &&
          !firing.some((alarm) => keyOf(alarm) === keyOf(row)),
      );
      for (const row of resolved) change(row, { resolvedAt: now, clearedAt: row.toldAt === null ? now : null });
      return { opened, resolved: resolved.map(alarmOf) };
    },

    async openAlarms() {
      return oldestFirst(rows)
        .filter(({ resolvedAt }) => resolvedAt === null)
        .map(stored);
    },

    async recentAlarms(limit) {
      return oldestFirst(rows).reverse().slice(0, limit).map(stored);
    },

    async takeMessage(repeatBefore, heldUntil, now) {
      const next = [...rows.values()].find(
        (row) =>
          row.clearedAt === null &&
          (row.heldUntil === null || row.heldUntil <= now) &&
          (row.resolvedAt === null ? row.toldAt === null || row.toldAt < repeatBefore : row.toldAt !== null),
      );
      if (next === undefined) return null;
      change(next, { heldUntil });
      return { alarm: stored(next), state: next.resolvedAt === null ? 'firing' : 'resolved' };
    },

    async delivered({ alarm, state }, now) {
      const row = rows.get(alarm.id);
      if (row === undefined) return;
      const told = { toldAt: now, clearedAt: row.toldAt === null ? null : row.clearedAt };
      change(row, { heldUntil: null, ...(state === 'firing' ? told : { clearedAt: now }) });
    },

    async takeDigest(day, heldUntil, now) {
      const digest = digests.get(day);
      if (digest?.told || (digest && millis(digest.heldUntil) > now.toMillis())) return false;
      digests.set(day, { heldUntil, told: false });
      return true;
    },

    async digestDelivered(day) {
      if (digests.has(day)) digests.set(day, { heldUntil: null, told: true });
    },
  };
}

function keyOf({ name, account, subject }: Alarm): string {
  return [name, account ?? '', subject ?? ''].join(' ');
}

function byKey(a: Alarm, b: Alarm): number {
  return keyOf(a) < keyOf(b) ? -1 : 1;
}

function oldestFirst(rows: ReadonlyMap<bigint, Row>): Row[] {
  return [...rows.values()].sort((a, b) => a.firedAt.toMillis() - b.firedAt.toMillis() || Number(a.id - b.id));
}

function alarmOf({ name, account, subject, text }: Alarm): Alarm {
  return { name, account, subject, text };
}

function stored(row: Row): StoredAlarm {
  const { id, firedAt, resolvedAt, toldAt } = row;
  return { ...alarmOf(row), id, firedAt, resolvedAt, toldAt };
}
