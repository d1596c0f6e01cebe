import { readFileSync } from 'node:fs';

/** The file that a setting names. @throws Error that says which setting and why */
export function readPem(setting: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`${setting}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`, { cause: error });
  }
}

/** The certificate and key that the settings name, in PEM. */
export function readCertificate(tls: { certFile: string; keyFile: string }): { cert: Buffer; key: Buffer } {
  return { cert: readPem('TLS_CERT_FILE', tls.certFile), key: readPem('TLS_KEY_FILE', tls.keyFile) };
}
