import { quote } from '../../lib/quote.js';

const MAX_ITEMS = 20;
const MAX_NAME_LENGTH = 100;

/** What stands in a list, for people: the first twenty, and how many more there are. 'none' of an empty list. */
export function inWords(list: readonly string[]): string {
  if (list.length === 0) return 'none';
  const more = list.length > MAX_ITEMS ? ` and ${list.length - MAX_ITEMS} more` : '';
  return list.slice(0, MAX_ITEMS).join(', ') + more;
}

/** As `inWords`, each name in quotation marks, since there may be a comma in it. */
export function quotedInWords(named: readonly { readonly name: string }[]): string {
  return inWords(named.map(({ name }) => quote(name, MAX_NAME_LENGTH)));
}
