import type { TLSSocket } from 'node:tls';
import type { Reason } from './refusals.js';

/** What OpenSSL says of senders that do not speak TLS, and of those that show no certificate. */
const REASONS: Readonly<Record<string, Reason>> = {
  ERR_SSL_HTTP_REQUEST: 'http',
  ERR_SSL_HTTPS_PROXY_REQUEST: 'http',
  ERR_SSL_WRONG_VERSION_NUMBER: 'plain_text',
  ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE: 'certificate',
};

/** Why a handshake failed. */
export function handshakeError({ code }: NodeJS.ErrnoException, { authorizationError }: TLSSocket): Reason {
  // It is set if the certificate was read, and is of none of the authorities.
  return REASONS[code ?? ''] ?? (authorizationError ? 'certificate' : 'handshake');
}
