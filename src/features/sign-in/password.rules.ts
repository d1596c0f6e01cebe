import { AppError } from '../../lib/app-error.js';

const LEAST = 12;
const MOST = 1_000;

/**
 * A password as it is hashed: the profile OpaqueString of RFC 8265, 4.2, so that the same characters match from whatever
 * keyboard they come.
 */
export function opaqueString(text: string): string {
  return text.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}

/** Whether a text may be the password of somebody, without looking at what is in it. */
export function isPasswordSized(text: string): boolean {
  return text.length <= 4 * MOST;
}

/**
 * A new password, as it is hashed.
 * @throws AppError BAD_USER_INPUT that says what to choose instead
 */
export function newPassword(userName: string, text: string): string {
  const password = opaqueString(text);
  const characters = [...password].length;
  if (characters < LEAST || characters > MOST) {
    throw new AppError(
      'BAD_USER_INPUT',
      `the password has ${characters} characters: choose one of ${LEAST} to ${MOST}`,
    );
  }
  if (/[\p{Cc}\p{Cs}]/u.test(password)) {
    throw new AppError(
      'BAD_USER_INPUT',
      'the password has a control character, such as the end of a line: leave it out',
    );
  }
  if (password.toLowerCase() === opaqueString(userName).toLowerCase()) {
    throw new AppError('BAD_USER_INPUT', 'the password is the user name: choose another one');
  }
  return password;
}
