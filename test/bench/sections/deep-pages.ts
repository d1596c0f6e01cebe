import { thirteen } from '../fields.js';
import { compare, sameRows } from '../measure.js';
import { short, thousands } from '../numbers.js';
import { gateway, rest } from '../peers.js';
import { askedForAudits, type Running } from '../running.js';

const SIZE = 1_000;

/** The first twentieth of all pages against the last. */
export async function deepPages(running: Running): Promise<void> {
  const { children, database, places, report } = running;
  const twentieth = Math.max(1, Math.floor(places.length / 20));
  const contestants = [];
  for (const [where, some] of [
    ['first', places.slice(0, twentieth)],
    ['last', places.slice(-twentieth)],
  ] as const) {
    const asked = [gateway, rest].map((peer) =>
      askedForAudits(peer, children.get(peer.name)!, database, thirteen, SIZE, some),
    );
    for (const contestant of await sameRows(asked, SIZE)) {
      contestants.push({ ...contestant, name: `${contestant.name}, ${where}` });
    }
  }
  const comparison = await compare(running, contestants, 1);
  const row = (peer: string) => [
    peer,
    thousands(comparison.median(`${peer}, first`, 'rowsPerSecond')),
    thousands(comparison.median(`${peer}, last`, 'rowsPerSecond')),
    `${short(comparison.ratio(`${peer}, last`, `${peer}, first`, 'mean'))} ×`,
  ];
  report.table(
    'Deep pages',
    `Pages of ${SIZE.toLocaleString('en')} of 13 columns, one client: the first twentieth of ${database.rows.toLocaleString('en')} audits against the last.`,
    ['', 'first, rows/s', 'last, rows/s', 'time of a page, last against first'],
    [row('gateway'), row('rest')],
  );
  report.claim({
    work: `a page of the last twentieth of ${database.rows.toLocaleString('en')} audits against one of the first`,
    atMost: 1.2,
    measured: comparison.ratio('gateway, last', 'gateway, first', 'mean'),
  });
}
