import type { Fields } from '../fields.js';

/** A select list of the columns that hold these fields, each under the field's name. */
export function selectList(fields: Fields): string {
  return fields
    .map((field) => `t.${field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)} AS ${field}`)
    .join();
}

/** A page of audits behind a place; takes its time twice, its id and the page's length. The index is the gateway's. */
export function auditsStatement(fields: Fields): string {
  return `SELECT ${selectList(fields)} FROM audits t FORCE INDEX (audits_occurred_at)
    WHERE (t.occurred_at > ? OR (t.occurred_at = ? AND t.id > ?)) ORDER BY t.occurred_at, t.id LIMIT ?`;
}

/** The values of `auditsStatement` for a place such as `2026-01-01 00:00:00.000,42`; empty is the beginning. */
export function auditsValues(after: string, limit: number): (string | number)[] {
  const [time = '1000-01-01', id = 0] = after ? after.split(',') : [];
  return [time, time, Number(id), limit];
}
