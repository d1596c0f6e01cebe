import { INVISIBLE } from './invisible.js';

const EACH_INVISIBLE = new RegExp(INVISIBLE, 'gu');

/** A text in quotation marks for a message: invisible characters escaped, cut to `limit` characters with an ellipsis. */
export function quote(text: string, limit = 40): string {
  const start = Array.from(text.slice(0, 2 * limit + 2));
  const cut = start.length > limit ? `${start.slice(0, limit).join('')}…` : text;
  return JSON.stringify(cut).replace(EACH_INVISIBLE, escaped);
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!.toString(16).padStart(4, '0');
  return code.length > 4 ? `\\u{${code}}` : `\\u${code}`;
}
