import mysql from 'mysql2/promise';
import { BROUGHT, bringAudits, inDatabase, inServedDatabase } from '../bring-audits.js';
import { median, short, thousands } from '../numbers.js';
import type { Running } from '../running.js';

/** Rows of one INSERT, well within the packet that a server takes. */
const AT_ONCE = 1_000;
/** Statements of one transaction, as many rows as the write path puts into one. */
const PER_COMMIT = 5;

/** Audits a second through the write path, against a bare multi-row INSERT of the same rows into the same table. */
export async function ingest({ world, report, rounds }: Running): Promise<void> {
  const ways: Record<string, number[]> = {
    'bare INSERT': [],
    'write path': [],
    'write path beside the rollup worker': [],
  };
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    await inDatabase(world, `ingest_${round}`, async (url) => {
      ways['write path']!.push(await bringAudits(url));
      ways['bare INSERT']!.push(await bareInsert(url));
    });
    await inServedDatabase(world, `followed_${round}`, async (url) => {
      ways['write path beside the rollup worker']!.push(await bringAudits(url));
    });
  }
  const bare = median(ways['bare INSERT']!);
  report.table(
    'Ingest',
    `${BROUGHT.toLocaleString('en')} audits by \`demo-data\`, which makes them too, from when the first are stored, against the same rows sent ready by mysql2, ${AT_ONCE} in an INSERT.`,
    ['', 'audits/s', 'against bare INSERT'],
    Object.entries(ways).map(([way, rates]) => [way, thousands(median(rates)), `${short(median(rates) / bare)} ×`]),
  );
  const beside = median(ways['write path beside the rollup worker']!);
  report.claim({ work: 'ingest against a bare INSERT', atLeast: 0.5, measured: median(ways['write path']!) / bare });
  report.claim({ work: 'audits a second while the rollup worker runs', atLeast: 40_000, measured: beside });
}

/** The rows that are there, into a table that is the same and empty. */
async function bareInsert(url: string): Promise<number> {
  const connection = await mysql.createConnection({ uri: url, dateStrings: true });
  try {
    const [rows] = await connection.query<mysql.RowDataPacket[]>('SELECT * FROM audits ORDER BY id');
    await connection.query('CREATE TABLE bare LIKE audits');
    const columns = Object.keys(rows[0]!);
    const begin = performance.now();
    for (let start = 0; start < rows.length; start += AT_ONCE * PER_COMMIT) {
      await connection.beginTransaction();
      for (let at = start; at < Math.min(start + AT_ONCE * PER_COMMIT, rows.length); at += AT_ONCE) {
        const values = rows.slice(at, at + AT_ONCE).map((row) => columns.map((column) => row[column]));
        await connection.query(`INSERT INTO bare (${columns.join(', ')}) VALUES ?`, [values]);
      }
      await connection.commit();
    }
    return (rows.length * 1_000) / (performance.now() - begin);
  } finally {
    await connection.end();
  }
}
