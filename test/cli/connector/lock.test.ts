import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockDirectory } from '../../../src/cli/connector/lock.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lock-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const leave = (pid: number | undefined, start: string, host = encodeURIComponent(hostname())) =>
  writeFileSync(join(directory, `${pid}.${start}.${host}.lock`), '');

test('is held by one at a time and can be taken again once given back', async () => {
  const release = await lockDirectory(directory);
  await expect(lockDirectory(directory)).rejects.toThrow(`process ${process.pid} on ${hostname()}`);
  await release();
  await (await lockDirectory(directory))();
  expect(readdirSync(directory)).toEqual([]);
});

test('of many that come at once only one gets it', async () => {
  const attempts = await Promise.allSettled(Array.from({ length: 20 }, () => lockDirectory(directory)));
  expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('is taken over from a process that is gone', async () => {
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
  await once(child, 'exit');
  leave(child.pid, '1');
  await lockDirectory(directory);
  expect(readdirSync(directory)).toHaveLength(1);
});

test.runIf(process.platform === 'linux')('is taken over where a later process has the same number', async () => {
  leave(process.ppid, '1');
  leave(process.pid, '1');
  await lockDirectory(directory);
  expect(readdirSync(directory)).toHaveLength(1);
});

test('of another machine counts, and the message says which file to remove', async () => {
  leave(4711, '1', 'elsewhere');
  await expect(lockDirectory(directory)).rejects.toThrow(
    'process 4711 on elsewhere. If it runs no more, remove 4711.1.elsewhere.lock there.',
  );
  expect(readdirSync(directory)).toHaveLength(1);
});
