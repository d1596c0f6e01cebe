import { z } from 'zod';
import { FieldError, field, isNothing } from './field.js';
import { kindOf, text } from './text-field.js';

/** A list, or a text that holds one as JSON; absent or null: left out. What is not `wanted` is not looked at. */
export const list = <T extends z.ZodType>(item: T, wanted: (item: unknown) => boolean = () => true) =>
  field((value) => readList(value)?.filter(wanted)).pipe(z.array(item).optional());

/** A list of names without repetition, or a text that holds one as JSON or as 'A;B'. */
export const names = () =>
  field((value) => (isJoined(value) ? value.split(';') : readList(value))?.filter(isSomething))
    .pipe(z.array(text()).optional())
    .transform((list) => list && Array.from(new Set(list.map((name) => name.trim()))));

function isJoined(value: unknown): value is string {
  return isSomething(value) && typeof value === 'string' && !value.trimStart().startsWith('[');
}

function isSomething(value: unknown): boolean {
  return !isNothing(typeof value === 'string' ? value.trim() : value);
}

function readList(value: unknown): unknown[] | undefined {
  const content = typeof value === 'string' ? parse(value.trim()) : value;
  if (isNothing(content)) return undefined;
  if (!Array.isArray(content)) throw new FieldError(`is ${kindOf(content)}, not a list`);
  return content;
}

function parse(text: string): unknown {
  if (isNothing(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new FieldError('is not a list written as JSON');
  }
}
