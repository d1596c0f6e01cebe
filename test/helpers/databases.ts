import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { describe, inject } from 'vitest';
import type { Database } from '../../src/database/db.js';
import { defaultLimits, openDatabase } from '../../src/database/open.js';
import { copyMariadbTemplate, copySqliteTemplate } from './templates.js';

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

/** A database's URL, and how to take it away. */
export interface Place {
  readonly url: string;
  drop(): Promise<void>;
}

/** A database of an engine without a table. */
export async function emptyDatabase(engine: EngineName): Promise<Place> {
  if (engine === 'sqlite') return sqliteFile(() => {});
  return mariadbDatabase((name) => `CREATE DATABASE ${name}`);
}

/** A database of an engine as `migrate` leaves it. */
export async function migratedDatabase(engine: EngineName): Promise<Place> {
  const templates = inject('templates');
  if (engine === 'sqlite') return sqliteFile((path) => copySqliteTemplate(templates, path));
  return mariadbDatabase((name) => copyMariadbTemplate(templates, name));
}

/** The same cases on every engine, and with either encoder of rows. */
export function withEveryEncoder(name: string, cases: (make: () => Promise<TestDatabase>) => void): void {
  describe(`${name}, on sqlite`, () => cases(() => testDatabase('sqlite')));
  describe(`${name}, on mariadb`, () => cases(() => testDatabase('mariadb')));
  const plain = { ...defaultLimits, rowEncoder: 'plain' } as const;
  describe(`${name}, on mariadb with ROW_ENCODER=plain`, () => cases(() => testDatabase('mariadb', plain)));
}

/** A migrated database of an engine, opened. */
export async function testDatabase(engine: EngineName, limits = defaultLimits): Promise<TestDatabase> {
  const { url, drop } = await migratedDatabase(engine);
  const db = await openDatabase(url, limits);
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

function sqliteFile(make: (path: string) => void): Place {
  const folder = mkdtempSync(join(tmpdir(), 'pam-gateway-'));
  make(`${folder}/gateway.db`);
  return { url: `sqlite:${folder}/gateway.db`, drop: async () => rmSync(folder, { recursive: true, force: true }) };
}

async function mariadbDatabase(make: (name: string) => string): Promise<Place> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const server = `mysql://root@127.0.0.1:${inject('mariadbPort')}`;
  await runOn(server, make(name));
  return { url: `${server}/${name}`, drop: () => runOn(server, `DROP DATABASE ${name}`) };
}

async function runOn(server: string, statements: string): Promise<void> {
  const connection = await mysql.createConnection({ uri: `${server}/`, multipleStatements: true });
  try {
    await connection.query(statements);
  } finally {
    await connection.end();
  }
}
