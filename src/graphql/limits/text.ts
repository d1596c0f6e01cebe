import type { GraphQLError } from 'graphql';
import { LIMITS, overLimit } from './limit.js';

/** What is too much of a document's text, if anything is. */
export function faultOfText({ length }: string): GraphQLError | undefined {
  if (length <= LIMITS.characters) return undefined;
  const message = `the document has ${length} characters: at most ${LIMITS.characters} are taken; send long lists as variables`;
  return overLimit('DOCUMENT_TOO_LARGE', message);
}

/** What is too much of an operation's variables, if anything is. It goes no deeper than it has to. */
export function faultOfVariables(
  variables: Readonly<Record<string, unknown>> | null | undefined,
  variableValues: number = LIMITS.variableValues,
): GraphQLError | undefined {
  const { variableDepth } = LIMITS;
  let values = 0;
  let level = Object.values(variables ?? {});
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > variableDepth) {
      return overLimit('VARIABLES_TOO_DEEP', `the variables are nested deeper than ${variableDepth}`);
    }
    values += level.length;
    level = level.flatMap((value) => (typeof value === 'object' && value !== null ? Object.values(value) : []));
  }
  if (values <= variableValues) return undefined;
  return overLimit('VARIABLES_TOO_LARGE', `the variables have ${values} values: at most ${variableValues} are taken`);
}
