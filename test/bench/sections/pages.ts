import { type Fields, four, thirteen } from '../fields.js';
import { type Comparison, compare } from '../measure.js';
import { short, thousands } from '../numbers.js';
import type { Peer } from '../peers.js';
import { allPeers, pagesOfAudits, type Running } from '../running.js';

interface Cell {
  readonly size: number;
  readonly fields: Fields;
  readonly clients: number;
  readonly comparison: Comparison;
}

/** Rows that are asked for at once, of peers that take longest: an answer of all would take minutes. */
const MAX_CONCURRENT = 160_000;

/** Seconds that each peer serves before anything is counted: what V8 compiles it compiles once, and a server runs for long. */
const WARM = 8;

const others = ['rest', 'stock', 'mercurius'] as const;

/** Pages of audits, of three lengths and two widths, asked by one client and by many at once. */
export async function pages(running: Running): Promise<void> {
  const cells: Cell[] = [];
  const cold = await pagesOfAudits(running, allPeers, thirteen, 100);
  await compare({ ...running, rounds: 1, seconds: WARM }, cold, 16);
  for (const size of [100, 1_000, 10_000]) {
    for (const fields of [four, thirteen]) {
      const contestants = await pagesOfAudits(running, allPeers, fields, size);
      for (const clients of [1, 16, 64]) {
        const asked = contestants.filter(({ name }) => isAsked(name, size * clients));
        const comparison = await compare(running, asked, clients);
        cells.push({ size, fields, clients, comparison });
        console.error(`${titleOf(cells.at(-1)!)}: ${short(comparison.ratio('gateway', 'rest', 'rowsPerSecond'))}`);
      }
    }
  }
  report(running, cells);
  claim(running, cells);
  await widths(running);
}

function isAsked(name: string, rows: number): boolean {
  return rows <= MAX_CONCURRENT || name === 'gateway' || name === 'rest';
}

function report({ report }: Running, cells: readonly Cell[]): void {
  const against = (
    figure: 'rowsPerSecond' | 'rowsPerProcessorSecond' | 'rowsPerSecondOfAll',
    names: readonly string[],
  ) =>
    cells.map((cell) => [
      titleOf(cell),
      thousands(cell.comparison.median('gateway', figure)),
      ...names.map((name) =>
        cell.comparison.has(name) ? `${short(cell.comparison.ratio('gateway', name, figure))} ×` : '–',
      ),
    ]);
  const header = (what: string) => ['page', `gateway, ${what}`, ...others.map((name) => `against ${name}`)];
  report.table('Pages of audits: rows a second', 'More is better.', header('rows/s'), against('rowsPerSecond', others));
  report.table(
    'Pages of audits: rows for each second of the process',
    'User and system time of the process that answers; the database is not in it.',
    header('rows/CPU s'),
    against('rowsPerProcessorSecond', others),
  );
  report.table(
    'Pages of audits: rows for each second of the process and the database',
    'What the gateway leaves to the database is in this one.',
    header('rows/CPU s'),
    against('rowsPerSecondOfAll', others),
  );
  const names: Peer['name'][] = ['gateway', ...others];
  const latency = ({ comparison }: Cell) =>
    names.map((name) => (comparison.has(name) ? latencyOf(comparison, name) : '–'));
  report.table(
    'Pages of audits: time to the last byte',
    'p50 / p99 / mean in ms. Where a peer has no room for a request it says so, and the client waits as long as it is told.',
    ['page', ...names],
    cells.map((cell) => [titleOf(cell), ...latency(cell)]),
  );
  report.table(
    'Pages of audits: time to the first byte',
    'p50 in ms, one client.',
    ['page', ...names],
    cells
      .filter(({ clients }) => clients === 1)
      .map((cell) => [titleOf(cell), ...names.map((name) => short(cell.comparison.median(name, 'firstByte')))]),
  );
}

function latencyOf(comparison: Comparison, name: string): string {
  const figures = (['p50', 'p99', 'mean'] as const).map((figure) => short(comparison.median(name, figure)));
  const refused = comparison.refused(name);
  return figures.join(' / ') + (refused > 0 ? `, ${refused} told to wait` : '');
}

function claim({ report }: Running, cells: readonly Cell[]): void {
  const cell = (size: number, clients: number) =>
    cells.find((one) => one.size === size && one.clients === clients && one.fields === thirteen)!.comparison;
  const claims = [
    [
      'pages of 1,000, 13 columns, 16 clients, against rest',
      1.2,
      cell(1_000, 16).ratio('gateway', 'rest', 'rowsPerSecond'),
    ],
    ['the same with one client', 1, cell(1_000, 1).ratio('gateway', 'rest', 'rowsPerSecond')],
    ['the same, 16 clients, against stock', 7, cell(1_000, 16).ratio('gateway', 'stock', 'rowsPerSecond')],
    ['and against mercurius', 1.4, cell(1_000, 16).ratio('gateway', 'mercurius', 'rowsPerSecond')],
    [
      'rows/CPU s, pages of 1,000, against rest',
      1.5,
      cell(1_000, 16).ratio('gateway', 'rest', 'rowsPerProcessorSecond'),
    ],
    [
      'rows/CPU s, pages of 10,000, against rest',
      1.5,
      cell(10_000, 16).ratio('gateway', 'rest', 'rowsPerProcessorSecond'),
    ],
    ['pages of 100, 16 clients, against rest', 0.9, cell(100, 16).ratio('gateway', 'rest', 'rowsPerSecond')],
  ] as const;
  for (const [work, atLeast, measured] of claims) report.claim({ work, atLeast, measured });
  const crowded = cell(1_000, 64);
  report.claim({
    work: '64 clients, pages of 1,000: p99 against the mean',
    atMost: 4,
    measured: crowded.median('gateway', 'p99') / crowded.median('gateway', 'mean'),
  });
}

/** The gateway alone, asked for few columns and for many in turn. */
async function widths(running: Running): Promise<void> {
  const gateway = allPeers.slice(0, 1);
  const [narrow] = await pagesOfAudits(running, gateway, four, 1_000);
  const [wide] = await pagesOfAudits(running, gateway, thirteen, 1_000);
  const comparison = await compare(
    running,
    [
      { ...narrow!, name: '4 columns' },
      { ...wide!, name: '13 columns' },
    ],
    16,
  );
  running.report.claim({
    work: 'pages of 1,000, 4 columns, against the same with 13',
    atLeast: 1.8,
    measured: comparison.ratio('4 columns', '13 columns', 'rowsPerSecond'),
  });
}

function titleOf({ size, fields, clients }: Omit<Cell, 'comparison'>): string {
  return `${size.toLocaleString('en')} rows, ${fields.length} columns, ${clients === 1 ? '1 client' : `${clients} clients`}`;
}
