import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import mysql from 'mysql2/promise';
import { Child } from '../child.js';
import { median, short, thousands } from '../numbers.js';
import type { Running } from '../running.js';

const AUDITS = 400_000;
/** Rows of one INSERT, well within the packet that a server takes. */
const AT_ONCE = 1_000;
/** Statements of one transaction, as many rows as the write path puts into one. */
const PER_COMMIT = 5;

/** Audits a second through the write path, against a bare multi-row INSERT of the same rows into the same table. */
export async function ingest({ world, report, rounds }: Running): Promise<void> {
  const ways: Record<string, number[]> = { 'bare INSERT': [], 'write path': [], 'write path beside the follower': [] };
  for (let round = 0; round < Math.min(rounds, 3); round++) {
    await inDatabase(world, `ingest_${round}`, async (url) => {
      ways['write path']!.push(await demoData(url));
      ways['bare INSERT']!.push(await bareInsert(url));
    });
    await inDatabase(world, `followed_${round}`, async (url) => {
      const gateway = await Child.start([resolve('dist/main.js'), 'serve'], { DATABASE_URL: url });
      try {
        await gateway.answers({ path: '/health/ready' });
        ways['write path beside the follower']!.push(await demoData(url));
      } finally {
        await gateway.stop();
      }
    });
  }
  const bare = median(ways['bare INSERT']!);
  report.table(
    'Ingest',
    `${AUDITS.toLocaleString('en')} audits by \`demo-data\`, which makes them too, the start of the process included, against the same rows sent ready by mysql2, ${AT_ONCE} in an INSERT.`,
    ['', 'audits/s', 'against bare INSERT'],
    Object.entries(ways).map(([way, rates]) => [way, thousands(median(rates)), `${short(median(rates) / bare)} ×`]),
  );
  const beside = median(ways['write path beside the follower']!);
  report.claim({ work: 'ingest against a bare INSERT', atLeast: 0.5, measured: median(ways['write path']!) / bare });
  report.claim({ work: 'audits a second while the follower runs', atLeast: 40_000, measured: beside });
}

async function inDatabase(world: Running['world'], name: string, work: (url: string) => Promise<void>): Promise<void> {
  await world.query(`CREATE DATABASE ${name}`);
  try {
    await run(world.server.url(name), ['migrate']);
    await work(world.server.url(name));
  } finally {
    await world.query(`DROP DATABASE ${name}`);
  }
}

/** Audits a second, the start of the process included; resources and users are there already. */
async function demoData(url: string): Promise<number> {
  const args = (audits: number) => ['demo-data', '--resources', '2000', '--users', '500', '--audits', String(audits)];
  await run(url, args(1_000));
  const begin = performance.now();
  await run(url, args(AUDITS));
  return (AUDITS * 1_000) / (performance.now() - begin);
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

async function run(url: string, args: string[]): Promise<void> {
  const child = spawn(process.execPath, [resolve('dist/main.js'), ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, DATABASE_URL: url },
    stdio: 'ignore',
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`pam-gateway ${args.join(' ')} ended with ${code}`);
}
