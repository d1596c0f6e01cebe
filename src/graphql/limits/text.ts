import { type GraphQLError, Lexer, Source, TokenKind } from 'graphql';
import { deepestBracket } from './brackets.js';
import { ANONYMOUS_LIMITS, LIMITS, overLimit } from './limit.js';

/** What is too much of a document's text, if anything is. */
export function textError({ length }: string): GraphQLError | undefined {
  if (length <= LIMITS.characters) return undefined;
  const message = `the document has ${length} characters: at most ${LIMITS.characters} are taken; send long lists as variables`;
  return overLimit('DOCUMENT_TOO_LARGE', message);
}

/** What nests too deep for the parser, which is recursive, if anything does. */
export function bracketsError(text: string): GraphQLError | undefined {
  const deepest = deepestBracket(text);
  if (deepest <= LIMITS.brackets) return undefined;
  const message = `the document has ${deepest} brackets within each other: at most ${LIMITS.brackets} are taken`;
  return overLimit('BAD_USER_INPUT', message);
}

/** Whether a document has more tokens than one from who is not signed in may have; the parser counts those of the others. */
export function tokensError(text: string): GraphQLError | undefined {
  const { tokens } = ANONYMOUS_LIMITS;
  const lexer = new Lexer(new Source(text));
  try {
    for (let count = 0; lexer.advance().kind !== TokenKind.EOF; count++) {
      if (count < tokens) continue;
      const message = `the document has more than ${tokens} tokens: send an auth token, or sign in, to send more`;
      return overLimit('TOO_MANY_TOKENS', message);
    }
  } catch {
    // The parser says what is wrong with it.
  }
  return undefined;
}

/** What is too much of an operation's variables, if anything is. It goes no deeper than it has to. */
export function variablesError(
  variables: Readonly<Record<string, unknown>> | null | undefined,
  variableValues: number = LIMITS.variableValues,
): GraphQLError | undefined {
  const { variableDepth } = LIMITS;
  let values = 0;
  let level: object[] = [variables ?? {}];
  for (let depth = 0; level.length > 0; depth++) {
    const below: object[] = [];
    for (const holder of level) {
      const held: readonly unknown[] = Array.isArray(holder) ? holder : Object.values(holder);
      values += held.length;
      if (held.length > 0 && depth === variableDepth) {
        return overLimit('VARIABLES_TOO_DEEP', `the variables are nested deeper than ${variableDepth}`);
      }
      for (const value of held) if (typeof value === 'object' && value !== null) below.push(value);
    }
    level = below;
  }
  if (values <= variableValues) return undefined;
  return overLimit('VARIABLES_TOO_LARGE', `the variables have ${values} values: at most ${variableValues} are taken`);
}
