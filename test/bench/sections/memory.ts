import { short } from '../numbers.js';
import { gateway, type Peer, rest } from '../peers.js';
import { type Running, startPeer } from '../running.js';
import { feedPath, streamPath, withoutFeeds } from './feeds.js';

/** How fast the slow reader reads, and how long at most. */
const PACE = { bytesPerSecond: 20_000_000, seconds: 240 };

interface Memory {
  readonly before: number;
  readonly first: number;
  readonly last: number;
  readonly peak: number;
  readonly seconds: number;
  readonly bytes: number;
}

/** Resident memory of a process that was just started, while a feed of all audits goes to a slow reader. */
export async function memory(running: Running): Promise<void> {
  const { report, database } = running;
  const title = 'Memory while a feed goes to a slow reader';
  const missing = await withoutFeeds(running);
  if (missing) {
    report.skipped(title, missing);
    return;
  }
  const headers = { authorization: `Bearer ${database.token}` };
  const feed = await readSlowly(running, gateway, feedPath('ndjson'), headers);
  const stream = await readSlowly(running, rest, streamPath, {});
  const row = (name: string, { before, first, last, peak, seconds, bytes }: Memory) => [
    name,
    ...[before, first, last, peak].map((mebibytes) => mebibytes.toFixed(0)),
    short(seconds),
    short(bytes / 1e6),
  ];
  report.table(
    title,
    `In MiB. ${database.rows.toLocaleString('en')} audits at ${PACE.bytesPerSecond / 1e6} MB a second, for ${PACE.seconds} s at most; the stream is rest's, a mysql2 stream written out.`,
    ['', 'before', 'most, first third', 'most, last third', 'peak', 'seconds', 'MB read'],
    [row('NDJSON feed', feed), row('mysql2 stream', stream)],
  );
  report.claim({ work: 'memory while a feed streams to a slow reader, MiB', atMost: 200, measured: feed.peak });
  report.claim({ work: 'its last third against its first', atMost: 1.1, measured: feed.last / feed.first });
}

async function readSlowly(
  { database, load }: Running,
  peer: Peer,
  path: string,
  headers: Record<string, string>,
): Promise<Memory> {
  const child = await startPeer(peer, database);
  const before = child.mebibytes;
  const samples: number[] = [];
  const sampling = setInterval(() => samples.push(child.mebibytes), 100);
  try {
    const { seconds, bytes } = await load.run({ kind: 'stream', port: child.port, path, headers, pace: PACE });
    const third = Math.ceil(samples.length / 3);
    const [first, last] = [Math.max(...samples.slice(0, third)), Math.max(...samples.slice(-third))];
    return { before, first, last, peak: Math.max(...samples), seconds, bytes };
  } finally {
    clearInterval(sampling);
    await child.stop();
  }
}
