import { raw, default as sql } from 'sql-template-tag';
import type { Dialect } from './dialect.js';
import { codeOf, isBusy } from './sqlite-errors.js';
import { selectEncoded } from './sqlite-text.js';

export const dialect: Dialect = {
  timeText: (column) => column,
  timeValue: (time) => time,
  selectEncoded,
  useIndex: (index) => `INDEXED BY ${index}`,
  useKey: (table) => `INDEXED BY sqlite_autoindex_${table}_1`,
  joinInOrder: 'CROSS JOIN',
  // A transaction has the whole database to itself.
  forUpdate: '',
  textLength: (column) => `LENGTH(${column})`,
  forShare: '',
  rowsAfter: (column, key, value, id, direction) =>
    sql`(${raw(column)}, ${raw(key)}) ${raw(direction === 'ASC' ? '>' : '<')} (${value}, ${id})`,
  clock: "CAST(ROUND(unixepoch('now', 'subsec') * 1000) AS INTEGER)",
  stretchOf: (column, seconds) => `((unixepoch(${column}) + ${FROM_YEAR_0_TO_1970}) / ${seconds})`,
  addWhereKnown: (table, key, column) =>
    `ON CONFLICT (${key.join(', ')}) DO UPDATE SET ${column} = ${table}.${column} + excluded.${column}`,
  leaveKnown: () => 'ON CONFLICT DO NOTHING',
  // All at once costs it less than a few.
  deleteSome: (table) => `DELETE FROM ${table}`,
  // A statement has the process to itself.
  rowsAtOnce: 1_000,
  mayLoseCommits: false,
  mayRunAgain: (error) => lostRaces.has(codeOf(error) ?? '') || isBusy(error),
};

/** Seconds. */
const FROM_YEAR_0_TO_1970 = 62_167_219_200;

const lostRaces: ReadonlySet<string> = new Set(['SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);
