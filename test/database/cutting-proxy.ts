import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How a commit is lost: before the server has it, with the transaction left open for a while or not; after the server has
 * done it; or on its way, so that it is done when the client has long given up.
 */
export type Loss = 'before' | 'before, left open' | 'after' | 'on its way';

/** A COMMIT as MySQL's protocol sends it: its length, its number, COM_QUERY and the text. */
const COMMIT = Buffer.from('\x07\x00\x00\x00\x03COMMIT', 'latin1');

/** How long a connection that the client has lost goes on to the server, in milliseconds: within what the server lets it idle. */
const LEFT_OPEN = 1_500;

/** Stands between the program and a database server, and cuts the connection at the commits that it is told to. */
export class CuttingProxy {
  readonly #losses: Loss[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #target: number;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((client) => this.#connect(client));
  }

  static async start(target: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  /** Loses the next commits, one in each of these ways. */
  lose(...losses: Loss[]): void {
    this.#losses.push(...losses);
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #connect(client: Socket): void {
    const server = createConnection(this.#target, '127.0.0.1');
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => this.#sockets.delete(socket));
    }
    let isCut = false;
    client.on('data', (bytes) => {
      const loss = bytes.equals(COMMIT) ? this.#losses.shift() : undefined;
      if (!loss) return void server.write(bytes);
      isCut = true;
      this.#cut(loss, bytes, client, server);
    });
    server.on('data', (bytes) => isCut || client.write(bytes));
    client.on('close', () => isCut || server.destroy());
    server.on('close', () => client.destroy());
  }

  async #cut(loss: Loss, commit: Buffer, client: Socket, server: Socket): Promise<void> {
    if (loss === 'after') {
      server.write(commit);
      await once(server, 'data');
      client.destroy();
    } else {
      client.destroy();
      if (loss !== 'before') await sleep(LEFT_OPEN);
      if (loss === 'on its way') {
        server.write(commit);
        await once(server, 'data');
      }
    }
    server.destroy();
  }
}
