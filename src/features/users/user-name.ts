import { quote } from '../../lib/quote.js';

/** The most characters of a user name. */
export const LONGEST_USER_NAME = 255;

/** A user name in quotation marks for a message, the whole of it. */
export function quotedUserName(userName: string): string {
  return quote(userName, LONGEST_USER_NAME);
}

/** What is said where no user account has a name. */
export function noUserNamed(userName: string): string {
  return `there is no user account ${quotedUserName(userName)}`;
}
