import type { Notation } from '../../database/row-encoding.js';
import type { FlatRow, RowReader } from './row-reader.js';

/** How an answer is written around its rows. */
export interface Format {
  readonly head: string;
  /** Writes rows with what they have besides; undefined if each row is what the database wrote. */
  readonly write: ((rows: readonly FlatRow[]) => string[]) | undefined;
  /** What stands between two rows, and before and behind some that follow one another. */
  readonly separator: string;
  before(isFirst: boolean): string;
  readonly after: string;
  /** What closes an answer that is whole. */
  end(count: number): string;
}

/** What the format of an answer depends on. */
export interface Answer {
  readonly fields: readonly string[];
  readonly reader: RowReader;
  /** Whether each row has its cursor. */
  readonly cursor: boolean;
  /** Whether rows may be deletions. */
  readonly deletions: boolean;
}

/** A format that an answer may have. */
export interface FormatKind {
  readonly contentType: string;
  /** How the database writes a row, and what stands between two. */
  notation(isSafe: boolean): Notation;
  readonly separator: string;
  open(answer: Answer): Format;
}
