import { count } from './count.js';

/** So many rows are named one by one; more of them are grouped by kind. */
const ROWS_NAMED = 10;
const LINES_NAMED = 10;
/** What is not like any of so many kinds is counted together, so that memory does not grow with the file. */
const MAX_KINDS = 50;
const OTHER = '';

interface Group {
  /** What was said the first time, with the values of that row. */
  readonly example: string;
  readonly places: string[];
  rows: number;
}

/** Collects what is wrong with the rows of a file, by kind: the same words with other values are one kind. */
export class ErrorGroups {
  readonly #first: { readonly line: number; readonly text: string }[] = [];
  readonly #groups = new Map<string, Group>();
  #rows = 0;

  /** Adds a row; `texts` are its faults, and `place` is its line or what names it beside that. */
  add(line: number, texts: readonly string[], place = String(line)): void {
    this.#rows += 1;
    if (this.#first.length < ROWS_NAMED) {
      const id = place === String(line) ? '' : ` ${place.slice(String(line).length + 1)}`;
      this.#first.push({ line, text: `line ${line}${id}: ${texts.join('; ')}` });
    }
    for (const text of texts) {
      const group = this.#groupOf(text);
      group.rows += 1;
      if (group.places.length < LINES_NAMED) group.places.push(place);
    }
  }

  clear(): void {
    this.#first.length = 0;
    this.#groups.clear();
    this.#rows = 0;
  }

  /** Says all rows, or for many the kinds, each with its first lines. */
  toLines(): string[] {
    if (this.#rows <= ROWS_NAMED) {
      return this.#first.toSorted((a, b) => a.line - b.line).map(({ text }) => text);
    }
    return [...this.#groups.values()]
      .toSorted((a, b) => b.rows - a.rows)
      .map(({ example, rows, places }) => {
        const more = rows > places.length ? ' ...' : '';
        const [row, line] = rows === 1 ? ['row', 'line'] : ['rows', 'lines'];
        return `${example}: ${count(rows)} ${row}, ${line} ${places.join(', ')}${more}`;
      });
  }

  #groupOf(text: string): Group {
    const isFull = this.#groups.size >= MAX_KINDS;
    const kind = kindOf(text);
    const known = this.#groups.get(kind) ?? (isFull ? this.#groups.get(OTHER) : undefined);
    if (known) return known;
    const group = { example: isFull ? 'other faults' : text, places: [], rows: 0 };
    this.#groups.set(isFull ? OTHER : kind, group);
    return group;
  }
}

/** The faults of a row that its reason names; a semicolon within quotes does not part two. */
export function errorsIn(reason: string): string[] {
  return reason.match(/(?:"(?:[^"\\]|\\.)*"|[^";]|;(?! )|")+/g)?.map((text) => text.trim()) ?? [reason];
}

/** A fault without its values: what stands in quotes, and numbers. */
function kindOf(text: string): string {
  return text
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/'[^']*'/g, "''")
    .replace(/\d[\d:.TZ/-]*/g, '0');
}
