import { detectProtocol, isBinary, type OtherProtocol } from './detect-protocol.js';
import { type Frame, FrameSplitter } from './frame-splitter.js';

/** Reads the stream of one connection, until something in it is no syslog. */
export class StreamReader {
  readonly #splitter = new FrameSplitter();
  /** The first bytes, while it cannot be said yet whether they are syslog. */
  #beginning: Buffer | undefined = Buffer.alloc(0);
  #foreign: OtherProtocol | undefined;

  /** Why the connection must be closed; undefined if it need not. Nothing more is read then. */
  get error(): OtherProtocol | 'octet_count' | undefined {
    return this.#foreign ?? (this.#splitter.isMiscounted ? 'octet_count' : undefined);
  }

  /** Whether `release` may have messages to give. */
  get isHolding(): boolean {
    return this.#splitter.isHolding;
  }

  /** The counted message that has not come whole yet, if there is one. */
  get incomplete(): object | undefined {
    return this.#splitter.incomplete;
  }

  push(chunk: Buffer): Frame[] {
    if (this.error) return [];
    if (!this.#beginning) return this.#syslogOf(this.#splitter.push(chunk));
    return this.#begin(this.#beginning.length > 0 ? Buffer.concat([this.#beginning, chunk]) : chunk, false);
  }

  /** The messages that were held back. To be called when nothing has come for a moment. */
  release(): Frame[] {
    return this.#syslogOf(this.#splitter.release());
  }

  /** What has come of a counted message that does not get whole. */
  giveUp(): Frame[] {
    return this.#syslogOf(this.#splitter.giveUp());
  }

  /** The messages that the stream ended in; `inOrder` if the sender has closed it. */
  end(inOrder: boolean): Frame[] {
    const begun = this.#beginning ? this.#begin(this.#beginning, true) : [];
    return [...begun, ...this.#syslogOf(this.#splitter.end(inOrder))];
  }

  #begin(bytes: Buffer, isWhole: boolean): Frame[] {
    const protocol = detectProtocol(bytes, isWhole);
    if (protocol === 'undecided') {
      this.#beginning = bytes;
      return [];
    }
    this.#beginning = undefined;
    if (protocol === 'syslog') return this.#syslogOf(this.#splitter.push(bytes));
    this.#foreign = protocol;
    return [];
  }

  /** The messages before the first that is binary. */
  #syslogOf(frames: Frame[]): Frame[] {
    if (this.#foreign) return [];
    const binary = frames.findIndex(({ bytes }) => isBinary(bytes));
    if (binary < 0) return frames;
    this.#foreign = 'binary';
    return frames.slice(0, binary);
  }
}
