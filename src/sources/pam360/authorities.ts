import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** The certificates, in PEM, of the file that PAM_CA_FILE names. @throws Error that says what is wrong with it */
export async function readAuthorities(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`PAM_CA_FILE: ${file} cannot be read (${error.code})`);
  });
  try {
    new X509Certificate(text);
  } catch {
    throw new Error(`PAM_CA_FILE: ${file} has no certificate in PEM`);
  }
  return text;
}
