import { type GraphQLField, getArgumentValues } from 'graphql';
import { Extensions } from 'type-graphql';
import type { Context } from './context.js';
import type { Selection } from './selection.js';
import { variablesOf } from './variables.js';

export type ChildKey = string | number;

/** The JSON of what hangs on each of some keys, in ASCII or as the bytes of UTF-8, each as a character. */
export type TextsOf = (keys: readonly ChildKey[]) => Promise<string[]>;

/** How what hangs on rows is written. */
export interface WrittenField {
  /** The property of the row by which it is found. Where that is null there is nothing. */
  readonly needs: string;
  /** Undefined where it has to be resolved. */
  textsOf(context: Context, selection: Selection, args: Readonly<Record<string, unknown>>): TextsOf | undefined;
}

/** Says of a field with a resolver how its values can be written as well. */
export function Written(written: WrittenField): MethodDecorator {
  return Extensions({ needs: [written.needs], written }) as MethodDecorator;
}

/** How a field of a selection is written; undefined where it has to be resolved. */
export function textsOfField(context: Context, selection: Selection, name: string): [string, TextsOf] | undefined {
  const field: GraphQLField<unknown, unknown> = selection.type.getFields()[name]!;
  const { written } = field.extensions as { written?: WrittenField };
  if (!written || selection.keysOf(name).length !== 1) return undefined;
  const [node] = selection.fields.get(name)!;
  const args = node!.arguments?.length ? getArgumentValues(field, node!, variablesOf(context)) : {};
  const texts = written.textsOf(context, selection.under(name), args);
  return texts && [written.needs, texts];
}
