import { makeDataSource } from './data-source.js';
import { engineOf } from './dialects/index.js';

/** Brings the database to the newest migration, one process at a time; the names of those that ran. */
export async function migrate(url: string): Promise<string[]> {
  return engineOf(url).exclusively(async () => {
    const dataSource = await (await makeDataSource(url)).initialize();
    try {
      const ran = await dataSource.runMigrations({ transaction: 'each' });
      return ran.map((migration) => migration.name);
    } finally {
      await dataSource.destroy();
    }
  });
}
