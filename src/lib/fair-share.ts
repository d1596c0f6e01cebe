/** How much of the work of one caller runs at the same time while others are active, and how long it pauses in between. */
export interface ShareLimits {
  readonly atOnce: number;
  /** How many times as long as a piece of work the pause is after which work that waited for it begins; 0 for none. */
  readonly pause: number;
}

/** Milliseconds after its last work in which a caller is expected to send more: time for an answer to arrive and the next request to be read. */
const LINGER = 50;

/** The longest pause, in milliseconds. A client may have given up after it. */
const LONGEST_PAUSE = 5_000;

interface Waiting {
  readonly limits: ShareLimits;
  readonly start: () => void;
}

/** The work of one caller. */
interface Caller {
  running: number;
  readonly waiting: Waiting[];
  lastEnd: number;
  /** When work that waits may begin. */
  pausedUntil: number;
}

/**
 * Shares a process between callers. A caller that is alone runs as much as it asks for. While another one is active, each
 * runs only a little at the same time; what else it asks for waits. A caller whose work waits pauses after each piece of work, so
 * that it has only its part of the time however long its pieces are. A caller that sends one request after
 * another never waits.
 */
export class FairShare {
  readonly #callers = new Map<string, Caller>();
  #timer: NodeJS.Timeout | undefined;

  /** Begins work if nothing has to wait for it; call the function that it returns when the work has ended. */
  tryBegin(who: string, limits: ShareLimits): (() => void) | undefined {
    const caller = this.#callerOf(who);
    if (caller.waiting.length > 0 || !this.#mayStart(caller, limits, performance.now())) return undefined;
    return this.#start(caller);
  }

  /**
   * Waits until work may begin; call the function that it returns when the work has ended. An aborted signal ends the wait.
   * @throws the reason of the signal
   */
  begin(who: string, limits: ShareLimits, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const caller = this.#callerOf(who);
      const leave = () => {
        caller.waiting.splice(caller.waiting.indexOf(waiting), 1);
        reject(signal.reason);
        this.#startWaiting();
      };
      const start = () => {
        signal.removeEventListener('abort', leave);
        resolve(this.#start(caller));
      };
      const waiting: Waiting = { limits, start };
      signal.addEventListener('abort', leave, { once: true });
      caller.waiting.push(waiting);
      this.#startWaiting();
    });
  }

  #callerOf(who: string): Caller {
    let caller = this.#callers.get(who);
    if (!caller) {
      caller = { running: 0, waiting: [], lastEnd: Number.NEGATIVE_INFINITY, pausedUntil: 0 };
      this.#callers.set(who, caller);
    }
    return caller;
  }

  #mayStart(caller: Caller, { atOnce, pause }: ShareLimits, now: number): boolean {
    if (caller.running < atOnce && (pause === 0 || now >= caller.pausedUntil)) return true;
    return !this.#othersAreActive(caller, now);
  }

  #othersAreActive(caller: Caller, now: number): boolean {
    for (const other of this.#callers.values()) if (other !== caller && isActive(other, now)) return true;
    return false;
  }

  #start(caller: Caller): () => void {
    const began = performance.now();
    caller.running++;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const now = performance.now();
      // Requests that came in during work without a pause are read before this ends, and so they wait.
      if (this.#othersAreActive(caller, now)) setImmediate(() => this.#end(caller, now - began));
      else this.#end(caller, now - began);
    };
  }

  #end(caller: Caller, milliseconds: number): void {
    const now = performance.now();
    caller.running--;
    caller.lastEnd = now;
    const [next] = caller.waiting;
    if (next) caller.pausedUntil = now + Math.min(next.limits.pause * milliseconds, LONGEST_PAUSE);
    this.#startWaiting();
  }

  /** Starts what may begin by now, and looks again when more may. */
  #startWaiting(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const [who, caller] of this.#callers) {
      while (caller.waiting.length > 0 && this.#mayStart(caller, caller.waiting[0]!.limits, now)) {
        caller.waiting.shift()!.start();
      }
      if (caller.waiting.length > 0) next = Math.min(next, now + LINGER, nextStartOf(caller));
      else if (!isActive(caller, now)) this.#callers.delete(who);
    }
    if (next < Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.#startWaiting(), Math.max(1, next - now));
  }
}

/** When work that waits may begin though others are active; what runs looks again when it ends. */
function nextStartOf({ running, waiting, pausedUntil }: Caller): number {
  return running < waiting[0]!.limits.atOnce ? pausedUntil : Number.POSITIVE_INFINITY;
}

function isActive({ running, waiting, lastEnd }: Caller, now: number): boolean {
  return running > 0 || waiting.length > 0 || now - lastEnd < LINGER;
}
