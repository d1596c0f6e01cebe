import { pluralize } from '../lib/pluralize.js';
import { quote } from '../lib/quote.js';
import { emptyTally, type LoadOptions, type Tally } from '../sources/files/load-file.js';
import { ErrorGroups, errorsIn } from './error-groups.js';
import { Progress } from './progress.js';

/** Collects what an import finds, and says at its end, whichever that is, what it did. */
export class ImportReport {
  readonly tally: Tally = emptyTally();
  readonly #refused = new ErrorGroups();
  readonly #conflicts = new ErrorGroups();
  readonly #progress: Progress;
  #warnings: string[] = [];
  #skippedLines = 0;
  #begun = false;

  constructor(label: string) {
    this.#progress = new Progress(label, { unit: 'lines' });
  }

  /** What a load tells the report. */
  readonly callbacks = {
    tally: this.tally,
    onBegin: () => this.clear(),
    onRefused: (line, reason, lastLine = line) => {
      this.#skippedLines += lastLine - line;
      this.#refused.add(line, errorsIn(reason));
    },
    onConflict: (line, sourceId, reason) => {
      this.#conflicts.add(line, [reason], `${line} (sourceId ${quote(sourceId, 255)})`);
    },
    onWarning: (message) => this.#warnings.push(message),
    onProgress: (lines) => {
      this.#begun ||= lines > 0;
      this.#progress.update(lines);
    },
  } satisfies Partial<LoadOptions>;

  /** Forgets what was found, because the file is read again. */
  clear(): void {
    Object.assign(this.tally, emptyTally());
    for (const groups of [this.#refused, this.#conflicts]) groups.clear();
    this.#warnings = [];
    this.#skippedLines = 0;
  }

  /** How many rows were read. */
  get rows(): number {
    return Object.values(this.tally).reduce((sum, number) => sum + number, 0);
  }

  get hasErrors(): boolean {
    return this.tally.refused + this.tally.conflicts > 0;
  }

  /** Ends the line of progress, and says what is wrong with the rows. */
  sayErrors(): void {
    // On a terminal the line of progress is drawn again, and must be left first.
    if (this.#begun && process.stderr.isTTY) this.#progress.finish();
    for (const text of this.#refused.toLines()) console.error(text);
    for (const text of this.#conflicts.toLines()) console.error(text);
    for (const text of this.#warnings) console.error(`warning: ${text}`);
    if (this.#begun && !process.stderr.isTTY) this.#progress.finish();
  }

  /** The counts in words. Conflicts and lines that were passed over with a refused row are named only if there are any. */
  get summary(): string {
    const { conflicts, ...usual } = this.tally;
    const counts = Object.entries(usual).map(([what, number]) => `${number} ${what}`);
    if (conflicts > 0) counts.push(pluralize(conflicts, 'conflict'));
    if (this.#skippedLines > 0) counts.push(`${pluralize(this.#skippedLines, 'line')} skipped with refused rows`);
    return counts.join(', ');
  }
}
