import { type GraphQLSchema, getNamedType, isEnumType, isInputObjectType, isObjectType } from 'graphql';
import { isPublic } from './access.js';
import type { Plugin } from './combine-plugins.js';

/** What is said in the place of a message that would tell more. */
const REDACTED = 'the operation is not one of this API: with an auth token, or a sign-in, it says what is wrong';

/** Who is not signed in learns no word of the schema that it did not use, but for those of what everybody may ask for. */
export const redactErrorsPlugin: Plugin = ({ schema }) => ({
  willSendResponse({ response, contextValue, source, request }) {
    if (contextValue.actor || response.body.kind !== 'single') return;
    const { singleResult } = response.body;
    if (!singleResult.errors) return;
    const used = new Set(wordsOf(`${source} ${JSON.stringify(request.variables ?? {})}`));
    singleResult.errors = singleResult.errors.map((error) => {
      const message = error.message.replace(/ Did you mean [\s\S]*$/, '');
      const redacted = schemaWords(message).filter((word) => !used.has(word) && guardedWords(schema).has(word));
      return { ...error, message: redacted.length > 0 ? REDACTED : message };
    });
  },
});

/** The words of a message that may be a schema's: those that are no words of English, and what stands in quotation marks. */
function schemaWords(message: string): string[] {
  const quoted = [...message.matchAll(/"([^"]*)"/g)].flatMap(([, text]) => wordsOf(text!));
  return [...quoted, ...wordsOf(message).filter((word) => /[A-Z_]/.test(word))];
}

function wordsOf(text: string): string[] {
  return text.match(/\w+/g) ?? [];
}

const cache = new WeakMap<GraphQLSchema, ReadonlySet<string>>();

/** The names in a schema, without those of the root fields that need no privilege and of what these take and answer. */
function guardedWords(schema: GraphQLSchema): ReadonlySet<string> {
  let words = cache.get(schema);
  if (!words) {
    const everybodys = new Set<string>();
    for (const root of [schema.getQueryType(), schema.getMutationType()]) {
      if (!root) continue;
      everybodys.add(root.name);
      for (const field of Object.values(root.getFields())) {
        if (isPublic(field)) addField(everybodys, field);
      }
    }
    const all = new Set<string>();
    for (const type of Object.values(schema.getTypeMap())) addType(all, type);
    words = new Set([...all].filter((word) => !everybodys.has(word) && !word.startsWith('__')));
    cache.set(schema, words);
  }
  return words;
}

interface Named {
  readonly name: string;
  readonly type: unknown;
}

function addField(words: Set<string>, field: Named & { readonly args?: readonly Named[] }): void {
  words.add(field.name);
  addType(words, field.type);
  for (const { name, type } of field.args ?? []) {
    words.add(name);
    addType(words, type);
  }
}

function addType(words: Set<string>, of: unknown): void {
  const type = getNamedType(of as never) as unknown;
  const { name } = type as { name: string };
  // A field may be called as a type is.
  if (words.has(`type ${name}`)) return;
  words.add(name).add(`type ${name}`);
  if (isEnumType(type)) for (const { name } of type.getValues()) words.add(name);
  if (!isObjectType(type) && !isInputObjectType(type)) return;
  for (const field of Object.values(type.getFields())) addField(words, field);
}
