import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { describe, inject } from 'vitest';
import type { Database } from '../../src/database/db.js';
import { migrate } from '../../src/database/migrate.js';
import { openDatabase } from '../../src/database/open.js';

export type EngineName = 'sqlite' | 'mariadb';

/** A database that the test owns; `drop` takes it away. */
export interface TestDatabase {
  readonly engine: EngineName;
  readonly url: string;
  readonly db: Database;
  drop(): Promise<void>;
}

/** The same cases on every engine. */
export function onEveryEngine(name: string, cases: (engine: EngineName) => void): void {
  describe.each(['sqlite', 'mariadb'] as const)(`${name}, on %s`, cases);
}

/** An empty database of an engine; its URL, and how to take it away. */
export async function emptyDatabase(engine: EngineName): Promise<{ url: string; drop: () => Promise<void> }> {
  if (engine === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'pam-gateway-'));
    const drop = async () => rmSync(folder, { recursive: true, force: true });
    return { url: `sqlite:${folder}/gateway.db`, drop };
  }
  const name = `test_${randomBytes(6).toString('hex')}`;
  const server = `mysql://root@127.0.0.1:${inject('mariadbPort')}`;
  await runOn(server, `CREATE DATABASE ${name}`);
  return { url: `${server}/${name}`, drop: () => runOn(server, `DROP DATABASE ${name}`) };
}

/** A migrated database of an engine. */
export async function testDatabase(engine: EngineName): Promise<TestDatabase> {
  const { url, drop } = await emptyDatabase(engine);
  await migrate(url);
  const db = await openDatabase(url);
  return {
    engine,
    url,
    db,
    drop: async () => {
      await db.close();
      await drop();
    },
  };
}

async function runOn(server: string, statement: string): Promise<void> {
  const connection = await mysql.createConnection(`${server}/`);
  await connection.query(statement);
  await connection.end();
}
