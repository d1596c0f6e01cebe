import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withLease } from '../../src/database/lease.js';
import { openDatabase } from '../../src/database/open.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';

const never = new AbortController().signal;
const nothing = async (): Promise<void> => {};

onEveryEngine('a lease', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase(engine);
  });
  afterAll(() => database.drop());

  test('is held by one process at a time, and free when its work is done', async () => {
    const { db, url } = database;
    const other = await openDatabase(url);
    await withLease(db, 'work', never, async () => {
      expect(await withLease(other, 'work', never, nothing)).toBe(false);
      expect(await withLease(other, 'other work', never, nothing)).toBe(true);
    });
    expect(await withLease(other, 'work', never, nothing)).toBe(true);
    await other.close();
  });

  test('goes to one of many who want it at once', async () => {
    const { db } = database;
    let held = 0;
    const taken = await Promise.all(
      Array.from({ length: 10 }, () => withLease(db, 'rush', never, async () => void (await sleep(500, held++)))),
    );
    expect(taken.filter(Boolean)).toHaveLength(held);
    expect(held).toBe(1);
  });

  test.each([
    ['after its time', 1],
    ['at once, if the clock was set back since', 4_000_000_000_000],
  ])('of a process that died is free %s', async (_, expiresAt) => {
    const { db } = database;
    await db.execute(
      sql`INSERT INTO leases (name, holder, expires_at) VALUES ('orphan', 'a dead process', ${expiresAt})`,
    );
    expect(await withLease(db, 'orphan', never, nothing)).toBe(true);
  });

  test('that went to another tells its work to end', async () => {
    const { db } = database;
    const held = withLease(db, 'stolen', never, async (signal) => {
      await db.execute(sql`UPDATE leases SET holder = 'another process' WHERE name = 'stolen'`);
      while (!signal.aborted) await sleep(50);
    });
    expect(await held).toBe(true);
    expect(await withLease(db, 'stolen', never, nothing)).toBe(false);
  });

  test('is given back where its work fails, and the failure is told', async () => {
    const { db } = database;
    const failing = withLease(db, 'failing', never, async () => {
      throw new Error('as it happens');
    });
    await expect(failing).rejects.toThrow('as it happens');
    expect(await withLease(db, 'failing', never, nothing)).toBe(true);
  });
});
