import { quote } from './quote.js';

/** Where to listen, and how. */
export interface ListenAddress {
  readonly transport: 'udp' | 'tcp' | 'tls';
  /** A name or an address; of IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** As it was written, as in tcp://127.0.0.1:5514 */
  readonly text: string;
}

const FORM = 'write it like udp://127.0.0.1:5514, tcp://127.0.0.1:5514 or tls://[::]:6514';

/** Reads an address to listen at. @throws Error that says what was wrong, and what to write instead */
export function parseListenAddress(text: string): ListenAddress {
  const [, transport, rest] = /^([a-z]+):\/\/(.*)$/i.exec(text) ?? [];
  if (!transport || rest === undefined) throw new Error(`${quote(text)} is no address to listen at: ${FORM}`);
  if (!isTransport(transport)) throw new Error(`${quote(text)}: ${transport} is none of udp, tcp and tls: ${FORM}`);
  const [, host, port] = /^(\[[\da-f:.]+\]|[^\s:/?#[\]@]+):(\d{1,6})$/i.exec(rest) ?? [];
  if (!host || !port) throw new Error(`${quote(text)} has no host and port: ${FORM}`);
  if (Number(port) < 1 || Number(port) > 65_535) {
    throw new Error(`${quote(text)}: there is no port ${port}: they go from 1 to 65535`);
  }
  return { transport, host: host.replace(/[[\]]/g, ''), port: Number(port), text };
}

function isTransport(text: string): text is ListenAddress['transport'] {
  return ['udp', 'tcp', 'tls'].includes(text);
}
