import type { Child } from '../child.js';
import { thirteen } from '../fields.js';
import { compare, sameRows } from '../measure.js';
import { short, thousands } from '../numbers.js';
import { gateway, startGateway } from '../peers.js';
import { askedForAudits, type Running, startPeer } from '../running.js';

/** Two workers against one. The database and the client are on the same cores. */
export async function workers(running: Running): Promise<void> {
  const { database, places, report } = running;
  const title = 'Two workers against one';
  const started: Child[] = [];
  try {
    for (const count of ['1', '2']) {
      const start = () => startGateway(database, '--workers', count);
      started.push(await startPeer({ ...gateway, start }, database));
    }
  } catch (error) {
    const isUnknown = /unknown option/.test((error as Error).message);
    for (const child of started) await child.stop();
    if (!isUnknown) throw error;
    report.skipped(title, '`pam-gateway serve` knows no `--workers`');
    return;
  }
  try {
    const rows: string[][] = [];
    for (const size of [1_000, 10_000]) {
      const asked = started.map((child, n) => ({
        ...askedForAudits(gateway, child, database, thirteen, size, places),
        name: n === 0 ? 'one' : 'two',
      }));
      const comparison = await compare(running, await sameRows(asked, size), 16);
      const measured = comparison.ratio('two', 'one', 'rowsPerSecond');
      rows.push([
        `${size.toLocaleString('en')} rows`,
        ...['one', 'two'].map((name) => thousands(comparison.median(name, 'rowsPerSecond'))),
        `${short(measured)} ×`,
      ]);
      if (size === 1_000) report.claim({ work: 'two workers against one, pages of 1,000', atLeast: 1.4, measured });
    }
    report.table(title, '13 columns, 16 clients.', ['page', 'one, rows/s', 'two, rows/s', 'two against one'], rows);
  } finally {
    for (const child of started) await child.stop();
  }
}
