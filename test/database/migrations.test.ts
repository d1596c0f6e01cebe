import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDataSource } from '../../src/database/data-source.js';
import { migrate } from '../../src/database/migrate.js';
import { entities } from '../../src/features/index.js';
import { emptyDatabase, onEveryEngine } from '../helpers/databases.js';

onEveryEngine('migrations', (engine) => {
  let database: Awaited<ReturnType<typeof emptyDatabase>>;
  beforeEach(async () => {
    database = await emptyDatabase(engine);
  });
  afterEach(() => database.drop());

  test('make the tables that the entities describe, so that the schema builder wants to change nothing', async () => {
    await migrate(database.url);
    const dataSource = await (await makeDataSource(database.url, entities)).initialize();
    const changes = await dataSource.driver.createSchemaBuilder().log();
    await dataSource.destroy();
    expect(changes.upQueries.map(({ query }) => query)).toEqual([]);
  });

  test('run once, whoever else migrates at the same time', async () => {
    const ran = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
    expect(ran.flat()).toEqual(['Modules1763800000000']);
  });
});
