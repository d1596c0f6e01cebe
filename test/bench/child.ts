import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../helpers/free-port.js';
import { type Request, send } from './http.js';
import { processesOf, residentMebibytes } from './proc.js';

/** A server in a process of its own, which writes what it says to a file, as an operator's would. */
export class Child {
  readonly #process: ChildProcess;

  private constructor(
    readonly port: number,
    readonly folder: string,
    child: ChildProcess,
  ) {
    this.#process = child;
  }

  /** Starts a program of Node that listens on the port that PORT says. */
  static async start(args: readonly string[], environment: Record<string, string>): Promise<Child> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'pam-gateway-bench-'));
    const log = openSync(join(folder, 'log'), 'a');
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, ...environment, PORT: String(port) },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    return new Child(port, folder, child);
  }

  /** The process and those that it has started. */
  get pids(): number[] {
    return processesOf(this.#process.pid!);
  }

  /** Resident memory of all its processes. */
  get mebibytes(): number {
    return this.pids.reduce((sum, pid) => sum + residentMebibytes(pid), 0);
  }

  /** Waits until it answers a request with 200. */
  async answers(request: Request): Promise<void> {
    for (let attempt = 0; attempt < 30_000; attempt++) {
      if (this.#process.exitCode !== null) throw new Error(`it ended with ${this.#process.exitCode}:\n${this.log}`);
      const answer = await send(this.port, request).catch(() => undefined);
      if (answer?.status === 200) return;
      await sleep(2);
    }
    throw new Error(`it did not answer within a minute:\n${this.log}`);
  }

  get log(): string {
    return readFileSync(join(this.folder, 'log'), 'utf8').slice(-4_000);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      const late = setTimeout(() => this.#process.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(late);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
