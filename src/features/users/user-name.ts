import { INVISIBLE } from '../../lib/invisible.js';
import { plainText } from '../../lib/plain-text.js';
import { quote } from '../../lib/quote.js';

/** The most characters of a user name. */
export const MAX_USER_NAME_LENGTH = 255;

/** The operator of what the gateway does by itself, or by the command line. */
export const SYSTEM = 'System';

/** The operator of what somebody did who is not known. */
export const UNKNOWN = 'Unknown';

/** Begins the name of an ingest token as an operator. */
export const INGEST_TOKEN = 'ingest:';

/** A user name in quotation marks for a message, the whole of it. */
export function quotedUserName(userName: string): string {
  return quote(userName, MAX_USER_NAME_LENGTH);
}

/** The description of arguments that say which user account of a name is meant. */
export const SOURCE_OF_USER = 'The source of the user account. Needed only if several sources have the name.';

/** The message if no user account has a name, or none of the source that was given. */
export function noUserNamed(userName: string, source: string | null = null): string {
  const ofSource = source === null ? '' : ` of the source ${quote(source, 64)}`;
  return `there is no user account ${quotedUserName(userName)}${ofSource}`;
}

/** What is wrong with a user name, as a message; undefined if nothing is. Names are told apart by eye. */
export function userNameError(userName: string): string | undefined {
  const plain = plainText(userName);
  if ([SYSTEM, UNKNOWN].some((name) => plain === plainText(name)) || plain.startsWith(INGEST_TOKEN)) {
    return `userName: ${quotedUserName(userName)} is a name that the gateway uses for itself: choose another one in the source`;
  }
  const [invisible] = INVISIBLE.exec(userName) ?? [];
  if (invisible === undefined) return undefined;
  const code = `U+${invisible.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
  return `userName: ${quotedUserName(userName)} has an invisible or control character (${code}): remove it in the source`;
}
