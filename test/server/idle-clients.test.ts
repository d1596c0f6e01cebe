import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { cutIdleClients } from '../../src/server/idle-clients.js';

/** Milliseconds; a client is cut after six of them. */
const STEP = 100;

let app: FastifyInstance;
let aborted: Promise<unknown>;

afterEach(() => app.close());

async function open(transport: 'http' | 'https'): Promise<Socket> {
  const read = (name: string) => readFileSync(`test/server/tls/${name}.pem`);
  const https = { key: read('key'), cert: read('certificate') };
  app = fastify({ connectionTimeout: STEP, ...(transport === 'https' && { https }) } as object) as never;
  cutIdleClients(app, STEP);
  const mebibyte = Buffer.alloc(1024 * 1024, 'x');
  app.get('/endless', (_request, reply) => {
    aborted = once(reply.raw, 'close').then(() => ({ finished: reply.raw.writableFinished }));
    const parts = function* () {
      for (;;) yield mebibyte;
    };
    return reply.send(Readable.from(parts()));
  });
  const url = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const address = { host: '127.0.0.1', port: Number(url.port) };
  const socket = transport === 'https' ? connectTls({ ...address, rejectUnauthorized: false }) : connect(address);
  await once(socket, transport === 'https' ? 'secureConnect' : 'connect');
  socket.on('error', () => {});
  socket.write('GET /endless HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'readable');
  return socket;
}

test.each(['http', 'https'] as const)('a client that never reads is cut, over %s', async (transport) => {
  const socket = await open(transport);
  expect(await aborted).toEqual({ finished: false });
  socket.destroy();
});

test.each(['http', 'https'] as const)('a client that reads slowly is waited for, over %s', async (transport) => {
  const socket = await open(transport);
  let isCut = false;
  void aborted.then(() => {
    isCut = true;
  });
  let bytes = 0;
  const parts = socket.iterator({ destroyOnReturn: false });
  for (let read = 0; read < 8; read++) {
    await sleep(2 * STEP);
    for (const end = bytes + 4 * 1024 * 1024; bytes < end; ) bytes += ((await parts.next()).value as Buffer).length;
  }
  expect(isCut).toBe(false);
  socket.destroy();
  await aborted;
});
