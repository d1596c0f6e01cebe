import { count } from './count.js';

/** Where progress is shown: standard error, or any stream in a test. */
export interface ProgressStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

export interface ProgressOptions {
  /** Known in advance: shows a bar, the percentage and the time that is left. */
  total?: number;
  /** What is counted, in the plural; rows where it is left out. */
  unit?: string;
  stream?: ProgressStream;
  /** A clock in milliseconds. */
  now?: () => number;
}

const REDRAW_MS = 100;
const LINE_MS = 5_000;
const MAX_BAR_WIDTH = 40;
const MIN_BAR_WIDTH = 5;

/**
 * Shows how far a long task has come: on a terminal one line that is drawn again, elsewhere a plain line every few seconds.
 * Writes to standard error, so that what a command prints on standard output stays clean.
 */
export class Progress {
  readonly #total: number | null;
  readonly #unit: string;
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  readonly #startedAt: number;
  #shownAt: number;
  #done = 0;

  constructor(
    readonly label: string,
    { total, unit = 'rows', stream = process.stderr, now = () => performance.now() }: ProgressOptions = {},
  ) {
    this.#total = total ?? null;
    this.#unit = unit;
    this.#stream = stream;
    this.#now = now;
    this.#startedAt = now();
    this.#shownAt = stream.isTTY ? Number.NEGATIVE_INFINITY : this.#startedAt;
  }

  /** Says how much is done by now, counted from the beginning. It may be called as often as is convenient. */
  update(done: number): void {
    this.#done = done;
    if (this.#now() - this.#shownAt < (this.#stream.isTTY ? REDRAW_MS : LINE_MS)) return;
    this.#shownAt = this.#now();
    this.#stream.write(this.#stream.isTTY ? `\r${this.#fitted()}\x1b[K` : `${this.#facts()}\n`);
  }

  /** Shows the last state and leaves the line. */
  finish(done: number = this.#done): void {
    this.#done = done;
    this.#stream.write(this.#stream.isTTY ? `\r${this.#fitted()}\x1b[K\n` : `${this.#facts()}\n`);
  }

  /** The facts with as much of a bar as the terminal has room for; its last column stays free, or the line would wrap. */
  #fitted(): string {
    const facts = this.#facts();
    const width = Math.max((this.#stream.columns ?? 80) - 1, 1);
    if (this.#total === null) return facts.slice(0, width);
    const length = Math.min(MAX_BAR_WIDTH, width - facts.length - 3);
    if (length < MIN_BAR_WIDTH) return facts.slice(0, width);
    const full = Math.round(length * this.#share(this.#total));
    return `[${'#'.repeat(full)}${'-'.repeat(length - full)}] ${facts}`;
  }

  #facts(): string {
    const seconds = (this.#now() - this.#startedAt) / 1000;
    const rate = seconds > 0 ? this.#done / seconds : 0;
    const parts = [`${this.label}:`, `${count(this.#done)} ${this.#unit}`];
    if (this.#total !== null) {
      parts[1] = `${Math.floor(100 * this.#share(this.#total))}%, ${count(this.#done)} of ${count(this.#total)} ${this.#unit}`;
    }
    parts.push(`${count(rate)}/s`, this.#timeLeft(rate) ?? duration(seconds));
    return `${parts[0]} ${parts.slice(1).join(', ')}`;
  }

  #timeLeft(rate: number): string | null {
    if (this.#total === null || rate === 0 || this.#done >= this.#total) return null;
    return `${duration((this.#total - this.#done) / rate)} left`;
  }

  #share(total: number): number {
    return total === 0 ? 1 : Math.min(1, this.#done / total);
  }
}

/** Minutes and seconds, or hours before them: 0:07, 12:30, 1:05:00. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(rest).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}
