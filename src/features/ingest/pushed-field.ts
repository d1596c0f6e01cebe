import { Field, type FieldOptions } from 'type-graphql';

/** The fields of a record, each of them: one that is added to a record is pushed, too. */
export type FieldsOf<Record> = { [Name in keyof Required<Record>]: unknown };

/**
 * A text that may be left out. Times and words of an enum are texts, too: what cannot be read refuses its record, with a
 * reason, and not all that came with it, as GraphQL has it where a value is not of its type.
 */
export const Pushed = (options: FieldOptions = {}): PropertyDecorator =>
  Field(() => String, { nullable: true, ...options }) as PropertyDecorator;

export const PushedTime = (): PropertyDecorator => Pushed({ description: TIME });

/** A word of an enum; `standard` is meant where it is left out. */
export const PushedWord = (words: Record<string, string>, standard: string): PropertyDecorator =>
  Pushed({ description: `${describeWords(words)} ${standard} where it is left out.` });

export const TIME = 'RFC 3339, with Z or an offset.';

export function describeWords(words: Record<string, string>): string {
  return `One of ${Object.keys(words).join(', ')}.`;
}
