import { parse } from 'csv-parse/sync';
import type { Child } from '../child.js';
import { thirteen } from '../fields.js';
import { send } from '../http.js';
import type { StreamResult } from '../load/jobs.js';
import { median, short, thousands } from '../numbers.js';
import { selectList } from '../peers/statements.js';
import { processorSeconds } from '../proc.js';
import type { Running } from '../running.js';
import { mustBeSame } from '../same-rows.js';

interface Way {
  readonly name: string;
  readonly child: Child;
  read(): Promise<Read>;
}

interface Read {
  readonly seconds: number;
  readonly rows: number;
  /** In milliseconds; none where pages are read. */
  readonly firstByte?: number;
}

interface Sample extends Read {
  readonly processorSeconds: number;
}

/** The rows of a feed that are compared with the database's. */
const COMPARED = 1_000;

export const feedPath = (format: string) => `/feeds/audits.${format}?fields=${thirteen.join(',')}`;

export const streamPath = '/audits.ndjson';

/** Why there is nothing to measure; undefined where the gateway has feeds. */
export async function withoutFeeds({ children, database }: Running): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${database.token}` };
  const { status, text } = await send(children.get('gateway')!.port, {
    path: `${feedPath('ndjson')}&limit=1`,
    headers,
  });
  if (status === 200) return undefined;
  if (status === 404) return '`/feeds/audits.ndjson` is answered with 404';
  throw new Error(`/feeds/audits.ndjson was answered with ${status}: ${text}`);
}

/** All audits in one answer, against those who read the same rows otherwise. */
export async function feeds(running: Running): Promise<void> {
  const { database, report } = running;
  const title = 'Feeds of all audits';
  const missing = await withoutFeeds(running);
  if (missing) {
    report.skipped(title, missing);
    return;
  }
  await compareRows(running);
  const ways = waysOf(running);
  const all = await audits(running);
  const samples = new Map<string, Sample[]>(ways.map(({ name }) => [name, []]));
  for (let round = 0; round < running.rounds; round++) {
    for (let n = 0; n < ways.length; n++) {
      const way = ways[(round + n) % ways.length]!;
      const before = processorSeconds(way.child.pids);
      const read = await way.read();
      // The header of a CSV file is a line too.
      const rows = read.rows - (way.name === 'CSV feed' ? 1 : 0);
      if (rows !== all) throw new Error(`${way.name} gave ${rows} of ${all} audits`);
      samples.get(way.name)!.push({ ...read, rows, processorSeconds: processorSeconds(way.child.pids) - before });
    }
  }
  tell(running, ways, samples, `${title}: ${database.rows.toLocaleString('en')}, 13 columns`);
}

function tell({ report }: Running, ways: readonly Way[], samples: ReadonlyMap<string, Sample[]>, title: string): void {
  const figures = (name: string, of: (sample: Sample) => number) => median(samples.get(name)!.map(of));
  const speed = ({ rows, seconds }: Sample) => rows / seconds;
  const against = (name: string, other: string) =>
    median(samples.get(name)!.map((sample, round) => speed(sample) / speed(samples.get(other)![round]!)));
  report.table(
    title,
    'The stream is a mysql2 stream that is written out as NDJSON; pages are asked for by one client, one after the other.',
    ['', 'rows/s', 'against pages of rest', 'against the stream', 'rows/CPU s', 'first byte, ms'],
    ways.map(({ name }) => [
      name,
      thousands(figures(name, speed)),
      `${short(against(name, PAGES))} ×`,
      `${short(against(name, STREAM))} ×`,
      thousands(figures(name, ({ rows, processorSeconds }) => rows / processorSeconds)),
      short(figures(name, ({ firstByte }) => firstByte ?? Number.NaN)),
    ]),
  );
  const claim = (work: string, atLeast: number, measured: number) => report.claim({ work, atLeast, measured });
  claim('NDJSON feed of all audits against pages of 1,000 by rest', 1.3, against('NDJSON feed', PAGES));
  claim('CSV feed against the same', 1.5, against('CSV feed', PAGES));
}

const PAGES = 'pages of 1,000 by rest';
const STREAM = 'mysql2 stream';

function waysOf({ children, database, load }: Running): Way[] {
  const [gateway, rest] = [children.get('gateway')!, children.get('rest')!];
  const headers = { authorization: `Bearer ${database.token}` };
  const stream = async (child: Child, path: string): Promise<Read> => {
    const asked = child === gateway ? headers : {};
    const result: StreamResult = await load.run({ kind: 'stream', port: child.port, path, headers: asked });
    return { ...result, rows: result.lines };
  };
  const pages = `/audits?fields=${thirteen.join(',')}&limit=1000&after=`;
  return [
    { name: 'NDJSON feed', child: gateway, read: () => stream(gateway, feedPath('ndjson')) },
    { name: 'CSV feed', child: gateway, read: () => stream(gateway, feedPath('csv')) },
    { name: PAGES, child: rest, read: () => load.run({ kind: 'walk', port: rest.port, path: pages }) },
    { name: STREAM, child: rest, read: () => stream(rest, streamPath) },
  ];
}

/** The beginnings of both feeds, against what the database says of the same ids. */
async function compareRows({ children, database, world }: Running): Promise<void> {
  const headers = { authorization: `Bearer ${database.token}` };
  const read = async (format: string) => {
    const request = { path: `${feedPath(format)}&limit=${COMPARED}`, headers };
    return (await send(children.get('gateway')!.port, request)).text;
  };
  const lines = (await read('ndjson')).trimEnd().split('\n');
  const ndjson = lines.map((line) => JSON.parse(line) as Record<string, string | null>);
  const table = parse<Record<string, string>>(await read('csv'), { columns: true });
  const stored = await world.query<{ id: number }>(
    `SELECT ${selectList(thirteen)} FROM ${tableOf(database.url)} t WHERE t.id IN (?)`,
    [ndjson.map(({ id }) => id)],
  );
  const byId = new Map(stored.map((row) => [String(row.id), row]));
  const expected = ndjson.map(({ id }) => byId.get(id!));
  mustBeSame(expected, ndjson, 'the NDJSON feed and the database: rows');
  // A cell of CSV cannot tell nothing from an empty text.
  const cells = expected.map((row) =>
    Object.fromEntries(Object.entries(row!).map(([key, value]) => [key, value ?? ''])),
  );
  mustBeSame(cells, table, 'the CSV feed and the database: rows');
}

async function audits({ world, database }: Running): Promise<number> {
  const [{ n }] = (await world.query<{ n: number }>(`SELECT COUNT(*) AS n FROM ${tableOf(database.url)}`)) as [
    { n: number },
  ];
  return n;
}

function tableOf(url: string): string {
  return `${new URL(url).pathname.slice(1)}.audits`;
}
