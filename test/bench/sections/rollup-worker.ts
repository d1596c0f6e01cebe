import { setTimeout as sleep } from 'node:timers/promises';
import { BROUGHT, bringAudits, inServedDatabase } from '../bring-audits.js';
import { thousands } from '../numbers.js';
import type { Running } from '../running.js';
import type { World } from '../world.js';

/** How fast the gateway counts audits: all of them anew, those that another process brings meanwhile, and what is left then. */
export async function rollupWorker({ world, database, report }: Running): Promise<void> {
  const rebuilding = await timed(() => world.run(database.url, ['rebuild-counts']));
  const { position } = await countedSoFar(world, database.url);
  const alone = position / rebuilding;
  await inServedDatabase(world, 'counted', async (url) => {
    const brought = await bringAudits(url);
    const then = await countedSoFar(world, url);
    const catchingUp = await timed(async () => {
      for (let now = then; now.position < now.last; now = await countedSoFar(world, url)) await sleep(50);
    });
    const beside = (then.position * brought) / BROUGHT;
    report.claim({ work: 'audits/s that are counted by themselves', atLeast: 20_000, measured: alone });
    report.claim({ work: 'audits/s that are counted while others come in', atLeast: 20_000, measured: beside });
    report.table(
      'Counting audits',
      `By the gateway; ${BROUGHT.toLocaleString('en')} audits came in by \`demo-data\`, at ${thousands(brought)} a second.`,
      ['', 'audits/s'],
      [
        ['all anew, by `rebuild-counts`', thousands(alone)],
        ['while audits come in', thousands(beside)],
        ['afterwards, what was left', thousands((then.last - then.position) / catchingUp)],
      ],
    );
  });
}

/** How many audits of a database are counted, and how many there are. */
async function countedSoFar(world: World, url: string): Promise<{ position: number; last: number }> {
  const name = new URL(url).pathname.slice(1);
  const [row] = await world.query<{ position: number; last: number }>(
    `SELECT w.position, m.position AS last FROM ${name}.watermarks w JOIN ${name}.positions m ON m.module = 'AUDITS'`,
  );
  return row!;
}

/** The seconds that something took. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1_000;
}
