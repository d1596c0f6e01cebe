import { HeaderMap } from '@apollo/server';
import { type ASTNode, GraphQLError } from 'graphql';
import { pluralize } from '../../lib/pluralize.js';
import type { LimitCode } from './limit-codes.js';

/** What a document may have at most, before it is validated. `docs/limits.md` says the same for people. */
export const LIMITS = {
  /** Of a request, in bytes. */
  body: 1024 * 1024,
  /** UTF-16 units. */
  characters: 100_000,
  tokens: 10_000,
  /** Objects within each other. Each resource of a user's grants may have an owner with grants, without an end. */
  depth: 12,
  /** The same below `__schema` and `__type`: tools ask for 14 (graphql-js, getIntrospectionQuery). */
  introspectionDepth: 16,
  rootFields: 30,
  aliases: 100,
  directives: 50,
  fragments: 100,
  /** Fields and fragments, each as often as it is spread. */
  selections: 1_000,
  /** Comparisons of fields that have one name in one place of the answer. Validation compares each two of them. */
  comparisons: 50_000,
  operations: 20,
  /** Brackets of a document within each other, whatever they are: the parser is recursive. */
  brackets: 100,
  variableDepth: 8,
  variableValues: 20_000,
  /** Lists and objects of the JSON of a request within each other. */
  jsonDepth: 32,
  /** JSON objects of a request. Each costs as much as its type has fields. */
  objects: 25_000,
  /** Members of one of them. */
  members: 1_000,
} as const;

/** What whoever may push records sends at most, where others may send less. */
export const INGEST_LIMITS = {
  /** A body, in bytes. */
  body: 4 * 1024 * 1024,
  /** Of the variables of a mutation. */
  variableValues: 125_000,
} as const;

/** What whoever is not signed in sends at most: enough to sign in. */
export const ANONYMOUS_LIMITS = {
  body: 16 * 1024,
  tokens: 1_000,
  selections: 200,
  comparisons: 500,
  variableValues: 500,
} as const;

/** A refusal of an operation for what it asks for, HTTP 400. */
export function overLimit(code: LimitCode | 'BAD_USER_INPUT', message: string, nodes?: ASTNode): GraphQLError {
  return new GraphQLError(message, { ...(nodes && { nodes }), extensions: { code, http: { status: 400 } } });
}

/** What is said of it where `cost` is more than is left; `what` is a clause such as 'the operation costs', `wait` in seconds. */
export function overBudgetMessage(what: string, cost: number, available: number, wait: number): string {
  return `${what} ${cost} and ${available} is left: send it again in ${pluralize(wait, 'second')}`;
}

/** A refusal of an operation that may be sent again after `wait` seconds, HTTP 429. */
export function overBudget(message: string, wait: number): GraphQLError {
  const http = { status: 429, headers: new HeaderMap([['retry-after', String(wait)]]) };
  return new GraphQLError(message, { extensions: { code: 'RATE_LIMITED', http } });
}
