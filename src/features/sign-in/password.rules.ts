import { AppError } from '../../lib/app-error.js';
import { isEasyToGuess, isMadeOfNames } from './password.strength.js';

const MIN_CHARACTERS = 12;
const MAX_CHARACTERS = 1_000;

/**
 * A password as it is hashed: the profile OpaqueString of RFC 8265, 4.2, so that the same characters match from whatever
 * keyboard they come.
 */
export function opaqueString(text: string): string {
  return text.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}

/** Whether a text may be the password of somebody, without looking at what is in it. */
export function isPasswordSized(text: string): boolean {
  return text.length <= 4 * MAX_CHARACTERS;
}

/**
 * Checks a new password, and returns it as it is hashed. `names` are those of its user: user name, full name, mail address.
 * @throws AppError BAD_USER_INPUT that says what to choose instead
 */
export async function newPassword(names: readonly string[], text: string): Promise<string> {
  const password = opaqueString(text);
  const characters = [...password].length;
  if (characters < MIN_CHARACTERS || characters > MAX_CHARACTERS) {
    throw refused(`the password has ${characters} characters: choose one of ${MIN_CHARACTERS} to ${MAX_CHARACTERS}`);
  }
  if (/[\p{Cc}\p{Cs}]/u.test(password)) {
    throw refused('the password has a control character, such as the end of a line: leave it out');
  }
  if (isMadeOfNames(password, names)) {
    throw refused(
      'the password is made of the name of its user or of the product: choose several words that have nothing to do with them',
    );
  }
  if (await isEasyToGuess(password, names)) {
    throw refused(
      'the password is easy to guess, since it is a common one, repeats itself or follows a sequence: choose several words that have nothing to do with each other, or let a password manager make one',
    );
  }
  return password;
}

function refused(message: string): AppError {
  return new AppError('BAD_USER_INPUT', message);
}
