import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { errorBody } from './errors.js';
import { newRequestId } from './log.js';
import type { SecurityHeaders } from './security-headers.js';

const answers: Record<string, [status: number, message: string]> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request took too long to come'],
  HPE_HEADER_OVERFLOW: [431, 'the headers and the address of the request are too long: send a long query by POST'],
};

/**
 * Makes the handler of input that never became a request: not HTTP, too slow, or too long before its body. Nothing of it is
 * logged, since it may contain a token.
 */
export function clientErrorHandler(headers: SecurityHeaders) {
  return (error: Error & { code?: string }, socket: Socket) => answerClientError(error, socket, headers);
}

function answerClientError(error: Error & { code?: string }, socket: Socket, headers: SecurityHeaders): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const [status, message] = answers[error.code ?? ''] ?? [400, 'this is not an HTTP request'];
  const body = JSON.stringify(errorBody(message, 'BAD_REQUEST'));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${newRequestId()}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}
