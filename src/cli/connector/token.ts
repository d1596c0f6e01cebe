import { readFile } from 'node:fs/promises';
import { ConnectorError } from './connector-error.js';

/** The token that was given, or the content of the file that was named. Throws ConnectorError where there is neither. */
export async function tokenFrom(token: string | undefined, file: string | undefined): Promise<string> {
  if (file !== undefined) return (await readFile(file, 'utf8')).trim();
  if (token?.trim()) return token.trim();
  throw new ConnectorError(
    'No token. Put it into the environment as PAM_GATEWAY_TOKEN, or name a file with --token-file.',
  );
}
