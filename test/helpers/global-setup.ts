import type { TestProject } from 'vitest/node';
import { MariaDb } from './mariadb.js';
import { makeTemplates, type Templates } from './templates.js';

declare module 'vitest' {
  export interface ProvidedContext {
    mariadbPort: number;
    templates: Templates;
  }
}

/** One MariaDB serves all test files, each with databases of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await MariaDb.start();
  project.provide('mariadbPort', server.port);
  project.provide('templates', await makeTemplates(server));
  return () => server.stop();
}
