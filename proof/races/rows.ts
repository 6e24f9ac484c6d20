import type pg from 'pg';

/** What the ledger holds of one order at one moment, column by column. */
export interface OnRecord {
  readonly row: Readonly<Record<string, unknown>>;
  readonly attempts: readonly Readonly<Record<string, unknown>>[];
}

export async function onRecord(database: pg.Pool, orderId: string): Promise<OnRecord> {
  const rows = await database.query('SELECT * FROM review_request WHERE order_id = $1', [orderId]);
  const attempts = await database.query('SELECT * FROM attempt WHERE order_id = $1 ORDER BY id', [orderId]);
  if (rows.rows[0] === undefined) throw new Error(`${orderId} is not in the ledger`);
  return { row: rows.rows[0], attempts: attempts.rows };
}

export function isFinal({ row }: OnRecord): boolean {
  return ['sent', 'refused', 'skipped', 'expired'].includes(String(row['state']));
}

export function hasMoved(before: OnRecord, after: OnRecord): boolean {
  return textOf(before.row) !== textOf(after.row);
}

/** What of this no longer stands, although it was final, or an attempt: in words; `null`: all of it stands. */
export function overwritten(before: OnRecord, after: OnRecord): string | null {
  const column = Object.keys(before.row).find((name) => textOf(before.row[name]) !== textOf(after.row[name]));
  if (isFinal(before) && column !== undefined) {
    return `${column} was ${textOf(before.row[column])} and is ${textOf(after.row[column])}`;
  }
  // By their ids: one that was numbered before may be committed after.
  const later = new Map(after.attempts.map((attempt) => [attempt['id'], textOf(attempt)]));
  const changed = before.attempts.find((attempt) => later.get(attempt['id']) !== textOf(attempt));
  return changed === undefined ? null : `attempt ${changed['id']} has changed`;
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? '';
}
