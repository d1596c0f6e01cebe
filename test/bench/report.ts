import { writeFileSync } from 'node:fs';
import { short } from './numbers.js';

/** A figure that the gateway must reach. */
export interface Claim {
  readonly work: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly measured: number;
}

/** What was found, as Markdown: said while it is found, and written after each section. */
export class Report {
  readonly #out: string;
  readonly #head: string;
  readonly #claims: Claim[] = [];
  readonly #sections: string[] = [];

  constructor(out: string, head: string) {
    this.#out = out;
    this.#head = head;
  }

  claim(claim: Claim): void {
    this.#claims.push(claim);
  }

  table(title: string, note: string, header: readonly string[], rows: readonly (readonly string[])[]): void {
    this.#say(`## ${title}\n\n${note}\n\n${table(header, rows)}`);
  }

  skipped(title: string, why: string): void {
    this.#say(`## ${title}\n\nNot measured: ${why}.`);
  }

  /** The table of all claims so far, and what was found, in one page. */
  write(): string {
    const claims = this.#claims.map(({ work, atLeast, atMost, measured }) => {
      const isKept = (atLeast === undefined || measured >= atLeast) && (atMost === undefined || measured <= atMost);
      const bound = atLeast === undefined ? `at most ${atMost}` : `at least ${atLeast}`;
      return [work, bound, short(measured), isKept ? 'yes' : '**no**'];
    });
    const summary = `## What it must show\n\n${table(['work', 'wanted', 'measured', 'reached'], claims)}`;
    writeFileSync(this.#out, `${[this.#head, summary, ...this.#sections].join('\n\n')}\n`);
    return summary;
  }

  #say(section: string): void {
    this.#sections.push(section);
    console.log(`\n${section}`);
  }
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map((_, column) => (column === 0 ? '---' : '---:')), ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
