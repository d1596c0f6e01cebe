import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Transaction } from '../../../src/database/db.js';
import { linkAudits } from '../../../src/features/audits/audit.links.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anAudit, aResource, SOURCE } from '../writing/records.js';

/** A transaction that waits before it reads a table. */
function waitingBefore(tx: Transaction, table: string) {
  let arrive = () => {};
  let open = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const query: Transaction['query'] = async (statement) => {
    if (statement.sql.includes(`FROM ${table}`)) {
      arrive();
      await opened;
    }
    return tx.query(statement);
  };
  const waiting: Transaction = {
    dialect: tx.dialect,
    origin: tx.origin,
    apart: tx.apart,
    query,
    queryEncoded: (statement, form) => tx.queryEncoded(statement, form),
    execute: (statement) => tx.execute(statement),
    insert: (statement) => tx.insert(statement),
    insertRows: (table, columns, rows) => tx.insertRows(table, columns, rows),
    commit: () => tx.commit(),
    rollback: () => tx.rollback(),
  };
  return { tx: waiting, arrived, open };
}

describe('what two transactions look up at the same time', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase('mariadb');
  });
  afterAll(() => database.drop());

  test('is linked to nothing where the other has found it, and not yet what belongs to it', async () => {
    const { db } = database;
    await recordResources(db, SOURCE, [aResource('older')]);
    const about = (...ids: string[]) => ids.map((id) => anAudit(id, { resourceSourceId: id }));
    const second = waitingBefore(await db.begin(), 'resources');
    const secondLater = waitingBefore(second.tx, 'privileged_accounts');
    const first = waitingBefore(await db.begin(), 'privileged_accounts');
    const linksOfSecond = linkAudits(secondLater.tx, SOURCE, about('newer'));
    await second.arrived;
    const linksOfFirst = linkAudits(first.tx, SOURCE, about('older', 'newer'));
    await first.arrived;
    await recordResources(db, SOURCE, [aResource('newer')]);
    second.open();
    await secondLater.arrived;
    first.open();
    expect((await linksOfFirst)[1]).toEqual({ resourceId: null, accountId: null });
    secondLater.open();
    expect((await linksOfSecond)[0]).toEqual({ resourceId: expect.any(Number), accountId: null });
    await Promise.all([first.tx.rollback(), second.tx.rollback()]);
  });
});
