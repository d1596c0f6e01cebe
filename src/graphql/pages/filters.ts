import sql, { join, raw, type Sql } from 'sql-template-tag';
import { registerEnumType } from 'type-graphql';
import type { Db } from '../../database/db.js';
import { AppError } from '../../lib/app-error.js';
import { type DateRange, parseId } from './page-arguments.js';

export enum SortDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}
registerEnumType(SortDirection, { name: 'SortDirection' });

const MAX_VALUES = 1_000;
const MAX_SEARCH_LENGTH = 100;

/** Characters of a text that a search looks through, from its beginning. */
export const SEARCHED = 2_000;

/** `column` is one of the values; always where none are given, never where the list is empty. */
export function isOneOf(column: string, values: readonly (string | number)[] | null | undefined): Sql {
  if (!values) return sql`1 = 1`;
  return values.length === 0 ? sql`1 = 0` : sql`${raw(column)} IN (${join([...values])})`;
}

/** The time in `column` lies in the range. */
export function isWithin(db: Db, column: string, range: DateRange | null | undefined): Sql {
  const bounds = [
    ...(range?.from ? [sql`${raw(column)} >= ${db.dialect.timeValue(range.from)}`] : []),
    ...(range?.to ? [sql`${raw(column)} < ${db.dialect.timeValue(range.to)}`] : []),
  ];
  return bounds.length > 0 ? join(bounds, ' AND ') : sql`1 = 1`;
}

/**
 * The beginning of `column`, of as many characters as are searched, holds the lower-cased text.
 * @throws AppError BAD_USER_INPUT for a text that is too long to look for
 */
export function contains(column: string, text: string | null | undefined): Sql {
  if (!text) return sql`1 = 1`;
  if (text.length > MAX_SEARCH_LENGTH) {
    throw new AppError(
      'BAD_USER_INPUT',
      `filter.search has ${text.length} characters: at most ${MAX_SEARCH_LENGTH} are taken; search for a part of it`,
    );
  }
  // LIKE would go back at each character that a text of one letter repeats.
  return sql`INSTR(SUBSTR(${raw(column)}, 1, ${SEARCHED}), ${text.toLowerCase()}) > 0`;
}

/** Whether a condition of `all` holds for every row. */
export function isAlways({ sql }: Sql): boolean {
  return /^1 = 1( AND 1 = 1)*$/.test(sql);
}

/** All conditions together. */
export function all(...conditions: Sql[]): Sql {
  return join(conditions, ' AND ');
}

/** @throws AppError BAD_USER_INPUT for a list that is too long to look up */
export function checkLists(filter: object | null | undefined): void {
  for (const [name, values] of Object.entries(filter ?? {})) {
    if (Array.isArray(values) && values.length > MAX_VALUES) {
      throw new AppError(
        'BAD_USER_INPUT',
        `filter.${name} has ${values.length} values: at most ${MAX_VALUES} are taken`,
      );
    }
  }
}

/** @throws AppError BAD_USER_INPUT for what no id can be */
export function parseIds(argument: string, ids: readonly string[] | null | undefined): number[] | undefined {
  return ids?.map((id, index) => parseId(`${argument}[${index}]`, id));
}
