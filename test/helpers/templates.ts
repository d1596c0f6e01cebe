import { randomBytes } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import { migrate } from '../../src/database/migrate.js';
import type { MariaDb } from './mariadb.js';

/** Migrated databases that a run makes once; copies of them take a tenth of the time of the migrations. */
export interface Templates {
  /** The path of an SQLite file. */
  readonly sqlite: string;
  /** Statements that fill an empty MariaDB database. */
  readonly mariadb: string;
}

/** What the migrations draw at random, so that no two databases share it. */
const facts: Readonly<Record<string, () => string>> = {
  id: () => randomBytes(8).toString('hex'),
  'cursor key': () => randomBytes(32).toString('base64'),
  device_key: () => randomBytes(32).toString('base64url'),
  'source links': () => '',
};

/** Migrates a database of each engine; they last as long as the server and its folder. */
export async function makeTemplates(server: MariaDb): Promise<Templates> {
  const sqlite = join(server.folder, 'template.db');
  const [mariadb] = await Promise.all([makeMariadbTemplate(server), migrate(`sqlite:${sqlite}`)]);
  checkFacts(sqlite);
  return { sqlite, mariadb };
}

/** Makes an SQLite file that is migrated already. */
export function copySqliteTemplate({ sqlite }: Templates, path: string): void {
  copyFileSync(sqlite, path);
  const copy = new Sqlite(path);
  const refresh = copy.prepare('UPDATE gateway SET value = ? WHERE name = ?');
  for (const [name, draw] of Object.entries(facts)) refresh.run(draw(), name);
  copy.close();
}

/** Statements that make a MariaDB database of this name, migrated already. */
export function copyMariadbTemplate({ mariadb }: Templates, name: string): string {
  const refreshed = Object.entries(facts).map(
    ([fact, draw]) => `UPDATE gateway SET value = '${draw()}' WHERE name = '${fact}'`,
  );
  return [`CREATE DATABASE ${name}`, `USE ${name}`, mariadb, ...refreshed].join('; ');
}

async function makeMariadbTemplate(server: MariaDb): Promise<string> {
  const connection = await mysql.createConnection(server.url(''));
  try {
    await connection.query('CREATE DATABASE template');
    await migrate(server.url('template'));
    await connection.query('USE template');
    const select = async (statement: string): Promise<string[][]> => {
      const [rows] = await connection.query<RowDataPacket[]>(statement);
      return rows.map((row) => Object.values(row));
    };
    const made: string[] = ['SET foreign_key_checks = 0'];
    const filled: string[] = [];
    for (const [table] of await select('SHOW TABLES')) {
      const [[, create]] = (await select(`SHOW CREATE TABLE ${table}`)) as [[string, string]];
      made.push(create);
      const some = await select(`SELECT 1 FROM ${table} LIMIT 1`);
      if (some.length > 0) filled.push(`INSERT INTO ${table} SELECT * FROM template.${table}`);
    }
    return [...made, ...filled].join('; ');
  } finally {
    await connection.end();
  }
}

function checkFacts(sqlite: string): void {
  const file = new Sqlite(sqlite, { readonly: true });
  const names = file.prepare('SELECT name FROM gateway').pluck().all() as string[];
  file.close();
  const unknown = names.filter((name) => !Object.hasOwn(facts, name));
  if (unknown.length > 0) throw new Error(`copies would share ${unknown}: add to \`facts\` how it is drawn`);
}
