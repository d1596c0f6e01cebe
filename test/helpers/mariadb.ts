import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import mysql from 'mysql2/promise';
import { freePort } from './free-port.js';

/** A MariaDB of the tests' own, in a temporary folder, on a free port of the loopback. */
export class MariaDb {
  #process!: ChildProcess;

  private constructor(
    readonly folder: string,
    readonly port: number,
    readonly options: string[],
  ) {}

  static async start(options: string[] = []): Promise<MariaDb> {
    const folder = mkdtempSync(join(tmpdir(), 'pam-gateway-mariadb-'));
    const user = process.getuid?.() === 0 ? ['--user=root'] : [];
    execFileSync(
      'mariadb-install-db',
      [
        '--no-defaults',
        ...user,
        `--datadir=${folder}/data`,
        `--tmpdir=${folder}`,
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const server = new MariaDb(folder, await freePort(), [...user, ...options]);
    await server.run();
    return server;
  }

  /** The URL of a database on this server, for a root user that has no password. */
  url(database: string): string {
    return `mysql://root@127.0.0.1:${this.port}/${database}`;
  }

  async run(): Promise<void> {
    this.#process = spawn(
      'mariadbd',
      [
        '--no-defaults',
        `--datadir=${this.folder}/data`,
        `--tmpdir=${this.folder}`,
        `--socket=${this.folder}/socket`,
        `--pid-file=${this.folder}/pid`,
        // A server that starts removes what it finds of temporary tables there, those of its neighbours included.
        `--tmpdir=${this.folder}`,
        `--port=${this.port}`,
        '--bind-address=127.0.0.1',
        '--innodb-flush-log-at-trx-commit=2',
        '--innodb-buffer-pool-size=512M',
        '--max-connections=400',
        ...this.options,
      ],
      { stdio: 'ignore' },
    );
    await this.#answer();
  }

  /** Ends the server as a power cut would. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Makes the server stand still; a signal stops its threads one by one, and until then one of them may still answer. */
  async freeze(): Promise<void> {
    this.#process.kill('SIGSTOP');
    const tasks = `/proc/${this.#process.pid}/task`;
    const isStill = () =>
      readdirSync(tasks).every((task) => /\) T /.test(readFileSync(`${tasks}/${task}/stat`, 'utf8')));
    while (!isStill()) await sleep(5);
  }

  /** Lets a frozen server go on. */
  thaw(): void {
    this.#process.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill(signal);
    await ended;
  }

  async #answer(): Promise<void> {
    for (let attempt = 0; attempt < 300; attempt++) {
      if (this.#process.exitCode !== null) throw new Error(`mariadbd ended with ${this.#process.exitCode}`);
      try {
        const connection = await mysql.createConnection(`mysql://root@127.0.0.1:${this.port}/`);
        await connection.query("CREATE USER IF NOT EXISTS root@'127.0.0.1'");
        await connection.end();
        return;
      } catch {
        await sleep(100);
      }
    }
    throw new Error('mariadbd did not answer within 30 seconds');
  }
}
