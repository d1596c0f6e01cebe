/** Aborts when nothing has happened for a while, or when an outer signal aborts. `stop` must be called at the end. */
export class IdleTimeout {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #passOn: () => void;

  constructor(
    readonly ms: number,
    readonly outer: AbortSignal,
  ) {
    this.#timer = setTimeout(() => this.#controller.abort(new Error(`nothing came for ${ms / 1000} seconds`)), ms);
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
    this.outer.removeEventListener('abort', this.#passOn);
  }
}
