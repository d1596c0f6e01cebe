import { z } from 'zod';
import { kindOf } from './text-field.js';

/** How the rows of a module are read. */
export interface RowSchema<T> {
  schema: z.ZodType<T>;
  /** Every field that a row may have. */
  fields: readonly string[];
  required: readonly string[];
  /** Whether a row may say that its record was deleted. */
  deletable: boolean;
}

/** What this gateway itself writes beside the fields of a record, so that what it gave out can be read back. */
const IGNORED = [
  'id',
  'recordedAt',
  'resourceId',
  'accountId',
  'accountCount',
  'source',
  'privileges',
  'kind',
  '_cursor',
  'deleted',
];

/** The fields of a module's rows. Absent fields come out as null, absent lists are left out. */
export function rowSchema<S extends z.ZodRawShape>(shape: S, deletable: boolean) {
  const fields = Object.keys(shape);
  const required = fields.filter((name) => !z.safeParse(shape[name]!, undefined).success);
  return { schema: objectOf(shape, IGNORED), fields, required, deletable };
}

/** True for a name that a row may have without being a field of its record. */
export function isIgnored(name: string): boolean {
  return IGNORED.includes(name);
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** An object of these fields; the ignored ones are dropped, any other is refused by name. */
export function objectOf<S extends z.ZodRawShape>(shape: S, ignored: readonly string[]) {
  const fields = Object.keys(shape);
  const hidden = Object.fromEntries(ignored.map((name) => [name, z.unknown().optional()]));
  const error: z.core.$ZodErrorMap = (issue) =>
    issue.code === 'unrecognized_keys'
      ? describeUnknown('field', issue.keys, fields)
      : `is ${kindOf(issue.input)}, not an object of fields`;
  return z.strictObject({ ...shape, ...hidden }, { error }).transform((row) => {
    const record = row as Record<string, unknown>;
    for (const name of ignored) if (name in record) delete record[name];
    for (const name of fields) if (record[name] === undefined) delete record[name];
    return record as Present<z.output<z.ZodObject<S>>>;
  });
}

/** Names that are not known, and those that are. */
export function describeUnknown(kind: string, unknown: readonly string[], known: readonly string[]): string {
  const listed = unknown.slice(0, 5).map((name) => JSON.stringify(name.slice(0, 40)));
  const more = unknown.length > listed.length ? ` and ${unknown.length - listed.length} more` : '';
  return `unknown ${kind}${unknown.length > 1 ? 's' : ''} ${listed.join(', ')}${more}: known are ${known.join(', ')}`;
}
