import { readFileSync } from 'node:fs';

/** The file that a setting names. @throws Error that says which setting and why */
export function readPem(setting: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`${setting}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}
