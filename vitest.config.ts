import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Need no database, or change what all of a process have in common. */
const unit = ['test/lib/**/*.test.ts', 'test/*.test.ts'];

export default defineConfig({
  // One copy of graphql for all: its ES modules and its CommonJS files do not know each other's types.
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    reporters: ['default', './test/helpers/closing-line.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    pool: 'forks',
    // Most of a test's time is waiting: for a process to start, a delay to pass, a disk to write.
    maxWorkers: Math.max(3, availableParallelism()),
    projects: [
      { extends: true, test: { name: 'unit', include: unit } },
      {
        extends: true,
        test: {
          name: 'database',
          include: ['test/**/*.test.ts'],
          exclude: unit,
          globalSetup: ['test/helpers/global-setup.ts'],
          // Files share processes: to load the modules for each of them took a third of the time.
          isolate: false,
          // After the others, so that its processes stay.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
