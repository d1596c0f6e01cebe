import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');
const SCRIPT = `import { connectorCommand } from './dist/cli/connector/command.js';
await connectorCommand().parseAsync(process.argv.slice(2), { from: 'user' });`;

/** The connector's command, compiled by itself, to run in processes that can be killed. */
export class Program {
  #directory!: string;

  constructor() {
    beforeAll(() => {
      this.#directory = mkdtempSync(join(tmpdir(), 'connector-program-'));
      this.#compile();
    });
    afterAll(() => rmSync(this.#directory, { recursive: true }));
  }

  start(args: string[], environment: Record<string, string> = {}): ChildProcess {
    return spawn(process.execPath, [join(this.#directory, 'connector.js'), ...args], {
      env: { PATH: process.env.PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Runs the command to its end. */
  async run(args: string[], environment: Record<string, string> = {}) {
    const child = this.start(args, environment);
    const [[code], stdout, stderr] = await Promise.all([once(child, 'exit'), text(child.stdout!), text(child.stderr!)]);
    return { code: code as number | null, stdout, stderr };
  }

  #compile(): void {
    const modules = join(ROOT, 'node_modules');
    symlinkSync(modules, join(this.#directory, 'node_modules'));
    const project = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        noCheck: true,
        rootDir: join(ROOT, 'src'),
        outDir: join(this.#directory, 'dist'),
        typeRoots: [join(modules, '@types')],
      },
      include: [],
      files: [join(ROOT, 'src/cli/connector/command.ts')],
    };
    writeFileSync(join(this.#directory, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(this.#directory, 'connector.js'), SCRIPT);
    writeFileSync(join(this.#directory, 'tsconfig.json'), JSON.stringify(project));
    execFileSync(join(modules, '.bin/tsc'), ['-p', join(this.#directory, 'tsconfig.json')]);
  }
}
