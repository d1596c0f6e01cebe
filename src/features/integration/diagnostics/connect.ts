import { connect as open, type Socket } from 'node:net';
import { type Finding, fail, pass } from './finding.js';
import { portRefusal } from './ports.js';
import type { Run } from './run.js';

const CONNECT_MS = 3_000;
const PLAIN_ANSWER_MS = 2_000;

export interface Connection {
  readonly socket: Socket;
  /** The address that the socket is connected to. */
  readonly address: string;
}

/** Connects to the first of the addresses that takes a connection; they share the time. */
export async function connect(
  addresses: readonly string[],
  port: number,
  run: Run,
): Promise<{ finding: Finding; connection?: Connection }> {
  const refused = portRefusal(port);
  if (refused) return { finding: fail(`${refused}: save the port that Analytics Plus listens on.`) };
  let problem: string | undefined;
  for (const address of addresses) {
    const opened = await run.within(CONNECT_MS / addresses.length, opening(address, port, run.signal));
    if (typeof opened === 'object') {
      return { finding: pass('The port takes connections.'), connection: { socket: opened, address } };
    }
    problem = opened;
  }
  return { finding: fail(wordsOf(problem)) };
}

/**
 * Whether plain HTTP is answered there, asked for by a connection of its own: a web server without TLS may just close the
 * connection, or wait for more, when a TLS handshake comes.
 */
export async function answersInPlainHttp(address: string, port: number, host: string, run: Run): Promise<boolean> {
  const socket = await run.within(PLAIN_ANSWER_MS, opening(address, port, run.signal));
  if (typeof socket !== 'object') return false;
  socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const start = await run.within(PLAIN_ANSWER_MS, firstCharacters(socket, 'HTTP/'.length));
  return start === 'HTTP/';
}

/** A connected socket, or the code of the error. */
function opening(host: string, port: number, signal: AbortSignal): Promise<Socket | string> {
  return new Promise((resolve) => {
    const socket = open({ host, port, signal });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    socket.once('connect', () => resolve(socket));
  });
}

function firstCharacters(socket: Socket, count: number): Promise<string> {
  return new Promise((resolve) => {
    let start = '';
    socket.setEncoding('latin1').on('data', (part: string) => {
      start += part;
      if (start.length < count) return;
      socket.pause();
      resolve(start.slice(0, count));
    });
    socket.once('close', () => resolve(start));
  });
}

function wordsOf(code: string | undefined): string {
  switch (code) {
    case undefined:
    case 'ETIMEDOUT':
      return 'The port did not answer within 3 seconds: see whether a firewall stands between, and whether Analytics Plus runs.';
    case 'ECONNREFUSED':
      return 'Nothing listens on the port: start Analytics Plus, or save the port that it listens on.';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'There is no way from this gateway to the host: look at the routes and firewalls between the two.';
    default:
      return 'The connection could not be made: see whether Analytics Plus can be reached from the machine of this gateway.';
  }
}
