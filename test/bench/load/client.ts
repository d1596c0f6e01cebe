import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, type Timing } from './connection.js';
import { get } from './get.js';
import type { Job, PagesJob, PagesResult, StreamJob, StreamResult, WalkJob, WalkResult } from './jobs.js';

/** Costs and budgets that an answer tells of may be written in more digits or fewer. */
const TOLERANCE = 300;

process.on('message', (job: Job) => {
  run(job).then(
    (result) => process.send!({ result }),
    (error: Error) => process.send!({ error: error.message }),
  );
});

function run(job: Job): Promise<PagesResult | StreamResult | WalkResult> {
  if (job.kind === 'pages') return askPages(job);
  return job.kind === 'stream' ? readStream(job) : walk(job);
}

async function askPages({ port, clients, seconds, questions }: PagesJob): Promise<PagesResult> {
  const connections = await Promise.all(Array.from({ length: clients }, () => Connection.open(port)));
  const timings: Timing[] = [];
  const begin = performance.now();
  const isOver = () => performance.now() - begin >= seconds * 1_000;
  let [next, refused] = [0, 0];
  const askUntilTheEnd = async (connection: Connection): Promise<void> => {
    do {
      const { text, length } = questions[next++ % questions.length]!;
      const timing = await connection.ask(text);
      if (timing.retryAfter !== undefined) {
        refused += 1;
        if (!isOver()) await sleep(timing.retryAfter * 1_000);
        continue;
      }
      if (Math.abs(timing.length - length) > TOLERANCE) {
        throw new Error(`an answer has ${timing.length} bytes where it had ${length} when its rows were compared`);
      }
      timings.push(timing);
    } while (!isOver());
  };
  try {
    await Promise.all(connections.map(askUntilTheEnd));
    return { seconds: (performance.now() - begin) / 1_000, timings, refused };
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function readStream({ port, path, headers, pace }: StreamJob): Promise<StreamResult> {
  const begin = performance.now();
  const answer = await get(port, path, headers);
  let [bytes, lines, firstByte] = [0, 0, 0];
  const elapsed = () => (performance.now() - begin) / 1_000;
  const result = (isWhole: boolean) => ({ seconds: elapsed(), firstByte, bytes, lines, isWhole });
  for await (const part of answer as AsyncIterable<Buffer>) {
    firstByte ||= performance.now() - begin;
    bytes += part.length;
    for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, at + 1)) lines += 1;
    if (!pace) continue;
    if (elapsed() > pace.seconds) {
      answer.destroy();
      return result(false);
    }
    const early = (bytes / pace.bytesPerSecond - elapsed()) * 1_000;
    if (early > 1) await sleep(early);
  }
  return result(true);
}

async function walk({ port, path }: WalkJob): Promise<WalkResult> {
  const begin = performance.now();
  let rows = 0;
  let after = '';
  for (;;) {
    const parts: Buffer[] = [];
    for await (const part of await get(port, path + after, {})) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    // As much as a client needs to go on: what it does with the rows is not measured here.
    const [, count, next] = /"count":(\d+),"next":"([^"]*)"\}$/.exec(body.toString('latin1', body.length - 100)) ?? [];
    if (count === undefined) throw new Error('a page does not say what is next');
    rows += Number(count);
    if (!next) return { seconds: (performance.now() - begin) / 1_000, rows };
    after = encodeURIComponent(next);
  }
}
