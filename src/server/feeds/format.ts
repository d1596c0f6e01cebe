import type { Sql } from 'sql-template-tag';
import type { FlatRow, RowReader } from './row-reader.js';

/** How a row of a module is written by the database. */
export interface RowText {
  /** What is selected of `t`; one of it is `text`, where the database writes rows. */
  readonly columns: readonly Sql[];
  textOf(row: FlatRow): string;
}

/** How an answer is written around its rows. */
export interface Format {
  readonly head: string;
  rows(rows: readonly FlatRow[], isFirst: boolean): string;
  /** What closes an answer that is whole. */
  end(count: number): string;
}

/** What the format of an answer depends on. */
export interface Answer {
  readonly fields: readonly string[];
  readonly rowText: RowText;
  readonly reader: RowReader;
  /** Whether each row has its cursor. */
  readonly cursor: boolean;
  /** Whether rows may be deletions. */
  readonly deletions: boolean;
}
