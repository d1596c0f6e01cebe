import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lagOf } from '../../src/features/audits/rollups/lag.js';
import { countAll, countsOf } from '../features/audits/rollups/rollups.fixture.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { Program } from '../helpers/program.js';

onEveryEngine('rebuild-counts', (engine) => {
  const program = new Program();
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase(engine);
    program.environment.DATABASE_URL = database.url;
    const size = ['--resources', '30', '--users', '20', '--audits', '20000', '--days', '30'];
    await program.succeed('demo-data', ...size);
  });
  afterEach(() => database.drop());

  test('makes the counts that were kept, also of wrong ones, and after it was killed', async () => {
    const { db } = database;
    await countAll(db);
    const kept = await countsOf(db);
    await db.execute(sql`UPDATE user_counts SET audits = audits + 1`);
    const killed = program.start(['rebuild-counts']);
    const hasBegun = async () => (await lagOf(db)).audits > 0 || killed.child.exitCode !== null;
    await expect.poll(hasBegun, { interval: 5 }).toBe(true);
    await killed.kill();
    // The lease of the killed one would be free in a quarter of a minute.
    await db.execute(sql`DELETE FROM leases`);
    expect(await program.succeed('rebuild-counts')).toMatch(/^20,\d{3} audits are counted\n$/);
    expect(await countsOf(db)).toEqual(kept);
  });

  test('has the gateway do it that serves, which counts what other processes bring as well', async () => {
    const gateway = await program.serve();
    const lag = async () => (await lagOf(database.db)).audits;
    await expect.poll(lag).toBe(0);
    expect(await program.succeed('rebuild-counts')).toMatch(/^20,\d{3} audits are counted\n$/);
    const audits = Array.from({ length: 500 }, (_, n) => ({
      sourceId: `more-${n}`,
      occurredAt: '2026-11-01T00:00:00Z',
      category: 'TASK',
      operation: 'Schedule Executed',
      operatedBy: 'ann',
    }));
    writeFileSync(program.file('more.ndjson'), audits.map((audit) => JSON.stringify(audit)).join('\n'));
    await program.succeed('import', 'audits', 'more.ndjson');
    await expect.poll(lag).toBe(0);
    expect((await gateway.stop()).code).toBe(0);
  });
});
