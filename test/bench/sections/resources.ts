import { compare, sameRows } from '../measure.js';
import { short, thousands } from '../numbers.js';
import { gateway, rest } from '../peers.js';
import { resourcePlaces } from '../places.js';
import type { Running } from '../running.js';

const SIZE = 100;

/** Resources with their accounts, their owner and how they were used in a week. */
export async function resources(running: Running): Promise<void> {
  const { children, database, report } = running;
  const places = await resourcePlaces(children.get('gateway')!, database, SIZE);
  const asked = [gateway, rest].map((peer) => ({
    name: peer.name,
    child: children.get(peer.name)!,
    requests: places.map((place) => peer.resources(database, SIZE, place)),
    rowsOf: peer.rowsOf,
  }));
  const contestants = await sameRows(asked, SIZE);
  const rows: string[][] = [];
  for (const clients of [1, 16]) {
    const comparison = await compare(running, contestants, clients);
    const measured = comparison.ratio('gateway', 'rest', 'rowsPerSecond');
    rows.push([
      clients === 1 ? '1 client' : `${clients} clients`,
      thousands(comparison.median('gateway', 'rowsPerSecond')),
      `${short(measured)} ×`,
      `${short(comparison.ratio('gateway', 'rest', 'rowsPerProcessorSecond'))} ×`,
    ]);
    if (clients === 16)
      report.claim({ work: 'pages of 100 resources with children, against rest', atLeast: 0.8, measured });
  }
  report.table(
    'Pages of 100 resources with accounts, owner and usage',
    'rest takes four statements too and puts their rows together; it counts the use of a week from its audits.',
    ['', 'gateway, resources/s', 'against rest', 'resources for each CPU second, against rest'],
    rows,
  );
}
