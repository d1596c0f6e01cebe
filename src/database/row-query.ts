import { join, raw, type Sql } from 'sql-template-tag';
import type { Db } from './db.js';
import type { Key, RowForm } from './row-encoding.js';

/** What is wanted of rows: their text, written by the engine, with the keys that it needs; or columns of `t`. */
export type RowSelection =
  | { readonly form: RowForm; readonly keys?: readonly Key[] }
  | { readonly columns: readonly Sql[] };

/** How the rows of a statement are read: what it has to select, and what is made of it. */
export interface RowQuery<Row> {
  readonly select: Sql;
  rows(statement: Sql): Promise<Row[]>;
}

/** Rows that have `keys` as properties, and what is wanted of them: the columns, or the text as EncodedRow. */
export function rowQueryOf<Row>(db: Db, selection: RowSelection, keys: readonly Key[]): RowQuery<Row> {
  if ('form' in selection) {
    const form = { ...selection.form, keys: [...keys, ...(selection.keys ?? [])] };
    return {
      select: raw(db.dialect.selectEncoded(form)),
      rows: (statement) => db.queryEncoded<Row>(statement, form),
    };
  }
  const selected = keys.map(({ name, value, kind }) =>
    raw(`${kind === 'time' ? db.dialect.timeText(value) : value} AS ${name}`),
  );
  return { select: join([...selected, ...selection.columns]), rows: (statement) => db.query<Row>(statement) };
}
