import { type IncomingMessage, request } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Run } from './run.js';

const HEADERS_MS = 5_000;
const BODY_MS = 2_000;
const MAX_HEADERS = 16 * 1_024;
const MAX_BODY = 64 * 1_024;

/** An HTTP answer, or the beginning of one. */
export interface Answer {
  readonly status: number;
  /** The Date header. */
  readonly date: string | undefined;
  /** When the headers had come, in milliseconds. */
  readonly receivedAt: number;
  /** The headers and the first 64 KB of the body, one character a byte. */
  readonly text: string;
}

/** Asks for `/` over an open connection; the code of the error where no answer came, undefined where it took too long. */
export async function ask(socket: TLSSocket, host: string, run: Run): Promise<Answer | string | undefined> {
  const response = await run.within(HEADERS_MS, asking(socket, host));
  if (typeof response !== 'object') return response;
  const receivedAt = Date.now();
  const parts: Buffer[] = [];
  await run.within(BODY_MS, readInto(parts, response));
  return {
    status: response.statusCode!,
    date: response.headers.date,
    receivedAt,
    text: [...response.rawHeaders, Buffer.concat(parts).toString('latin1', 0, MAX_BODY)].join('\n'),
  };
}

/** The answer as soon as its headers are there. It is not followed where it says that the page is elsewhere. */
function asking(socket: TLSSocket, host: string): Promise<IncomingMessage | string> {
  return new Promise((resolve) => {
    const sent = request({
      createConnection: () => socket,
      path: '/',
      headers: { host, accept: 'text/html', connection: 'close' },
      maxHeaderSize: MAX_HEADERS,
    });
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    sent.once('response', resolve);
    sent.once('close', () => resolve(''));
    sent.end();
  });
}

function readInto(parts: Buffer[], response: IncomingMessage): Promise<true> {
  return new Promise((resolve) => {
    let length = 0;
    response.on('data', (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (length >= MAX_BODY) response.destroy();
    });
    response.on('error', () => {});
    response.once('close', () => resolve(true));
  });
}
