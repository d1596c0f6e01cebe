/** Aborts when nothing has happened for a while, when all takes too long, or when an outer signal aborts. `stop` must be called at the end. */
export class IdleTimeout {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #longest: NodeJS.Timeout;
  readonly #passOn: () => void;

  constructor(
    readonly ms: number,
    readonly longestMs: number,
    readonly outer: AbortSignal,
  ) {
    this.#timer = setTimeout(() => this.#controller.abort(new Error(`nothing came for ${ms / 1000} seconds`)), ms);
    const tooLong = () => this.#controller.abort(new Error(`the answer took more than ${longestMs / 1000} seconds`));
    this.#longest = setTimeout(tooLong, longestMs);
    this.#passOn = () => this.#controller.abort(outer.reason);
    outer.addEventListener('abort', this.#passOn, { once: true });
    if (outer.aborted) this.#passOn();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Something happened: the time begins anew. */
  touch(): void {
    this.#timer.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#longest);
    this.outer.removeEventListener('abort', this.#passOn);
  }
}
