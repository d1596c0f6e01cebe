import 'reflect-metadata';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer as webServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { expect } from 'vitest';
import { portRefusal } from '../../../../src/features/integration/diagnostics/ports.js';
import {
  connectionChecks,
  type TestOptions,
  testConnection,
} from '../../../../src/features/integration/diagnostics/test-connection.js';

/** Stands in everything that a peer of these tests sends: header, body and certificate. */
export const MARKER = 'PEER-MARKER';

/** What each check says, its status before it. */
export type Findings = Record<(typeof connectionChecks)[number], string>;

/** A file of `tls/`, which `tls/make.sh` made. */
export function pem(name: string): string {
  return readFileSync(new URL(`tls/${name}.pem`, import.meta.url), 'utf8');
}

export const key = pem('key');
export const authority = pem('authority');

/** A web server with a certificate and those that it sends with it. */
export function https(certificates: readonly string[], listener: RequestListener = analyticsPlus): Server {
  return webServer({ key, cert: certificates.map(pem).join('') }, listener);
}

export const analyticsPlus: RequestListener = (_, response) => {
  response.setHeader('x-marker', MARKER);
  response.end(`<title>ManageEngine Analytics Plus</title>${MARKER}<script>{"buildNumber":"6100"}</script>`);
};

/** Tests the connection to a server, then stops it; fails if bytes of it come through or a connection is left open. */
export async function examine(
  server: Server,
  hostName = 'localhost',
  options: TestOptions = { allowLoopback: true, ca: authority },
): Promise<Findings> {
  const { portNumber, connections } = await listen(server);
  try {
    const findings = await findingsOf({ hostName, portNumber }, options);
    await Promise.all([...connections].map((socket) => socket.closed || once(socket, 'close')));
    return findings;
  } finally {
    await stop(server, connections);
  }
}

export async function findingsOf(
  target: { hostName: string; portNumber: number },
  options: TestOptions = { allowLoopback: true },
): Promise<Findings> {
  const checks = await testConnection(target, options);
  expect(checks.map(({ name }) => name)).toEqual(connectionChecks);
  expect(checks.map(({ detail }) => detail).join('\n')).not.toContain(MARKER);
  return Object.fromEntries(checks.map(({ name, status, detail }) => [name, `${status} ${detail}`])) as Findings;
}

/** Listens on a free port that may be connected to, and keeps what connects. */
export async function listen(server: Server): Promise<{ portNumber: number; connections: Set<Socket> }> {
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => connections.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const portNumber = (server.address() as AddressInfo).port;
  if (!portRefusal(portNumber)) return { portNumber, connections };
  await stop(server, connections);
  return listen(server);
}

export async function stop(server: Server, connections: Set<Socket>): Promise<void> {
  for (const socket of connections) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}
