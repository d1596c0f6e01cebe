import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { UserInputError } from '../../../graphql/user-errors.js';

/**
 * The certificates, in PEM, of the file that ANALYTICS_PLUS_CA_FILE names.
 * @throws UserInputError AUTHORITIES_UNUSABLE
 */
export async function readAuthorities(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserInputError('AUTHORITIES_UNUSABLE', `ANALYTICS_PLUS_CA_FILE: ${file} cannot be read (${code})`);
  }
  try {
    new X509Certificate(text);
  } catch {
    throw new UserInputError('AUTHORITIES_UNUSABLE', `ANALYTICS_PLUS_CA_FILE: ${file} has no certificate in PEM`);
  }
  return text;
}
