import mysql from 'mysql2/promise';
import { Unavailable } from '../unavailable.js';
import { errnoOf } from './errors.js';

/** Milliseconds after which silence is suspicious, and those that the simplest answer may take. */
const LOOK_EVERY = 500;
const LIMIT = 1_200;

const STANDS_STILL = 'the database does not answer';

/**
 * Tells a server that works from one that stands still. A statement may honestly take long, so its silence says nothing;
 * but a server that leaves the simplest question unanswered, on a connection of its own, leaves everything unanswered.
 * It is asked only while something waits for it: within two seconds what waits for a server that stands still is refused.
 * From then on everything is refused at once, until the server answers again.
 */
export class HealthProbe {
  readonly #options: mysql.ConnectionOptions;
  #connection: mysql.Connection | undefined;
  #asked: Promise<boolean> | undefined;
  #stopped = false;
  #closed = false;

  constructor(options: mysql.ConnectionOptions) {
    this.#options = { ...options, connectTimeout: LIMIT };
  }

  /** Whether the server answers. Who asks meanwhile gets the same answer. */
  isAlive(): Promise<boolean> {
    this.#asked ??= this.#ask().finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  /** @throws Unavailable where the server is known to stand still */
  check(): void {
    if (this.#stopped) throw new Unavailable(STANDS_STILL);
  }

  /**
   * What the server answers.
   * @throws Unavailable where it stands still, or where `milliseconds` have passed, saying `late`
   */
  watch<T>(answer: Promise<T>, milliseconds: number, late: string): Promise<T> {
    const deadline = performance.now() + milliseconds;
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const left = deadline - performance.now();
        if (this.#stopped || left <= 0) {
          reject(new Unavailable(left <= 0 ? late : STANDS_STILL));
          return;
        }
        timer = setTimeout(look, Math.min(LOOK_EVERY, left));
        this.isAlive().then((isAlive) => isAlive || reject(new Unavailable(STANDS_STILL)));
      };
      let timer = setTimeout(look, this.#stopped ? 0 : Math.min(LOOK_EVERY, milliseconds));
      answer.then(resolve, reject).finally(() => clearTimeout(timer));
    });
  }

  close(): void {
    this.#closed = true;
    this.#drop();
  }

  async #ask(): Promise<boolean> {
    const isAlive = await this.#answers();
    if (!isAlive && !this.#stopped && !this.#closed) setTimeout(() => this.#askAgain(), LOOK_EVERY / 2);
    this.#stopped = !isAlive;
    return isAlive;
  }

  async #askAgain(): Promise<void> {
    if (this.#closed || (await this.isAlive())) return;
    setTimeout(() => this.#askAgain(), LOOK_EVERY / 2);
  }

  async #answers(): Promise<boolean> {
    try {
      this.#connection ??= await this.#connect();
      await inTime(this.#connection.query('SELECT 1'));
      return true;
    } catch (error) {
      this.#drop();
      // A server that refuses in its own words, as one does that has no connection left, does not stand still.
      return errnoOf(error) > 0;
    }
  }

  async #connect(): Promise<mysql.Connection> {
    const connection = await mysql.createConnection(this.#options);
    if (this.#closed) connection.destroy();
    const forget = (): void => {
      if (this.#connection === connection) this.#connection = undefined;
    };
    connection.on('error', forget);
    connection.on('end', forget);
    return connection;
  }

  #drop(): void {
    this.#connection?.destroy();
    this.#connection = undefined;
  }
}

/** Where this process itself was held up, an answer may have come that is not read yet: that is done first. */
async function inTime(answer: Promise<unknown>): Promise<void> {
  let timer!: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => setImmediate(() => reject(new Unavailable(STANDS_STILL))), LIMIT);
  });
  answer.catch(() => {});
  await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
