import { INVISIBLE } from '../../lib/invisible.js';
import { quote } from '../../lib/quote.js';
import { holdsToken } from '../../lib/token.js';
import { OWN_SOURCE } from '../audits/activity-log.js';

const MAX_LENGTH = 64;

/** What is wrong with the name of a source, said for people; undefined where nothing is. */
export function sourceError(name: string): string | undefined {
  if (name === OWN_SOURCE) return `${OWN_SOURCE} stands for this gateway itself: take another name`;
  return labelError(name);
}

/** What is wrong with a name for a source or a token: it is shown, and told from others by eye. */
export function labelError(name: string): string | undefined {
  const characters = [...name].length;
  if (holdsToken(name)) return 'this is a token: write a name';
  if (name.trim() === '' || characters > MAX_LENGTH) return `it must have 1 to ${MAX_LENGTH} characters`;
  if (name !== name.trim()) return `${quote(name, MAX_LENGTH)} has a space at its end: leave it out`;
  if (INVISIBLE.test(name))
    return `${quote(name, MAX_LENGTH)} has a control character or an invisible one: leave it out`;
  return undefined;
}
