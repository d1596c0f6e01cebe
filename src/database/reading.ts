import { join, raw, type Sql } from 'sql-template-tag';
import type { Db } from './db.js';
import type { Key, RowForm } from './written-rows.js';

/** What is wanted of rows: their text, written by the engine, with the keys that it needs; or columns of `t`. */
export type Wanted = { readonly form: RowForm; readonly keys?: readonly Key[] } | { readonly columns: readonly Sql[] };

/** How the rows of a statement are read: what it has to select, and what is made of it. */
export interface Reading<Row> {
  readonly select: Sql;
  rows(statement: Sql): Promise<Row[]>;
}

/** Rows that have `keys` as properties, and what is wanted of them: the columns, or the text as WrittenRow. */
export function readingOf<Row>(db: Db, wanted: Wanted, keys: readonly Key[]): Reading<Row> {
  if ('form' in wanted) {
    const written = { ...wanted.form, keys: [...keys, ...(wanted.keys ?? [])] };
    return {
      select: raw(db.dialect.selectWritten(written)),
      rows: (statement) => db.queryWritten<Row>(statement, written),
    };
  }
  const selected = keys.map(({ name, value, kind }) =>
    raw(`${kind === 'time' ? db.dialect.timeText(value) : value} AS ${name}`),
  );
  return { select: join([...selected, ...wanted.columns]), rows: (statement) => db.query<Row>(statement) };
}
