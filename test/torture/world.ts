import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { freePort } from '../helpers/free-port.js';
import { MariaDb } from '../helpers/mariadb.js';

const MAIN = resolve('dist/main.js');

export type Victim = 'gateway' | 'connector' | 'MariaDB';

/** A database server, a gateway and a connector: real processes that come back when they are killed. */
export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'pam-gateway-torture-'));
  readonly out = join(this.folder, 'imported');
  readonly kills: Record<Victim, number> = { gateway: 0, connector: 0, MariaDB: 0 };
  authToken = '';
  ingestToken = '';
  /** How often the connector came to its end by itself. */
  imports = 0;
  #isOver = false;
  #gateway: ChildProcess | undefined;
  #connector: ChildProcess | undefined;
  #running: Promise<void>[] = [];

  private constructor(
    readonly server: MariaDb,
    readonly port: number,
  ) {}

  static async start(): Promise<World> {
    const world = new World(await MariaDb.start(['--innodb-flush-log-at-trx-commit=1']), await freePort());
    const connection = await mysql.createConnection(world.server.url(''));
    await connection.query('CREATE DATABASE torture');
    await connection.end();
    await world.succeed('migrate');
    await world.succeed('user', 'create', 'connector', '--roles', 'Password Auditor', '--scope', 'ALL');
    world.authToken = await world.succeed('token', 'generate', '--user', 'connector');
    world.ingestToken = await world.succeed('token', 'generate', '--kind', 'ingest', '--name', 'torture');
    world.#running = [world.#keepServing(), world.#keepImporting()];
    return world;
  }

  /** Kills one of them as a power cut would; MariaDB is started again here. */
  async kill(victim: Victim): Promise<void> {
    this.kills[victim] += 1;
    if (victim === 'gateway') this.#gateway?.kill('SIGKILL');
    else if (victim === 'connector') this.#connector?.kill('SIGKILL');
    else {
      await this.server.kill();
      await this.server.run();
    }
  }

  /** Ends the import when it has read all there is. */
  async finish(): Promise<void> {
    this.#isOver = true;
    this.#connector?.kill('SIGKILL');
    await this.#running[1];
    for (let attempt = 1; (await this.#import()) !== 0; attempt++) {
      if (attempt === 20) throw new Error('the connector did not come to an end');
      await sleep(1_000);
    }
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    this.#connector?.kill('SIGKILL');
    this.#gateway?.kill('SIGTERM');
    await Promise.all(this.#running);
    await this.server.stop();
  }

  async succeed(...args: string[]): Promise<string> {
    const child = this.#start(args, 'pipe');
    const [said, [code]] = await Promise.all([text(child.stdout!), once(child, 'exit')]);
    if (code !== 0) throw new Error(`pam-gateway ${args.join(' ')} ended with ${code}`);
    return said.trim();
  }

  async #keepServing(): Promise<void> {
    while (!this.#isOver) {
      this.#gateway = this.#start(['serve'], 'ignore');
      await once(this.#gateway, 'exit');
    }
  }

  async #keepImporting(): Promise<void> {
    while (!this.#isOver) {
      if ((await this.#import()) === 0) this.imports += 1;
      await sleep(500);
    }
  }

  async #import(): Promise<number | null> {
    const url = `http://127.0.0.1:${this.port}`;
    this.#connector = this.#start(['connector', '--url', url, '--out', this.out], 'ignore');
    const [code] = await once(this.#connector, 'exit');
    return code;
  }

  #start(args: string[], stdout: 'pipe' | 'ignore'): ChildProcess {
    return spawn(process.execPath, [MAIN, ...args], {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: this.server.url('torture'),
        PORT: String(this.port),
        PAM_GATEWAY_TOKEN: this.authToken,
        CONNECTOR_COST_PER_SECOND: '100000000',
      },
      stdio: ['ignore', stdout, 'ignore'],
    });
  }
}
