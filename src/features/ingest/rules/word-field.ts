import { quote } from '../../../lib/quote.js';
import { FieldError, field, isNothing } from './field.js';
import { foldWord, meaningOf, type Words } from './product-words.js';
import { kindOf } from './text-field.js';

/** One word of an enum, or of the PAM products for the same, in any case, with spaces, underscores or hyphens. */
export const word = <W extends string>(words: Words<W>) =>
  field((value) => {
    const read = readWord(value, words);
    if (read === null) throw new FieldError('is missing');
    return read;
  });

export const optionalWord = <W extends string>(words: Words<W>) => field((value) => readWord(value, words));

const FLAGS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);
const COMPLIANCE = new Map([...FLAGS, ['compliant', true], ['non-compliant', false], ['not compliant', false]]);

/** Compliant or not; null where it is not known. */
export const compliance = () => field((value) => readFlag(value, COMPLIANCE));

/** True or false, as JSON or as a word; null for nothing. Throws FieldError. */
export function readFlag(value: unknown, flags: ReadonlyMap<string, boolean> = FLAGS): boolean | null {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'number' ? String(value) : value;
  if (isNothing(typeof text === 'string' ? text.trim() : text)) return null;
  if (typeof text !== 'string') throw new FieldError(`is ${kindOf(text)}, not true or false`);
  const folded = foldWord(text);
  const flag = [...flags].find(([word]) => foldWord(word) === folded)?.[1];
  if (flag === undefined) throw new FieldError(`${quote(text)} is none of ${[...flags.keys()].join(', ')}`);
  return flag;
}

function readWord<W extends string>(value: unknown, words: Words<W>): W | null {
  const text = typeof value === 'string' ? value.trim() : value;
  if (isNothing(text)) return null;
  if (typeof text !== 'string') throw new FieldError(`is ${kindOf(text)}, not a text`);
  const meaning = meaningOf(text, words);
  if (meaning !== undefined) return meaning;
  throw new FieldError(`${quote(text)} is none of ${words.own.join(', ')}`);
}
