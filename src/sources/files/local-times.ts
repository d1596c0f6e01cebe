import { pluralize } from '../../lib/pluralize.js';
import type { LocalClock } from '../../lib/source-time.js';
import type { TimeZone } from '../../lib/time-zone.js';

/** The lines of a file that are named for each kind. */
const LINES_NAMED = 5;

/** Counts the local times of a file that its zone's clock showed twice, or never, and keeps the first lines of each. */
export class LocalTimes implements LocalClock {
  readonly #twice = { count: 0, lines: [] as number[] };
  readonly #never = { count: 0, lines: [] as number[] };
  /** The line that is being read. */
  line = 0;

  constructor(readonly zone: TimeZone) {}

  toEpoch(localMs: number): number {
    const { first, second, exists } = this.zone.locate(localMs);
    if (!exists || first !== second) {
      const found = exists ? this.#twice : this.#never;
      found.count += 1;
      if (found.lines.length < LINES_NAMED && found.lines.at(-1) !== this.line) found.lines.push(this.line);
    }
    return first;
  }

  /** What to tell whoever imports the file, in sentences. */
  warnings(): string[] {
    const { name } = this.zone;
    const warnings: string[] = [];
    const [twice, never] = [this.#twice, this.#never];
    if (twice.count > 0) {
      warnings.push(
        `${pluralize(twice.count, 'time')} without an offset ${fall(twice.count)} into an hour that the clock of ${name} showed twice, and ${was(twice.count)} taken for the first of the two (${linesOf(twice)}): write times with an offset`,
      );
    }
    if (never.count > 0) {
      warnings.push(
        `${pluralize(never.count, 'time')} without an offset ${fall(never.count)} into an hour that the clock of ${name} skipped, and ${was(never.count)} moved forward by it (${linesOf(never)}): check SOURCE_TIME_ZONE`,
      );
    }
    return warnings;
  }
}

function fall(count: number): string {
  return count === 1 ? 'falls' : 'fall';
}

function was(count: number): string {
  return count === 1 ? 'was' : 'were';
}

function linesOf({ count, lines }: { count: number; lines: readonly number[] }): string {
  const word = lines.length === 1 ? 'line' : 'lines';
  return `${word} ${lines.join(', ')}${count > lines.length ? ' and others' : ''}`;
}
