import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../helpers/mariadb.js';
import { emptyDatabase, onEveryEngine } from '../helpers/databases.js';
import { Program, type Served } from '../helpers/program.js';

const SIZE = ['--resources', '60', '--users', '40', '--audits', '4000', '--days', '30'];

interface Row {
  id: string;
  [field: string]: unknown;
}

/** A gateway with demo data that is served, and a connector that imports from it. */
class Import {
  readonly program = new Program();
  server!: Served;
  token!: string;

  async begin(environment: Record<string, string> = {}): Promise<void> {
    Object.assign(this.program.environment, environment);
    await this.program.succeed('demo-data', ...SIZE);
    await this.program.succeed('user', 'create', 'ann', '--roles', 'Administrator', '--scope', 'ALL');
    this.token = (await this.program.succeed('token', 'generate', '--user', 'ann')).trim();
    this.server = await this.program.serve({ PORT: String(await freePort()) });
  }

  args(out: string, ...more: string[]): string[] {
    return ['connector', '--url', this.server.url, '--out', out, ...more];
  }

  start(out: string, ...more: string[]) {
    return this.program.start(this.args(out, ...more), { PAM_GATEWAY_TOKEN: this.token });
  }

  async run(out: string, ...more: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.start(out, ...more).ended;
    if (code !== 0) throw new Error(`the connector ended with ${code}: ${stderr}`);
    return stdout;
  }

  rows(out: string, module: string): Row[] {
    const lines = readFileSync(this.program.file(`${out}/${module}.ndjson`), 'utf8').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Row);
  }

  async importLines(module: string, ...records: object[]): Promise<string> {
    const lines = records.map((record) => JSON.stringify(record)).join('\n');
    writeFileSync(this.program.file('new.ndjson'), lines);
    return this.program.succeed('import', module, 'new.ndjson', '--source', 'demo');
  }
}

const distinct = (rows: Row[]) => new Set(rows.map(({ id }) => id)).size;

onEveryEngine('a connector', (engine) => {
  const scene = new Import();
  beforeAll(async () => {
    const { url } = await emptyDatabase(engine);
    await scene.begin({ DATABASE_URL: url });
  });

  test('imports every row of the three modules', async () => {
    const summary = await scene.run('all');
    expect(summary).toMatch(/^RESOURCES +60 rows .*\nUSER_ACCOUNTS +41 rows .*\nAUDITS +4,000 rows /);
    expect(distinct(scene.rows('all', 'resources'))).toBe(60);
    expect(distinct(scene.rows('all', 'user-accounts'))).toBe(41);
    expect(distinct(scene.rows('all', 'audits'))).toBe(4_000);
  });
});
