import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface Options {
  /** Audits in the database that most is measured on. */
  readonly rows: number;
  /** Sizes of the tables that the cost by table size is measured on; none where it is not. */
  readonly sizes: readonly number[];
  readonly rounds: number;
  /** How long each peer is asked in a round. */
  readonly seconds: number;
  /** The sections that run; all where it is empty. */
  readonly only: readonly string[];
  /** Where the results are written. */
  readonly out: string;
}

/** @throws Error for an option that is not known or is no whole number */
export function readOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      large: { type: 'boolean', default: false },
      rows: { type: 'string' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      only: { type: 'string', default: '' },
      out: { type: 'string', default: 'test/bench/RESULTS.md' },
    },
  });
  const rows = wholeNumber('rows', values.rows ?? (values.large ? '10000000' : '1000000'));
  return {
    rows,
    sizes: values.large ? [0.1, 0.3, 1].map((share) => Math.round(share * rows)) : [],
    rounds: wholeNumber('rounds', values.rounds),
    seconds: wholeNumber('seconds', values.seconds),
    only: values.only.split(',').filter(Boolean),
    out: resolve(values.out),
  };
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${name} is ${text}: write a whole number from 1`);
  return Number(text);
}
