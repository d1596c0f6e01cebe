import { vi } from 'vitest';
import { runCommandLine } from '../../src/cli/index.js';

/** What a command printed, and its exit code. */
export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this process: much cheaper than one of its own. It must not read standard input. */
export async function runCommand(environment: Record<string, string>, ...args: string[]): Promise<Printed> {
  const printed = { stdout: '', stderr: '' };
  const into = (stream: 'stdout' | 'stderr') => (text: string) => {
    printed[stream] += `${text}\n`;
  };
  const log = vi.spyOn(console, 'log').mockImplementation(into('stdout'));
  const error = vi.spyOn(console, 'error').mockImplementation(into('stderr'));
  const before = { ...process.env };
  Object.assign(process.env, environment);
  try {
    await runCommandLine(['node', 'pam-gateway', ...args]);
    return { code: Number(process.exitCode ?? 0), ...printed };
  } finally {
    process.exitCode = 0;
    for (const name of Object.keys(environment)) delete process.env[name];
    Object.assign(process.env, before);
    log.mockRestore();
    error.mockRestore();
  }
}
