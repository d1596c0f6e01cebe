import type { TestProject } from 'vitest/node';
import { MariaDb } from './mariadb.js';

declare module 'vitest' {
  export interface ProvidedContext {
    mariadbPort: number;
  }
}

/** One MariaDB serves all test files, each with databases of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await MariaDb.start();
  project.provide('mariadbPort', server.port);
  return () => server.stop();
}
