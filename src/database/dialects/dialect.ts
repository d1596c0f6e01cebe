import type { Sql } from 'sql-template-tag';
import type { EncodedForm } from '../row-encoding.js';

export type SortDirection = 'ASC' | 'DESC';

/** What the program asks of an engine, in the program's words. Only the files beside this one know an engine's name. */
export interface Dialect {
  /** A DATETIME column as RFC 3339 text in UTC with milliseconds. */
  timeText(column: string): string;

  /** RFC 3339 text in UTC as the parameter that a time column is compared with or set to. */
  timeValue(time: string): string;

  /** How many characters a text column has. */
  textLength(column: string): string;

  /** The select list of rows that `Db.queryEncoded` shall write. */
  selectEncoded(form: EncodedForm): string;

  /** Follows a table's name in FROM: the one index that the statement shall use. */
  useIndex(index: string): string;

  /** Follows a table's name in FROM: the statement shall use the table's key, which is its column `id`. */
  useKey(table: string): string;

  /** The JOIN that reads the table on its left first. */
  readonly joinInOrder: string;

  /** Ends a SELECT whose rows no other transaction shall change or delete before this one ends. */
  readonly forUpdate: string;

  /** Ends a SELECT whose rows others may read alike, but not change or delete before this transaction ends. */
  readonly forShare: string;

  /** The rows behind (column, key) = (value, id) in the index (column, key), in a form that the engine reads as a range. */
  rowsAfter(column: string, key: string, value: string | number, id: number, direction: SortDirection): Sql;

  /** The database's clock, which all copies of the program share: milliseconds since 1970, a whole number. */
  readonly clock: string;

  /** How many stretches of so many seconds, a divisor of a day, lie between the beginning of the year 0 and that of a time's own. */
  stretchOf(column: string, seconds: number): string;

  /** Ends INSERT ... SELECT: where a row with the same key is there, what `column` would have been is added to it. */
  addWhereKnown(table: string, key: readonly string[], column: string): string;

  /** Ends INSERT: rows whose key is there are left as they are. `column` is one of the key. */
  leaveKnown(column: string): string;

  /** Deletes some thousands of a table's rows, whichever; none only where there are none. */
  deleteSome(table: string): string;

  /** Rows that work beside the requests may go through in one transaction without making anybody wait. */
  readonly rowsAtOnce: number;

  /** Whether a commit may end without anybody being told how: the server is another process, which a connection leads to. */
  readonly mayLoseCommits: boolean;

  /** Whether the transaction may succeed if it is run again from its start: a deadlock, a lock wait, a lost race for a key. */
  mayRunAgain(error: unknown): boolean;
}
