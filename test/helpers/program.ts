import { type ChildProcess, fork, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import { freePort } from './free-port.js';

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');
const RESIDENT_MAIN = resolve(import.meta.dirname, 'resident.mjs');

/** Commands that run in a process which lives on; each also runs in one of its own in test/cli/processes.test.ts. */
const RESIDENT = new Set(['migrate', 'doctor', 'user', 'token', 'import', 'rebuild-counts', 'prune', 'demo-data']);

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The compiled program in a folder of its own, with an environment of its own: nothing of the test's process comes in. */
export class Program {
  readonly folder = mkdtempSync(join(tmpdir(), 'pam-gateway-program-'));
  readonly #running = new Set<RunningProgram>();

  /** Ends what still runs, and removes the folder, when the test file ends. */
  constructor(readonly environment: Record<string, string> = {}) {
    afterAll(async () => {
      await Promise.all([...this.#running].map((running) => running.kill()));
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  start(args: string[], environment: Record<string, string> = {}): RunningProgram {
    const child = spawn(process.execPath, [MAIN, ...args], {
      cwd: this.folder,
      env: { PATH: process.env.PATH, ...this.environment, ...environment },
    });
    const running = new RunningProgram(child);
    this.#running.add(running);
    child.once('exit', () => this.#running.delete(running));
    return running;
  }

  /** Runs a command to its end, with `input` as its standard input. */
  async run(args: string[], input = '', environment: Record<string, string> = {}): Promise<Ended> {
    if (RESIDENT.has(args[0]!)) {
      resident ??= new Resident();
      const { PATH } = process.env;
      return resident.run({
        args,
        input,
        environment: { PATH, ...this.environment, ...environment },
        folder: this.folder,
      });
    }
    const running = this.start(args, environment);
    running.child.stdin!.end(input);
    return running.ended;
  }

  /** Runs a command that must succeed; what it printed. */
  async succeed(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    if (code !== 0) throw new Error(`pam-gateway ${args.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  }

  /** Serves on a free port, and waits until it does. */
  async serve(environment: Record<string, string> = {}): Promise<Served> {
    const port = Number(environment.PORT ?? (await freePort()));
    const running = this.start(['serve'], { PORT: String(port), ...environment });
    await running.says(/Server listening at/);
    return Object.assign(running, { url: `http://127.0.0.1:${port}`, port });
  }

  file(name: string): string {
    return join(this.folder, name);
  }
}

export type Served = RunningProgram & { readonly url: string; readonly port: number };

interface Command {
  readonly args: string[];
  readonly input: string;
  readonly environment: Record<string, string | undefined>;
  readonly folder: string;
}

let resident: Resident | undefined;

/** A process that runs one command after another; it ends with this one. */
class Resident {
  readonly #child = fork(RESIDENT_MAIN, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
  #said = '';
  #last: Promise<unknown> = Promise.resolve();

  constructor() {
    this.#child.stderr!.setEncoding('utf8').on('data', (part) => {
      this.#said += part;
    });
    this.#child.unref();
  }

  run(command: Command): Promise<Ended> {
    const ended = this.#last.then(() => this.#run(command));
    this.#last = ended.catch(() => {});
    return ended;
  }

  #run(command: Command): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const child = this.#child;
      const onExit = () => {
        resident = undefined;
        reject(new Error(`pam-gateway ${command.args.join(' ')} ended its process: ${this.#said}`));
      };
      child.once('exit', onExit);
      child.once('message', (ended: Ended) => {
        child.off('exit', onExit);
        resolve(ended);
      });
      child.send(command, (error) => {
        if (error) onExit();
      });
    });
  }
}

/** A process of the program, with what it has said so far. */
export class RunningProgram {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ended>;

  readonly #said = new EventEmitter();

  constructor(readonly child: ChildProcess) {
    child.stdout!.on('data', (part) => {
      this.stdout += part;
      this.#said.emit('more');
    });
    child.stderr!.on('data', (part) => {
      this.stderr += part;
      this.#said.emit('more');
    });
    this.ended = once(child, 'close').then(([code, signal]) => {
      this.#said.emit('end');
      return { code, signal, stdout: this.stdout, stderr: this.stderr };
    });
  }

  /** Waits until the process has said something; fails if it ends before. */
  says(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const said = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
        if (said) resolve(said);
      };
      this.#said.on('more', look).once('end', () => {
        reject(new Error(`the program ended and never said ${pattern}: ${this.stdout}${this.stderr}`));
      });
      look();
    });
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** Stops the process as an operator does. */
  async stop(): Promise<Ended> {
    this.child.kill('SIGTERM');
    return this.ended;
  }
}
