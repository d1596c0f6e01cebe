import type { Child } from '../child.js';
import { thirteen } from '../fields.js';
import { compare, sameRows } from '../measure.js';
import { short, thousands } from '../numbers.js';
import { gateway } from '../peers.js';
import { auditPlaces } from '../places.js';
import { askedForAudits, type Running, startPeer, untilCounted } from '../running.js';

/** What a page costs where the table holds more; a gateway and a database for each size. */
export async function tableSize(running: Running): Promise<void> {
  const { options, world, report, database: largest, children } = running;
  const title = 'Cost by the size of the table';
  if (options.sizes.length === 0) {
    report.skipped(title, 'it takes larger tables, which `npm run bench -- --large` makes');
    return;
  }
  const started: Child[] = [];
  try {
    const contestants = [];
    for (const size of options.sizes) {
      const database = size === largest.rows ? largest : await world.fill(size);
      let child = children.get('gateway')!;
      if (database !== largest) {
        child = await startPeer(gateway, database);
        await untilCounted(child);
        started.push(child);
      }
      const places = await auditPlaces(child, database);
      const asked = askedForAudits(gateway, child, database, thirteen, 1_000, places);
      contestants.push(...(await sameRows([{ ...asked, name: size.toLocaleString('en') }], 1_000)));
    }
    const comparison = await compare(running, contestants, 16);
    const [least] = contestants;
    report.table(
      title,
      'Pages of 1,000 of 13 columns, 16 clients.',
      ['audits', 'rows/s', `against ${least!.name}`],
      contestants.map(({ name }) => [
        name,
        thousands(comparison.median(name, 'rowsPerSecond')),
        `${short(comparison.ratio(name, least!.name, 'rowsPerSecond'))} ×`,
      ]),
    );
  } finally {
    for (const child of started) await child.stop();
  }
}
