import { setTimeout as sleep } from 'node:timers/promises';
import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../src/database/db.js';
import { Module } from '../../src/database/module.js';
import { openDatabase } from '../../src/database/open.js';
import { countRecords } from '../../src/database/positions.js';
import { transaction } from '../../src/database/transaction.js';
import { commandLine } from '../../src/features/audits/activity-log.js';
import { recordAudits } from '../../src/features/audits/audit.service.js';
import { recordUserAccounts } from '../../src/features/audits/user-account.service.js';
import { recordResources } from '../../src/features/resources/resource.service.js';
import { anAudit, aResource, aUser, SOURCE } from '../features/writing/records.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { FeedReader } from './feed-readers.js';

const ROWS = 200_000;
const WRITERS = 16;
const READERS = 4;
/** Rows of a page: a reader asks hundreds of times. */
const PAGE = 400;
const MAX_ROWS = 500;
/** Milliseconds that a transaction stays open at most, between its rows and its end. */
const SLOWEST = 1_000;

const modules = Object.values(Module);
const tables = { RESOURCES: 'resources', USER_ACCOUNTS: 'user_accounts', AUDITS: 'audits' };

const upTo = (most: number) => Math.floor(Math.random() * most);
const someIds = (prefix: string, most: number) => Array.from({ length: 1 + upTo(most) }, (_, n) => `${prefix}-${n}`);

/** Follows the ids that the database counts out, as one does who has no feed: what it came by. */
class IdReader {
  readonly seen: number[] = [];

  async follow(db: Database, isOver: () => boolean): Promise<void> {
    for (;;) {
      const last = isOver();
      for (let rows: { id: number }[] = [{ id: 0 }]; rows.length > 0; ) {
        rows = await db.query<{ id: number }>(
          sql`SELECT id FROM audits WHERE id > ${this.seen.at(-1) ?? 0} ORDER BY id LIMIT ${PAGE}`,
        );
        for (const { id } of rows) this.seen.push(id);
      }
      if (last) return;
      await sleep(1 + upTo(5));
    }
  }
}

onEveryEngine('sixteen writers of 200,000 rows, slow and quick, of whom many take back what they wrote', (engine) => {
  let database: TestDatabase;
  /** A second copy of the program on the same database. */
  let second: Database;
  let readers: FeedReader[];
  const reader = new IdReader();
  /** Slowest last: where transactions wait for each other in turn, as on SQLite, most must be quick. */
  const delay = () => Math.floor(Math.random() ** (engine === 'sqlite' ? 24 : 1) * SLOWEST);

  beforeAll(async () => {
    database = await testDatabase(engine);
    second = await openDatabase(database.url);
    readers = Array.from({ length: READERS }, (_, n) =>
      modules.map((module) => new FeedReader(n % 2 ? second : database.db, module, PAGE)),
    ).flat();
    let written = 0;
    const write = async (db: Database, name: string) => {
      for (let turn = 0; written < ROWS; turn++) {
        const audits = someIds(`${name}-${turn}`, MAX_ROWS).map((id) => anAudit(id));
        const others = someIds(`${name}-${turn}`, turn % 4 === 0 ? MAX_ROWS / 5 : 5);
        const whole = transaction(db, async (tx) => {
          await recordAudits(tx, SOURCE, audits);
          await recordResources(
            tx,
            SOURCE,
            others.map((id) => aResource(id)),
          );
          await recordUserAccounts(
            tx,
            commandLine,
            SOURCE,
            others.map((id) => aUser(id)),
          );
          await sleep(delay());
          if (upTo(5) === 0) throw new Error('taken back');
        });
        await whole.then(
          () => {
            written += audits.length + 3 * others.length;
          },
          (error) => expect(error.message).toBe('taken back'),
        );
      }
    };
    let isOver = false;
    const reading = readers.map((reader) => reader.follow(() => isOver));
    const following = reader.follow(database.db, () => isOver);
    // A copy that finds SQLite's file taken by another asks again for some seconds, and gives up: here it is taken for longer.
    const writable = (n: number) => (n % 2 || engine === 'sqlite' ? database.db : second);
    const writing = Array.from({ length: WRITERS }, (_, n) => write(writable(n), `writer ${n}`));
    await Promise.all(writing).finally(() => {
      isOver = true;
    });
    await Promise.all([...reading, following]);
  });
  afterAll(async () => {
    await second.close();
    await database.drop();
  });

  const idsOf = async (module: Module) => {
    const rows = await database.db.query<{ id: number }>(sql`SELECT id FROM ${raw(tables[module])} ORDER BY id`);
    return rows.map(({ id }) => id);
  };

  test.each(modules)('show every reader each committed row of %s once, in one order', async (module) => {
    const ids = await idsOf(module);
    expect(ids.length).toBe(await countRecords(database.db, module));
    const [first, ...others] = readers.filter((reader) => reader.module === module).map(({ upserts }) => upserts);
    // As text: of so many numbers a comparison that can say what differs takes minutes.
    const inOrder = [...first!].sort((a, b) => a - b);
    expect(inOrder.length).toBe(ids.length);
    expect(inOrder.join() === ids.join()).toBe(true);
    for (const other of others) expect(other.join() === first!.join()).toBe(true);
  });

  test('are 200,000 rows and more', async () => {
    const counts = await Promise.all(modules.map((module) => countRecords(database.db, module)));
    expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(ROWS);
  });

  if (engine === 'mariadb') {
    test('lose rows for a reader who follows the ids', async () => {
      const lost = (await idsOf(Module.AUDITS)).length - reader.seen.length;
      expect(lost).toBeGreaterThan(0);
    });
  }
});
