import { existsSync, statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// In memory, if there is room: no database of a test waits for a disk, which others may keep busy.
if (hasRoom('/dev/shm')) process.env.TMPDIR = '/dev/shm';

export default defineConfig({
  // One copy of graphql for all: its ES modules and its CommonJS files do not know each other's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/helpers/global-setup.ts'],
    reporters: ['default', './test/helpers/closing-line.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    pool: 'forks',
    // Most of a test's time is waiting: for a process to start, a delay to pass, a disk to write.
    maxWorkers: Math.max(3, availableParallelism()),
  },
});

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= 4 * 1024 ** 3;
}
