import { type ASTNode, GraphQLError, type GraphQLFormattedError } from 'graphql';
import { AppError } from '../lib/app-error.js';
import { limitCodes } from './limits/limit-codes.js';

/** What a caller reads instead of an error that is not for callers. */
export const MASKED = 'something went wrong here: the log of the gateway has it under the X-Request-Id of this answer';

const MAX_MESSAGE_LENGTH = 1_000;

/** Codes of errors that graphql-js and Apollo make of what the caller wrote; their messages are for the caller. */
const callersErrors = new Set<string>([
  ...limitCodes,
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'BAD_USER_INPUT',
  'UNAUTHENTICATED',
  'FORBIDDEN',
]);

/** What graphql-js says of variables and arguments without a cause, and Apollo without a code: a null where a default stands. */
const valueErrors =
  /^(Too many errors processing variables|Argument "\w+" (of (non-null|required) type|has invalid value))/;

/** A refusal of what the caller wrote, for places where graphql-js itself reports it. */
export function badInput(message: string, node?: ASTNode): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' }, ...(node && { nodes: node }) });
}

/** The one door for errors: what of an error the caller reads. */
export function formatError(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const { locations, path, extensions } = formatted;
  const message = shortened(formatted.message);
  const place = { ...(locations && { locations }), ...(path && { path }) };
  const refusal = findRefusal(error);
  if (refusal) return { message, ...place, extensions: { code: refusal } };
  const code = String(extensions?.code ?? '');
  const [, tokens] = /^Syntax Error: Document contains more that (\d+) tokens/.exec(message) ?? [];
  if (tokens) {
    const tooMany = `the document has more than ${tokens} tokens: send long lists as variables`;
    return { message: tooMany, ...place, extensions: { code: 'TOO_MANY_TOKENS' } };
  }
  if (callersErrors.has(code)) return { message, ...place, extensions: { code } };
  return { message: MASKED, ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } };
}

/** Without the most of what the caller wrote, which graphql-js repeats in whole. */
function shortened(message: string): string {
  if (message.length <= MAX_MESSAGE_LENGTH) return message;
  const half = MAX_MESSAGE_LENGTH / 2;
  return `${message.slice(0, half)} … ${message.slice(-half)}`.toWellFormed();
}

/** Whether an error is one that an operator should read of. */
export function isUnexpected(error: GraphQLError): boolean {
  return formatError(error.toJSON(), error).extensions?.code === 'INTERNAL_SERVER_ERROR';
}

/** Whether an error says that something the gateway needs, such as its database, does not answer. */
export function isUnavailable(error: unknown): boolean {
  return findRefusal(error) === 'UNAVAILABLE';
}

/** The code that one of our own refusals carries, however deep graphql-js has wrapped it. */
function findRefusal(error: unknown): string | undefined {
  for (let cause = error; cause instanceof Error; cause = (cause as { originalError?: unknown }).originalError) {
    if (cause instanceof AppError) return cause.code;
    if (cause instanceof GraphQLError && cause.extensions.code === 'BAD_USER_INPUT') return 'BAD_USER_INPUT';
    if (cause instanceof GraphQLError && valueErrors.test(cause.message)) return 'BAD_USER_INPUT';
  }
  return undefined;
}
