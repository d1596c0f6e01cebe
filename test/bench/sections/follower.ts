import { setTimeout as sleep } from 'node:timers/promises';
import { thousands } from '../numbers.js';
import type { Running } from '../running.js';
import { SIZE, UNTIL } from '../world.js';

/** How fast the gateway counts audits: all of them anew, those that another process brings meanwhile, and what is left then. */
export async function follower({ world, database, report }: Running): Promise<void> {
  const name = new URL(database.url).pathname.slice(1);
  const countedSoFar = async () => {
    const [row] = await world.query<{ position: number; last: number }>(
      `SELECT w.position, m.position AS last FROM ${name}.watermarks w JOIN ${name}.positions m ON m.module = 'AUDITS'`,
    );
    return row!;
  };
  const rebuilding = await timed(() => world.run(database.url, ['rebuild-counts']));
  const before = await countedSoFar();

  const audits = Math.min(database.rows, 1_000_000);
  const options = Object.entries({ ...SIZE, audits, seed: 2, until: UNTIL }).flatMap(([option, value]) => [
    `--${option}`,
    String(value),
  ]);
  const bringing = await timed(() => world.run(database.url, ['demo-data', ...options]));
  const then = await countedSoFar();
  const catchingUp = await timed(async () => {
    for (let now = then; now.position < now.last; now = await countedSoFar()) await sleep(50);
  });

  const rates = {
    alone: before.position / rebuilding,
    beside: (then.position - before.position) / bringing,
    after: (then.last - then.position) / catchingUp,
  };
  report.claim({ work: 'audits/s that are counted by themselves', atLeast: 20_000, measured: rates.alone });
  report.claim({ work: 'audits/s that are counted while others come in', atLeast: 20_000, measured: rates.beside });
  report.table(
    'Counting audits',
    `By the gateway; ${thousands(audits)} audits came in by \`demo-data\`, at ${thousands(audits / bringing)} a second.`,
    ['', 'audits/s'],
    [
      ['all anew, by `rebuild-counts`', thousands(rates.alone)],
      ['while audits come in', thousands(rates.beside)],
      ['afterwards, what was left', thousands(rates.after)],
    ],
  );
}

/** The seconds that something took. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1_000;
}
