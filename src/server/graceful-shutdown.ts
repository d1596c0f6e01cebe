import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';

/** Milliseconds in which a request may still come that was on its way when the stop began. */
const ON_ITS_WAY = 250;

/**
 * While the server stops, no client keeps its connection: one that waits for nothing loses it in a moment, the others after
 * their answers, and are told so where the headers are not out yet.
 *
 * Node takes a connection for idle as soon as its answer was handed over, and would cut off what a slow client has not
 * read yet; and it waits for those that become idle later. So the connections are counted here.
 */
export function closeConnectionsOnShutdown(app: FastifyInstance): void {
  const answering = new Map<Socket, number>();
  let stopping = false;

  app.server.on(app.server instanceof TlsServer ? 'secureConnection' : 'connection', (socket: Socket) => {
    answering.set(socket, 0);
    socket.once('close', () => answering.delete(socket));
  });
  app.server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    answering.set(socket, (answering.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (answering.get(socket) ?? 1) - 1;
      if (!socket.destroyed) answering.set(socket, left);
      if (stopping && left === 0) socket.end();
    });
  });
  const closeIdle = (): void => {
    for (const [socket, answers] of answering) if (answers === 0) socket.destroy();
  };
  // `close` of the server calls it. What came while this process was busy is read before the connections are closed.
  app.server.closeIdleConnections = () => {
    setTimeout(() => setImmediate(closeIdle), ON_ITS_WAY);
  };
  app.addHook('preClose', async () => {
    stopping = true;
  });
  app.addHook('onSend', (_request, reply, _body, done) => {
    if (stopping) reply.header('connection', 'close');
    done();
  });
}
