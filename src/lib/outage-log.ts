/** Milliseconds between two lines about an outage that lasts. */
const REPEAT_AFTER = 60_000;

/** Milliseconds without a failure after which a success ends an outage: one that comes and goes is one outage. */
const OVER_AFTER = 10_000;

/** The part of a logger that is used. */
interface Log {
  warn(fields: object, message: string): void;
  info(fields: object, message: string): void;
}

/**
 * Logs failures that have one cause as one outage: a line when it begins, one a minute while it lasts, and one when it is
 * over, so that an operator finds it among the lines of requests, however many fail.
 */
export class OutageLog {
  #begunAt: number | undefined;
  #loggedAt = 0;
  #failedAt = 0;
  #failures = 0;

  /** `now` is a clock in milliseconds that never goes back. */
  constructor(
    private readonly log: Log,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Counts a failure; `fields` are logged with the lines that it leads to. */
  failed(fields: object): void {
    const now = this.now();
    this.#failedAt = now;
    this.#failures++;
    if (this.#begunAt === undefined) {
      this.#begunAt = now;
      this.#loggedAt = now;
      this.log.warn(fields, 'requests fail: something that the gateway needs is unavailable');
    } else if (now - this.#loggedAt >= REPEAT_AFTER) {
      this.#loggedAt = now;
      this.log.warn({ ...fields, ...this.#summary(now) }, 'requests still fail');
    }
  }

  /** Ends the outage if the last failure was some time ago. */
  succeeded(): void {
    if (this.#begunAt === undefined) return;
    const now = this.now();
    if (now - this.#failedAt < OVER_AFTER) return;
    this.log.info(this.#summary(this.#failedAt), 'requests succeed again');
    this.#begunAt = undefined;
    this.#failures = 0;
  }

  #summary(until: number): object {
    return { failures: this.#failures, seconds: Math.round((until - this.#begunAt!) / 1_000) };
  }
}
