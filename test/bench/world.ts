import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';
import { MariaDb } from '../helpers/mariadb.js';

export const UNTIL = '2026-01-01T00:00:00.000Z';
export const SIZE = { resources: 2_000, users: 500, days: 180 };

/** A database with demo data, and a token that reads all of it. */
export interface Database {
  readonly url: string;
  /** Audits that the demo made; a few more tell what was done to make the token. */
  readonly rows: number;
  readonly token: string;
  /** The last week that demo data is spread over. */
  readonly lastWeek: { readonly from: string; readonly to: string };
}

/** The engine that all peers read from. */
export class World {
  private constructor(readonly server: MariaDb) {}

  static async start(rows: number): Promise<World> {
    // Room for every page, and for what is written, as a server of its own would have: what is measured is not its disk.
    const gibibytes = Math.min(8, Math.max(1, Math.ceil(rows / 1_000_000) * 2));
    return new World(await MariaDb.start([`--innodb-buffer-pool-size=${gibibytes}G`, '--innodb-log-file-size=2G']));
  }

  get pid(): number {
    return Number(readFileSync(`${this.server.folder}/pid`, 'utf8'));
  }

  async fill(rows: number): Promise<Database> {
    const name = `bench_${rows}`;
    await this.query(`CREATE DATABASE ${name}`);
    const url = this.server.url(name);
    const sizes = { ...SIZE, audits: rows };
    const options = Object.entries(sizes).flatMap(([option, size]) => [`--${option}`, String(size)]);
    await this.run(url, ['demo-data', ...options, '--until', UNTIL]);
    await this.run(url, ['user', 'create', 'bench', '--roles', 'Password Auditor', '--scope', 'ALL']);
    const token = await this.run(url, ['token', 'generate', '--user', 'bench']);
    // Else the gateways that are measured would count meanwhile.
    await this.run(url, ['rebuild-counts']);
    await this.query(`ANALYZE TABLE ${name}.audits`);
    return { url, rows, token: token.trim(), lastWeek: { from: '2025-12-25T00:00:00.000Z', to: UNTIL } };
  }

  async query<Row>(statement: string, values: unknown[] = []): Promise<Row[]> {
    const connection = await mysql.createConnection({ uri: this.server.url(''), dateStrings: true });
    try {
      const [rows] = await connection.query(statement, values);
      return rows as Row[];
    } finally {
      await connection.end();
    }
  }

  /** Runs a command of the program on a database; what it printed. */
  async run(url: string, args: string[]): Promise<string> {
    const options = {
      cwd: tmpdir(),
      env: { PATH: process.env.PATH, DATABASE_URL: url },
      maxBuffer: 64 * 1024 * 1024,
    };
    const { stdout } = await promisify(execFile)(process.execPath, [resolve('dist/main.js'), ...args], options);
    return stdout;
  }
}
