import { connect, type Socket } from 'node:net';

/** When an answer's first byte came and when its last, in milliseconds; the length of its body in bytes. */
export interface Timing {
  readonly firstByte: number;
  readonly whole: number;
  readonly length: number;
  /** Seconds to wait, where the server had no room for the request. */
  readonly retryAfter: number | undefined;
}

/** What a server says that wants to be asked later. */
const LATER = /^HTTP\/1\.1 (429|503) /;

const HEAD_END = '\r\n\r\n';

/** One client's connection. It reads answers that say their length, and looks at no byte of their bodies. */
export class Connection {
  readonly #socket: Socket;
  #head = '';
  /** Of the body that is being read; below 0 while its head is. */
  #left = -1;
  #length = 0;
  #retryAfter: number | undefined;
  #sentAt = 0;
  #firstByteAt = 0;
  #resolve: (timing: Timing) => void = () => {};
  #reject: (error: Error) => void = () => {};

  private constructor(port: number) {
    // One buffer a connection: the client shares the machine with what it measures.
    const buffer = Buffer.allocUnsafe(256 * 1024);
    const onread = { buffer, callback: (length: number) => this.#read(buffer.subarray(0, length)) };
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true, onread });
    this.#socket.on('error', (error) => this.#reject(error));
    this.#socket.on('close', () => this.#reject(new Error('the server closed the connection')));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const connection = new Connection(port);
      connection.#reject = reject;
      connection.#socket.once('connect', () => resolve(connection));
    });
  }

  ask(text: string): Promise<Timing> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#firstByteAt = 0;
      this.#sentAt = performance.now();
      this.#socket.write(text);
    });
  }

  close(): void {
    this.#reject = () => {};
    this.#socket.destroy();
  }

  #read(part: Buffer): boolean {
    this.#firstByteAt ||= performance.now();
    if (this.#left < 0) {
      const end = part.indexOf(HEAD_END);
      this.#head += part.toString('latin1', 0, end < 0 ? part.length : end);
      if (end < 0) return true;
      this.#begin(this.#head);
      this.#head = '';
      this.#left -= part.length - end - HEAD_END.length;
    } else {
      this.#left -= part.length;
    }
    if (this.#left === 0) this.#finish();
    return true;
  }

  #begin(head: string): void {
    const [, length] = /^content-length: (\d+)/im.exec(head) ?? [];
    this.#retryAfter = LATER.test(head) ? Number(/^retry-after: (\d+)/im.exec(head)?.[1] ?? 1) : undefined;
    if (!(head.startsWith('HTTP/1.1 200 ') || this.#retryAfter) || length === undefined) {
      this.#reject(new Error(`an answer was not taken: ${head}`));
      this.close();
      return;
    }
    this.#length = Number(length);
    this.#left = this.#length;
  }

  #finish(): void {
    this.#left = -1;
    const [firstByte, whole] = [this.#firstByteAt - this.#sentAt, performance.now() - this.#sentAt];
    this.#resolve({ firstByte, whole, length: this.#length, retryAfter: this.#retryAfter });
  }
}
