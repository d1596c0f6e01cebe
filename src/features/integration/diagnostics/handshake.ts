import { isIP, type Socket } from 'node:net';
import { rootCertificates, type TLSSocket, connect as wrap } from 'node:tls';
import { hostHeader, type Target } from '../target.js';
import { answersInPlainHttp, type Connection } from './connect.js';
import { type Finding, fail, pass } from './finding.js';
import type { Run } from './run.js';

const HANDSHAKE_MS = 5_000;

/** The other side speaks TLS, but none that is accepted here. */
const OLD_TLS = /PROTOCOL|HANDSHAKE_FAILURE|TOO_SMALL|CIPHER|LEGACY/;

const words = {
  plain:
    'What listens on the port answers in plain HTTP: turn HTTPS on in Analytics Plus, or save the port that it uses for HTTPS.',
  late: 'The TLS handshake did not end within 5 seconds: see whether the port is the one that Analytics Plus uses for HTTPS.',
  old: 'No version or cipher of TLS is common to both sides: update Analytics Plus, so that it offers TLS 1.2 or later.',
  other: 'The TLS handshake was broken off: see whether the port is the one that Analytics Plus uses for HTTPS.',
};

/** The authorities that are trusted: those that come with Node.js, and `ca`, certificates in PEM. */
export function authorities(ca: string | undefined): string[] {
  return ca === undefined ? [...rootCertificates] : [...rootCertificates, ca];
}

/** Makes TLS of a connection, whatever the certificate is: that is judged by checks of its own. */
export async function handshake(
  { socket, address }: Connection,
  target: Target,
  ca: string | undefined,
  run: Run,
): Promise<{ finding: Finding; secured?: TLSSocket }> {
  const secured = await run.within(HANDSHAKE_MS, securing(socket, target.hostName, ca));
  if (typeof secured === 'object') return { finding: pass('The TLS handshake succeeds.'), secured };
  socket.destroy();
  if (secured !== undefined && OLD_TLS.test(secured)) return { finding: fail(words.old) };
  if (await answersInPlainHttp(address, target.portNumber, hostHeader(target), run)) {
    return { finding: fail(words.plain) };
  }
  return { finding: fail(secured === undefined ? words.late : words.other) };
}

/** The socket of TLS, or the code of the error. */
function securing(socket: Socket, hostName: string, ca: string | undefined): Promise<TLSSocket | string> {
  return new Promise((resolve) => {
    const secured = wrap({
      socket,
      ca: authorities(ca),
      // RFC 6066, 3: the name of a server is never an address.
      ...(isIP(hostName) ? {} : { servername: hostName }),
      rejectUnauthorized: false,
      // Else a wrong name would take the place of what is wrong with the chain.
      checkServerIdentity: () => undefined,
    });
    secured.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    secured.once('secureConnect', () => resolve(secured));
  });
}
