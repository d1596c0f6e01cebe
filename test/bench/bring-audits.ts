import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { Child } from './child.js';
import { UNTIL, type World } from './world.js';

/** Audits that are brought into a database of their own. */
export const BROUGHT = 1_000_000;

/** An empty database for some work, which is gone afterwards. */
export async function inDatabase(world: World, name: string, work: (url: string) => Promise<void>): Promise<void> {
  await world.query(`CREATE DATABASE ${name}`);
  try {
    await run(world.server.url(name), ['migrate']);
    await work(world.server.url(name));
  } finally {
    await world.query(`DROP DATABASE ${name}`);
  }
}

/** As `inDatabase`, with a gateway that serves it, and follows its audits. */
export function inServedDatabase(world: World, name: string, work: (url: string) => Promise<void>): Promise<void> {
  return inDatabase(world, name, async (url) => {
    const gateway = await Child.start([resolve('dist/main.js'), 'serve'], { DATABASE_URL: url });
    try {
      await gateway.answers({ path: '/health/ready' });
      await work(url);
    } finally {
      await gateway.stop();
    }
  });
}

/** Audits a second, from when the first are stored until the last are; resources and users are there already. */
export async function bringAudits(url: string): Promise<number> {
  const made = ['demo-data', '--resources', '2000', '--users', '500', '--until', UNTIL];
  const args = (audits: number) => [...made, '--audits', String(audits)];
  await run(url, args(0));
  const connection = await mysql.createConnection(url);
  try {
    const stored = async () => {
      const [rows] = await connection.query<mysql.RowDataPacket[]>(
        "SELECT position FROM positions WHERE module = 'AUDITS'",
      );
      return Number(rows[0]!.position);
    };
    const before = await stored();
    let isOver = false;
    const running = run(url, args(BROUGHT)).finally(() => {
      isOver = true;
    });
    let first = before;
    for (; first === before && !isOver; first = await stored()) await sleep(10);
    const begin = performance.now();
    await running;
    const seconds = (performance.now() - begin) / 1_000;
    return ((await stored()) - first) / seconds;
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
