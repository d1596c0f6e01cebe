import type { DateRange } from '../../graphql/pages/page-arguments.js';
import { AppError } from '../../lib/app-error.js';
import { DateTimeError, parseDateTime } from '../../lib/date-time.js';
import { quote } from '../../lib/quote.js';

/** What the query of a flat feed asks for. */
export interface FlatQuery {
  readonly range: DateRange | null;
  /** The cursor to go on from; empty begins the feed; null reads the module, or the range, from its beginning. */
  readonly after: string | null;
  /** In the order of the answer. */
  readonly fields: readonly string[];
  /** The most rows that are sent. */
  readonly limit: number;
  /** Whether each row has its cursor. */
  readonly cursor: boolean;
  /** Whether cells that a spreadsheet would run as a formula are disarmed. */
  readonly safe: boolean;
}

const known = ['from', 'to', 'after', 'fields', 'limit', 'cursor', 'safe'] as const;
const MAX_ROWS = 1_000_000_000;

type Given = Partial<Record<(typeof known)[number], string>>;

/** @throws AppError BAD_USER_INPUT that says what to write */
export function parseFlatQuery(query: unknown, allFields: readonly string[], format: string): FlatQuery {
  const given = parametersOf(query as Record<string, string | string[]>);
  if (given.safe !== undefined && format !== 'csv') throw bad(`safe is for csv: leave it out for ${format}`);
  const range = rangeOf(given);
  if (range && given.after === '') throw bad('after: empty begins the feed, which has no range: leave out from and to');
  return {
    range,
    after: given.after ?? null,
    fields: fieldsOf(given.fields, allFields),
    limit: limitOf(given.limit),
    cursor: flagOf('cursor', given.cursor),
    safe: flagOf('safe', given.safe),
  };
}

function parametersOf(query: Record<string, string | string[]>): Given {
  for (const [name, value] of Object.entries(query)) {
    if (!known.some((parameter) => parameter === name)) {
      throw bad(`${quote(name)} is not a parameter of this feed; those are ${known.join(', ')}`);
    }
    if (Array.isArray(value)) throw bad(`${name} is given ${value.length} times: give it once`);
  }
  return query as Given;
}

function rangeOf(given: Given): DateRange | null {
  const from = timeOf('from', given.from);
  const to = timeOf('to', given.to);
  if (from && to && from > to) throw bad(`from (${from}) is after to (${to}): exchange them`);
  return from || to ? { from, to } : null;
}

function timeOf(name: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  // A plus sign in a query means a space.
  if (/ \d\d:\d\d$/.test(text))
    throw bad(`${name}: ${quote(text)}: write the + of an offset as %2B, or the time in UTC with Z`);
  try {
    return parseDateTime(text);
  } catch (error) {
    if (error instanceof DateTimeError) throw bad(`${name}: ${error.message}`);
    throw error;
  }
}

function fieldsOf(text: string | undefined, all: readonly string[]): readonly string[] {
  if (text === undefined) return all;
  const fields = text.split(',');
  for (const field of fields) {
    if (!all.includes(field)) throw bad(`fields: ${quote(field)} is not a field here; those are ${all.join(',')}`);
  }
  const twice = fields.find((field, at) => fields.indexOf(field) < at);
  if (twice !== undefined) throw bad(`fields: ${twice} is named twice: name it once`);
  return fields;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const limit = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_ROWS) throw bad(`limit: ${quote(text)}: write a whole number from 1 to ${MAX_ROWS}`);
  return limit;
}

function flagOf(name: string, text: string | undefined): boolean {
  if (text !== undefined && text !== '0' && text !== '1') throw bad(`${name}: ${quote(text)}: write 1 or 0`);
  return text === '1';
}

function bad(message: string): AppError {
  return new AppError('BAD_USER_INPUT', message);
}
