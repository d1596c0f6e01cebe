import { quote } from '../../../lib/quote.js';
import { FieldFault, field, isNothing } from './field.js';
import { kindOf } from './text-field.js';

/** One word of an enum, in any case, with spaces or underscores. */
export const word = <W extends string>(words: Record<W, W>) =>
  field((value) => {
    const read = readWord(value, words);
    if (read === null) throw new FieldFault('is missing');
    return read;
  });

export const optionalWord = <W extends string>(words: Record<W, W>) => field((value) => readWord(value, words));

const FLAGS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);
const COMPLIANCE = new Map([...FLAGS, ['compliant', true], ['non-compliant', false]]);

/** Compliant or not; null where it is not known. */
export const compliance = () => field((value) => readFlag(value, COMPLIANCE));

/** True or false, as JSON or as a word; null for nothing. Throws FieldFault. */
export function readFlag(value: unknown, flags: ReadonlyMap<string, boolean> = FLAGS): boolean | null {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'number' ? String(value) : value;
  if (isNothing(typeof text === 'string' ? text.trim() : text)) return null;
  if (typeof text !== 'string') throw new FieldFault(`is ${kindOf(text)}, not true or false`);
  const flag = flags.get(text.trim().toLowerCase());
  if (flag === undefined) throw new FieldFault(`${quote(text)} is none of ${[...flags.keys()].join(', ')}`);
  return flag;
}

function readWord<W extends string>(value: unknown, words: Record<W, W>): W | null {
  const text = typeof value === 'string' ? value.trim() : value;
  if (isNothing(text)) return null;
  if (typeof text !== 'string') throw new FieldFault(`is ${kindOf(text)}, not a text`);
  if (Object.hasOwn(words, text)) return text as W;
  const found = text.toUpperCase().replaceAll(' ', '_');
  if (Object.hasOwn(words, found)) return found as W;
  throw new FieldFault(`${quote(text)} is none of ${Object.keys(words).join(', ')}`);
}
