import type { RowFormat } from './row-format.js';

/** Cuts a text that comes in parts into records, each exactly as it stands there but without its end. */
export class RecordSplitter {
  #line = '';
  #open = '';
  #inQuotes = false;

  constructor(readonly format: RowFormat) {}

  /** The records that the next part of the text completes. */
  push(part: string): string[] {
    const lines = (this.#line + part).split('\n');
    this.#line = lines.pop() ?? '';
    const records: string[] = [];
    for (const line of lines) {
      if (this.format.quoted && hasOddQuotes(line)) this.#inQuotes = !this.#inQuotes;
      if (this.#inQuotes) {
        this.#open += `${line}\n`;
        continue;
      }
      const record = this.#open + line;
      records.push(record.slice(0, record.length + 1 - this.format.end.length));
      this.#open = '';
    }
    return records;
  }

  /** Whether the text may end here: no record is unfinished. */
  get isWhole(): boolean {
    return this.#line === '' && this.#open === '';
  }
}

/** A quotation mark within a quoted cell is doubled, so an odd number of them leaves a cell open. */
function hasOddQuotes(line: string): boolean {
  let odd = false;
  for (let at = line.indexOf('"'); at !== -1; at = line.indexOf('"', at + 1)) odd = !odd;
  return odd;
}
