import type { Sql } from 'sql-template-tag';

export type SortDirection = 'ASC' | 'DESC';

/** How a value stands in JSON: a number, true or false, text; `word` is text in which nothing is ever escaped. */
export type JsonKind = 'number' | 'boolean' | 'text' | 'word';

/** A member of a JSON object, or a cell of CSV: its key, a GraphQL name, and the SQL expression of its value. */
export interface JsonCell {
  readonly key: string;
  readonly value: string;
  readonly kind: JsonKind;
  readonly isNullable: boolean;
}

/** What the program asks of an engine, in the program's words. Only the files beside this one know an engine's name. */
export interface Dialect {
  /** A DATETIME column as RFC 3339 text in UTC with milliseconds. */
  timeText(column: string): string;

  /** RFC 3339 text in UTC as the parameter that a time column is compared with or set to. */
  timeValue(time: string): string;

  /**
   * An expression that writes a JSON object of columns, to the byte as JSON.stringify would write it but for `jsonText`. An
   * engine that cannot leaves it out; then rows are read column by column.
   */
  jsonObject?(cells: readonly JsonCell[]): string;

  /** What `jsonObject` gave as JSON.stringify would write it. */
  jsonText(json: string): string;

  /** An expression that writes columns as a row of CSV; `isSafe` disarms what a spreadsheet would run as a formula. */
  csvRow(cells: readonly JsonCell[], isSafe: boolean): string;

  /** Follows a table's name in FROM: the one index that the statement shall use. */
  useIndex(index: string): string;

  /** The JOIN that reads the table on its left first. */
  readonly joinInOrder: string;

  /** Ends a SELECT whose rows no other transaction shall change or delete before this one ends. */
  readonly forUpdate: string;

  /** The rows behind (column, key) = (value, id) in the index (column, key), in a form that the engine reads as a range. */
  rowsBehind(column: string, key: string, value: string | number, id: number, direction: SortDirection): Sql;

  /** Whether the transaction may succeed if it is run again from its start: a deadlock, a lock wait, a lost race for a key. */
  mayRunAgain(error: unknown): boolean;
}
