import { getArgumentValues } from 'graphql';
import { Extensions } from 'type-graphql';
import type { Context } from '../context.js';
import type { Selection } from '../selection.js';
import { variablesOf } from '../variables.js';

export type ChildKey = string | number;

/** The JSON of what hangs on each of some keys, in ASCII or as the bytes of UTF-8, each as a character. */
export type TextsOf = (keys: readonly ChildKey[]) => Promise<string[]>;

/** How what hangs on rows is written. */
export interface JsonFieldOptions {
  /** The property of the row by which it is found. Where that is null there is nothing. */
  readonly requires: string;
  /** Undefined where it has to be resolved. */
  textsOf(context: Context, selection: Selection, args: Readonly<Record<string, unknown>>): TextsOf | undefined;
}

/** Says of a field with a resolver how its values can be written as well. */
export function JsonField(json: JsonFieldOptions): MethodDecorator {
  return Extensions({ requires: [json.requires], json }) as MethodDecorator;
}

/** The property by which the values of a field are found; undefined where they are never written. */
export function keyOfJsonField(selection: Selection, name: string): string | undefined {
  return selection.keysOf(name).length === 1 ? jsonFieldOf(selection, name)?.requires : undefined;
}

/** How a field that may be written is; undefined where it has to be resolved. */
export function textsOfField(context: Context, selection: Selection, name: string): TextsOf | undefined {
  const [node] = selection.fields.get(name)!;
  const field = selection.type.getFields()[name]!;
  const args = node!.arguments?.length ? getArgumentValues(field, node!, variablesOf(context)) : {};
  return jsonFieldOf(selection, name)!.textsOf(context, selection.under(name), args);
}

function jsonFieldOf({ type }: Selection, name: string): JsonFieldOptions | undefined {
  return (type.getFields()[name]!.extensions as { json?: JsonFieldOptions }).json;
}
