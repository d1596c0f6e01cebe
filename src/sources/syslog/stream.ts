import type { Socket } from 'node:net';
import type { Frame } from './frame-splitter.js';
import type { Intake } from './intake.js';
import type { Place } from './places.js';
import type { Draining } from './stop-streams.js';
import { StreamReader } from './stream-reader.js';

/** Milliseconds after which a silent connection is asked whether its sender is still there. */
const KEEP_ALIVE = 60_000;

/** Milliseconds without a byte after which a message is taken in without waiting for what follows it. */
const QUIET = 20;

/** Milliseconds in which a counted message has to come whole; else its count is wrong. */
const MAX_MESSAGE_TIME = 10_000;

/** Reads the messages of one connection into an intake. */
export class Stream implements Draining {
  readonly #reader = new StreamReader();
  quiet = 0;
  isHeld = false;
  #isRefused = false;
  #quietTimer: NodeJS.Timeout | undefined;
  /** The counted message that is not whole, and since when. */
  #incomplete: object | undefined;
  #incompleteSince = 0;

  constructor(
    readonly socket: Socket,
    readonly from: Place & { readonly sender: string },
    readonly intake: Intake,
    onClose: () => void,
  ) {
    // A sender may be silent for days, and what it writes then must not be lost: only one that is gone is given up.
    socket.setKeepAlive(true, KEEP_ALIVE);
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('end', () => this.#take(this.#reader.end(true)));
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(this.#quietTimer);
      this.#take(this.#reader.end(false));
      onClose();
    });
  }

  /** Closes the connection if a counted message has not come whole for too long. To be called now and then. */
  giveUpIncomplete(): void {
    if (this.isHeld || this.#reader.incomplete === undefined) return;
    if (performance.now() - this.#incompleteSince > MAX_MESSAGE_TIME) this.#take(this.#reader.giveUp());
  }

  #read(chunk: Buffer): void {
    const now = performance.now();
    this.quiet = 0;
    this.from.lastAt = now;
    this.#take(this.#reader.push(chunk));
    const { incomplete } = this.#reader;
    if (incomplete !== this.#incomplete) {
      this.#incomplete = incomplete;
      this.#incompleteSince = now;
    }
    if (this.#reader.isHolding) this.#releaseWhenQuiet();
    if (this.intake.queue.isFull) this.#hold();
  }

  #releaseWhenQuiet(): void {
    if (this.#quietTimer) this.#quietTimer.refresh();
    else this.#quietTimer = setTimeout(() => this.#take(this.#reader.release()), QUIET);
  }

  #take(frames: readonly Frame[]): void {
    for (const frame of frames) this.intake.take(frame, this.from.sender);
    if (frames.length > 0) this.from.hasSent = true;
    const { error } = this.#reader;
    if (error && !this.#isRefused) this.#refuse(error);
  }

  #refuse(error: NonNullable<StreamReader['error']>): void {
    this.#isRefused = true;
    this.intake.counts.refusedConnections++;
    this.intake.refusals.add(error, this.from.sender);
    this.socket.destroy();
  }

  /** Reads no more until there is room: the sender's own queue keeps what it has. */
  #hold(): void {
    this.isHeld = true;
    this.socket.pause();
    this.intake.queue.whenRoom(() => {
      this.isHeld = false;
      this.quiet = 0;
      this.#incompleteSince = performance.now();
      this.socket.resume();
    });
  }
}
