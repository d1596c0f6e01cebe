/** Bytes of one message that are kept. RFC 5424 asks for 2,048, real senders cut at 8 KiB; UDP carries less than this. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** One message of a stream. */
export interface Frame {
  readonly bytes: Buffer;
  /** Bytes that came: more than `bytes` has where the message was too long. */
  readonly size: number;
  /** Whether the stream ended within it. */
  readonly isBroken: boolean;
}

/** Pieces of a message that stand apart: a sender that writes byte by byte would have each cost a hundred times itself. */
const MOST_PIECES = 64;

/** A message whose end has not come yet. */
interface Open {
  pieces: Buffer[];
  kept: number;
  size: number;
  /** Octets that a counted message still lacks; undefined where a line feed ends it. */
  lacks: number | undefined;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const NUL = 0x00;
const SPACE = 0x20;
const LESS_THAN = 0x3c;
const MOST_DIGITS = 7;

/**
 * Cuts a TCP stream into messages (RFC 6587): by octet counting where a message begins like '123 <', else at a line feed
 * or NUL. A sender may mix the two. However the stream is cut into chunks, the messages are the same.
 */
export class FrameSplitter {
  /** The beginning of a message of which it cannot be said yet how it is framed. */
  #undecided: Buffer | undefined;
  #open: Open | undefined;

  /** How many buffers hold what has come of a message that is not whole. */
  get pieces(): number {
    return this.#open?.pieces.length ?? 0;
  }

  /** The messages that end in this chunk. */
  push(chunk: Buffer): Frame[] {
    const data = this.#undecided ? Buffer.concat([this.#undecided, chunk]) : chunk;
    this.#undecided = undefined;
    const frames: Frame[] = [];
    const nuls = new Search(data, NUL);
    for (let at = 0; at < data.length; ) {
      if (!this.#open) {
        at = behindTrailers(data, at);
        if (at === data.length) break;
        const beginning = readBeginning(data, at);
        if (!beginning) {
          this.#undecided = data.subarray(at);
          break;
        }
        this.#open = { pieces: [], kept: 0, size: 0, lacks: beginning.octets };
        at = beginning.at;
      }
      at =
        this.#open.lacks === undefined ? this.#takeLine(data, at, nuls, frames) : this.#takeCounted(data, at, frames);
    }
    return frames;
  }

  /**
   * The message that the stream ended in. A last line needs no line feed where the sender closed the connection in
   * order; a counted message that lacks octets is broken in any case.
   */
  end(inOrder: boolean): Frame[] {
    const open = this.#open;
    const undecided = this.#undecided;
    this.#open = this.#undecided = undefined;
    if (open) return [frameOf(open, open.lacks !== undefined || !inOrder)];
    return undecided ? [{ bytes: undecided, size: undecided.length, isBroken: !inOrder }] : [];
  }

  #takeLine(data: Buffer, at: number, nuls: Search, frames: Frame[]): number {
    const open = this.#open!;
    const lineFeed = data.indexOf(LINE_FEED, at);
    const nul = nuls.from(at);
    const end = lineFeed < 0 ? nul : nul < 0 ? lineFeed : Math.min(lineFeed, nul);
    keep(open, data.subarray(at, end < 0 ? data.length : end));
    if (end < 0) return data.length;
    frames.push(frameOf(open, false));
    this.#open = undefined;
    return end + 1;
  }

  #takeCounted(data: Buffer, at: number, frames: Frame[]): number {
    const open = this.#open!;
    const end = Math.min(at + open.lacks!, data.length);
    keep(open, data.subarray(at, end));
    open.lacks! -= end - at;
    if (open.lacks === 0) {
      frames.push(frameOf(open, false));
      this.#open = undefined;
    }
    return end;
  }
}

/** Finds a byte again and again, each part of the data looked through once. */
class Search {
  #next = -1;
  #looked = false;

  constructor(
    readonly data: Buffer,
    readonly byte: number,
  ) {}

  from(at: number): number {
    if (!this.#looked || (this.#next >= 0 && this.#next < at)) {
      this.#next = this.data.indexOf(this.byte, at);
      this.#looked = true;
    }
    return this.#next;
  }
}

/** How the message at `at` is framed, and where it begins; undefined where more bytes have to be seen. */
function readBeginning(data: Buffer, at: number): { octets: number | undefined; at: number } | undefined {
  let octets = 0;
  let next = at;
  while (next < data.length && next - at < MOST_DIGITS && isDigit(data[next]!, next === at)) {
    octets = octets * 10 + data[next++]! - 0x30;
  }
  const line = { octets: undefined, at };
  if (next === at) return line;
  if (next === data.length) return undefined;
  if (data[next++] !== SPACE) return line;
  if (next === data.length) return undefined;
  return data[next] === LESS_THAN ? { octets, at: next } : line;
}

function isDigit(byte: number, first: boolean): boolean {
  return byte >= (first ? 0x31 : 0x30) && byte <= 0x39;
}

/** What some senders put behind a message, counted or not. */
function behindTrailers(data: Buffer, at: number): number {
  let next = at;
  while (next < data.length && isTrailer(data[next]!)) next++;
  return next;
}

export function isTrailer(byte: number): boolean {
  return byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === NUL;
}

function keep(open: Open, piece: Buffer): void {
  open.size += piece.length;
  const kept = piece.subarray(0, MAX_MESSAGE_BYTES - open.kept);
  if (kept.length === 0) return;
  open.pieces.push(kept);
  open.kept += kept.length;
  if (open.pieces.length === MOST_PIECES) open.pieces = [Buffer.concat(open.pieces)];
}

function frameOf({ pieces, size }: Open, isBroken: boolean): Frame {
  return { bytes: pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces), size, isBroken };
}
