import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Config } from '../config.js';
import { readPem } from './pem-file.js';

/** What the gateway shows of itself under TLS; `cert` and `key` as their files have them. */
export interface Certificate {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** RFC 3339 in UTC. */
  readonly validTo: string;
}

/**
 * The certificate and key that the settings name. Node takes any pair of files, and would then fail at each handshake.
 * @throws Error that names the setting which is wrong
 */
export function readCertificate({ certFile, keyFile }: NonNullable<Config['tls']>): Certificate {
  const cert = readPem('TLS_CERT_FILE', certFile);
  const key = readPem('TLS_KEY_FILE', keyFile);
  const certificate = parse(() => new X509Certificate(cert), `TLS_CERT_FILE: ${certFile} has no certificate in PEM`);
  const privateKey = parse(
    () => createPrivateKey(key),
    `TLS_KEY_FILE: ${keyFile} has no private key in PEM that can be read without a passphrase`,
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(`TLS_KEY_FILE: ${keyFile} has another key than that of the certificate in ${certFile}`);
  }
  return { cert, key, validTo: new Date(certificate.validTo).toISOString() };
}

/** The engine's own message says where in its code it failed, and no more. */
function parse<T>(read: () => T, problem: string): T {
  try {
    return read();
  } catch (error) {
    throw new Error(problem, { cause: error });
  }
}
