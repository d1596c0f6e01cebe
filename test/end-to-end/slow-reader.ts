import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A client that asks for a page of many megabytes, takes its first bytes, and reads no further until it is told to. */
export class SlowReader {
  readonly #socket: Socket;
  readonly #parts: Buffer[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async begin(port: number, token: string): Promise<SlowReader> {
    const socket = connect({ host: '127.0.0.1', port });
    const reader = new SlowReader(socket);
    const row = 'id occurredAt recordedAt operation operatedBy clientType ipAddress resourceName';
    const pages = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}: audits(first: 10000) { nodes { ${row} } }`);
    const body = JSON.stringify({ query: `{ ${pages.join(' ')} }` });
    const head = [
      'POST /graphql HTTP/1.1',
      'Host: gateway',
      `Authorization: Bearer ${token}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    const [first] = (await once(socket, 'data')) as [Buffer];
    socket.pause();
    reader.#parts.push(first);
    return reader;
  }

  /** Reads the rest until the server closes the connection; the body of the answer. */
  async finish(): Promise<string> {
    this.#socket.on('data', (part) => this.#parts.push(part));
    this.#socket.resume();
    await once(this.#socket, 'end');
    const answer = Buffer.concat(this.#parts).toString();
    return answer.slice(answer.indexOf('\r\n\r\n') + 4);
  }

  leave(): void {
    this.#socket.destroy();
  }
}
