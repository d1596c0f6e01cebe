import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { MariaDb } from './mariadb.js';
import { makeTemplates, type Templates } from './templates.js';

declare module 'vitest' {
  export interface ProvidedContext {
    mariadbPort: number;
    templates: Templates;
  }
}

/** Starts a MariaDB for all test files, each with databases of its own, and makes one folder for all temporary files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // In memory, if there is room: no database of a test waits for a disk, which others may keep busy.
  const folder = mkdtempSync(join(hasRoom('/dev/shm') ? '/dev/shm' : tmpdir(), 'pam-tests-'));
  process.env.TMPDIR = folder;
  const server = await MariaDb.start();
  project.provide('mariadbPort', server.port);
  project.provide('templates', await makeTemplates(server));
  return async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}

function hasRoom(folder: string): boolean {
  if (!existsSync(folder)) return false;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= 4 * 1024 ** 3;
}
