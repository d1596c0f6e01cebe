import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { type Ended, Program, type RunningProgram, type Served } from '../helpers/program.js';

export const SIZE = { resources: 60, users: 40, audits: 4_000 };

export interface Row {
  id: string;
  [field: string]: unknown;
}

/** A gateway with demo data that is served, and connectors that import from it: all of them processes. */
export class ImportFixture {
  readonly program = new Program();
  server!: Served;
  token!: string;
  /** How many audits there are at first: those of the demo, and of what was done here up to the token's first use. */
  audits!: number;

  async begin(databaseUrl: string): Promise<void> {
    this.program.environment.DATABASE_URL = databaseUrl;
    const size = Object.entries(SIZE).flatMap(([name, count]) => [`--${name}`, String(count)]);
    await this.program.succeed('demo-data', ...size, '--days', '30');
    await this.program.succeed('user', 'create', 'ann', '--roles', 'Administrator', '--scope', 'ALL');
    this.token = (await this.program.succeed('token', 'generate', '--user', 'ann')).trim();
    this.server = await this.program.serve();
    this.audits = await this.#countAudits();
  }

  /** Serves again where the server that was killed had served. */
  async serveAgain(): Promise<void> {
    this.server = await this.program.serve({ PORT: String(this.server.port) });
  }

  start(out: string, ...more: string[]): RunningProgram {
    const args = ['connector', '--url', this.server.url, '--out', out, ...more];
    return this.program.start(args, { PAM_GATEWAY_TOKEN: this.token });
  }

  /** Runs a connector that must succeed; what it printed. */
  async connect(out: string, ...more: string[]): Promise<string> {
    const { code, stdout, stderr }: Ended = await this.start(out, ...more).ended;
    if (code !== 0) throw new Error(`the connector ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Imports records into the gateway, as of the source that the demo data came from. */
  async store(module: string, ...records: object[]): Promise<string> {
    writeFileSync(this.program.file('new.ndjson'), records.map((record) => JSON.stringify(record)).join('\n'));
    return this.program.succeed('import', module, 'new.ndjson', '--source', 'demo');
  }

  rows(out: string, module: string): Row[] {
    const lines = this.#read(`${out}/${module}.ndjson`).trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Row);
  }

  csvRows(out: string, module: string): Row[] {
    return parse(this.#read(`${out}/${module}.csv`), { columns: true });
  }

  async #countAudits(): Promise<number> {
    const headers = { authtoken: this.token };
    const response = await fetch(`${this.server.url}/graphql?query={audits{totalCount}}`, { headers });
    const { data } = (await response.json()) as { data: { audits: { totalCount: number } } };
    return data.audits.totalCount;
  }

  #read(name: string): string {
    return readFileSync(this.program.file(name), 'utf8');
  }
}

/** How many rows there are, and how many of them are different ones. */
export function counted(rows: readonly Row[]): { rows: number; distinct: number } {
  return { rows: rows.length, distinct: new Set(rows.map(({ id }) => id)).size };
}

/** Every row once, so many of them. */
export function once(count: number): { rows: number; distinct: number } {
  return { rows: count, distinct: count };
}
