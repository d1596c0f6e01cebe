import { quote } from '../../../lib/quote.js';
import { FieldError, field, isNothing } from './field.js';

/** The length of names. */
const NAME_LENGTH = 255;
/** For a text that is cut, and says so, if its column cannot hold it. */
export const CUT_IF_TOO_LONG = Number.POSITIVE_INFINITY;

/** A text that must be there, kept as it is, of at most `limit` characters. */
export const text = (limit = NAME_LENGTH) => field((value) => requiredText(value, limit));

export const optionalText = (limit = NAME_LENGTH) => field((value) => optional(readText(value, limit)));

/** A text, or a whole number that stands for its digits. */
export const id = () => field((value) => required(readText(digitsOf(value), NAME_LENGTH)));

export const optionalId = (limit = NAME_LENGTH) => field((value) => optional(readText(digitsOf(value), limit)));

/** As `readText`, of a text that must be there. */
export function requiredText(value: unknown, limit: number): string {
  return required(readText(value, limit));
}

/** A text as it is, empty if there is none. Throws FieldError. */
export function readText(value: unknown, limit: number): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new FieldError(`is ${kindOf(value)}, not a text`);
  if (value.includes('\0')) throw new FieldError('holds a NUL character');
  const whole = value.replace(/\p{Surrogate}/gu, '\ufffd');
  const length = whole.length <= limit ? whole.length : codePointsIn(whole);
  if (length > limit) throw new FieldError(`is longer than ${limit} characters: it has ${length}`);
  return whole;
}

/** Counts the characters of a well-formed text, which may be very long. */
function codePointsIn(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit < 0xdc00) count--;
  }
  return count;
}

/** What sort of value JSON holds, for a message. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value === 'string' ? 'text' : typeof value}`;
}

function required(value: string): string {
  if (value.trim() === '') throw new FieldError('is missing');
  return value;
}

function optional(value: string): string | null {
  return isNothing(value.trim()) ? null : value;
}

function digitsOf(value: unknown): unknown {
  if (typeof value !== 'number') return value;
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
  throw new FieldError(`${quote(String(value))} is not a whole number that JSON keeps exactly: write it as a text`);
}
