import { isSwitchOfFraming, MAX_BEGINNING_LENGTH, mayShareDigits, readBeginning } from './octet-count.js';

/** Bytes of one message that are kept. RFC 5424 asks for 2,048, real senders cut at 8 KiB; UDP carries less than this. */
export const MAX_MESSAGE_BYTES = 64 * 1024;

/** One message of a stream. */
export interface Frame {
  readonly bytes: Buffer;
  /** Bytes that came: more than `bytes` has where the message was too long. */
  readonly size: number;
  /** Whether the stream ended within it. */
  readonly isBroken: boolean;
  /** Whether its octet count is wrong: it lacks its end, or has a part of the next message. */
  readonly isMiscounted?: true;
}

/** Pieces of a message that stand apart: a sender that writes byte by byte would have each cost a hundred times itself. */
const MAX_PIECES = 64;

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

/**
 * Cuts a TCP stream into messages (RFC 6587): by octet counting where a message begins like '123 <4', else at a line feed
 * or NUL. However the stream is cut into chunks, the messages are the same.
 *
 * After a counted message only a count may follow (RFC 6587, section 3.4.1). Anything else means that a count is wrong:
 * where the next message begins is unknown then, so `isMiscounted` is set and nothing more is read. A counted message is
 * held back until the message behind it has come whole and the next count was seen, or `release` is called because nothing has
 * come for a while: a count that is off by one may take a digit of the next count, or leave one to it, and show only there.
 */
export class FrameSplitter {
  /** The beginning of a message of which it cannot be said yet how it is framed. */
  #undecided: Buffer | undefined;
  #open: Open | undefined;
  #held: Frame | undefined;
  /** The counted message before the one that is held or open. */
  #before: Frame | undefined;
  /** The count of the message that is held or open. */
  #octets = 0;
  #isCounted = false;
  #isMiscounted = false;

  /** How many buffers hold what has come of a message that is not whole. */
  get pieces(): number {
    return this.#open?.pieces.length ?? 0;
  }

  /** Whether an octet count was found to be wrong. */
  get isMiscounted(): boolean {
    return this.#isMiscounted;
  }

  /** Whether `release` may have messages to give. */
  get isHolding(): boolean {
    return !this.incomplete && (this.#held !== undefined || (this.#isCounted && this.#undecided !== undefined));
  }

  /** The counted message that has not come whole yet, if there is one. */
  get incomplete(): object | undefined {
    return this.#open?.lacks === undefined ? undefined : this.#open;
  }

  /** The messages that are known to end in this chunk. */
  push(chunk: Buffer): Frame[] {
    const data = this.#undecided ? Buffer.concat([this.#undecided, chunk]) : chunk;
    return this.#read(data, false);
  }

  /** The messages that were held back. To be called when nothing has come for a moment. */
  release(): Frame[] {
    const frames = this.#undecided && this.#isCounted ? this.#read(this.#undecided, true) : [];
    if (this.incomplete) return frames;
    this.#pushHeld(frames);
    this.#pushBefore(frames);
    return frames;
  }

  /** What has come of a counted message that does not get whole: its count is taken to be wrong. */
  giveUp(): Frame[] {
    const open = this.#open;
    if (open?.lacks === undefined) return [];
    const frames: Frame[] = [];
    const frame = frameOf(open, false);
    this.#pushJudged(frames, frame);
    this.#stop();
    return [...frames, { ...frame, isMiscounted: true }];
  }

  /**
   * The messages that the stream ended in. A last line needs no line feed where the sender closed the connection in
   * order; a counted message that lacks octets is broken in any case, and its count wrong if the connection was closed in
   * order.
   */
  end(inOrder: boolean): Frame[] {
    const frames = this.release();
    const open = this.#open;
    const undecided = this.#undecided;
    const isCounted = open ? open.lacks !== undefined : this.#isCounted;
    this.#open = this.#undecided = undefined;
    if (open) {
      const frame = frameOf(open, isCounted || !inOrder);
      if (isCounted && inOrder) {
        this.#isMiscounted = true;
        this.#pushJudged(frames, frame);
      } else this.#pushBefore(frames);
      frames.push(frame);
    } else if (undecided && !isCounted) {
      frames.push({ bytes: undecided, size: undecided.length, isBroken: !inOrder });
    }
    return frames;
  }

  /** Reads the next bytes. `isQuiet` says that no more follow for now, so the framing is decided from these. */
  #read(data: Buffer, isQuiet: boolean): Frame[] {
    this.#undecided = undefined;
    const frames: Frame[] = [];
    const nuls = new Search(data, NUL);
    for (let at = 0; at < data.length && !this.#isMiscounted; ) {
      if (!this.#open) {
        at = afterTrailers(data, at);
        if (at === data.length) break;
        const beginning = readBeginning(data, at);
        if (!beginning || (this.#needsMore(beginning.octets, data.length - at) && !isQuiet)) {
          this.#undecided = data.subarray(at);
          break;
        }
        if (this.#isWrong(beginning.octets)) {
          this.#miscounted(data, at, frames);
          break;
        }
        this.#pushHeld(frames);
        this.#isCounted ||= beginning.octets !== undefined;
        this.#octets = beginning.octets ?? 0;
        this.#open = { pieces: [], kept: 0, size: 0, lacks: beginning.octets };
        at = beginning.at;
      }
      at = this.#open.lacks === undefined ? this.#takeLine(data, at, nuls, frames) : this.#takeCounted(data, at);
    }
    return frames;
  }

  /** Whether more of what follows a counted message has to be seen, to tell which of the two has a wrong count. */
  #needsMore(octets: number | undefined, length: number): boolean {
    return this.#isCounted && octets === undefined && length < MAX_BEGINNING_LENGTH;
  }

  #isWrong(octets: number | undefined): boolean {
    return octets === undefined ? this.#isCounted : Number.isNaN(octets);
  }

  /** Where a message should begin at `at`, something else does. */
  #miscounted(data: Buffer, at: number, frames: Frame[]): void {
    const held = this.#held;
    const next = data.subarray(at);
    if (held) {
      this.#pushJudged(frames, held, next);
      const isWhole = isSwitchOfFraming(next) && !mayShareDigits(held.bytes, next);
      frames.push(isWhole ? held : { ...held, isMiscounted: true });
    }
    this.#stop();
  }

  #stop(): void {
    this.#isMiscounted = true;
    this.#open = this.#held = this.#before = this.#undecided = undefined;
  }

  /** The message that is held becomes the one before. */
  #pushHeld(frames: Frame[]): void {
    if (!this.#held) return;
    this.#pushBefore(frames);
    this.#before = this.#held;
    this.#held = undefined;
  }

  #pushBefore(frames: Frame[]): void {
    if (this.#before) frames.push(this.#before);
    this.#before = undefined;
  }

  /** The message before one whose count is wrong: its own may be the one that is, if the two can share digits. */
  #pushJudged(frames: Frame[], { bytes }: Frame, next?: Buffer): void {
    const before = this.#before;
    if (!before) return;
    const following = Buffer.concat([Buffer.from(`${this.#octets} `), bytes, ...(next ? [next] : [])]);
    // One that did not come whole has no digit too few in its count.
    const border = next ? before.bytes : Buffer.alloc(0);
    frames.push(mayShareDigits(border, following) ? { ...before, isMiscounted: true } : before);
    this.#before = undefined;
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

  #takeCounted(data: Buffer, at: number): number {
    const open = this.#open!;
    const end = Math.min(at + open.lacks!, data.length);
    keep(open, data.subarray(at, end));
    open.lacks! -= end - at;
    if (open.lacks === 0) {
      this.#held = frameOf(open, false);
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

/** What some senders put behind a message, counted or not. */
function afterTrailers(data: Buffer, at: number): number {
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
  if (open.pieces.length === MAX_PIECES) open.pieces = [Buffer.concat(open.pieces)];
}

function frameOf({ pieces, size }: Open, isBroken: boolean): Frame {
  return { bytes: pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces), size, isBroken };
}
