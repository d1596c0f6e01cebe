import { INVISIBLE } from './invisible.js';

const INVISIBLES = new RegExp(INVISIBLE.source, 'gu');

/** A name as it is read at a glance: in lower case, with compatible characters and spaces made alike, and without invisible ones. */
export function plainText(text: string): string {
  const visible = text
    .normalize('NFKC')
    .replace(/[\s_]+/gu, ' ')
    .replace(INVISIBLES, '');
  return visible.toLowerCase().trim();
}
