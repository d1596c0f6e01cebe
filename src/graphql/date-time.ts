import { type ASTNode, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';
import { DateTimeError, parseDateTime } from '../lib/date-time.js';
import { badInput } from './errors.js';

/**
 * RFC 3339 text on both sides. Rows carry it as the database wrote it, so nothing is made of it here; no Date object
 * stands between.
 */
export const DateTime = new GraphQLScalarType<string, string>({
  name: 'DateTime',
  description:
    'RFC 3339 date-time. Output is always UTC with milliseconds: 2026-11-22T08:30:00.123Z. Input must carry Z or an offset.',
  specifiedByURL: GraphQLDateTimeISO.specifiedByURL ?? null,
  extensions: { ...GraphQLDateTimeISO.extensions, codegenScalarType: 'string' },
  serialize: (value) => value as string,
  parseValue: (value) => read(value),
  parseLiteral(node) {
    if (node.kind !== Kind.STRING) throw badInput('a DateTime is written as text, as in "2026-11-22T08:30:00Z"', node);
    return read(node.value, node);
  },
});

function read(value: unknown, node?: ASTNode): string {
  if (typeof value !== 'string') throw badInput('a DateTime is text, as in "2026-11-22T08:30:00Z"', node);
  try {
    return parseDateTime(value);
  } catch (error) {
    if (error instanceof DateTimeError) throw badInput(error.message, node);
    throw error;
  }
}
