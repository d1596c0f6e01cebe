import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { transaction } from '../../../src/database/transaction.js';
import type { AuditRecord } from '../../../src/features/audits/audit.record.js';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';
import { anAudit, aResource, SOURCE, sourceIds } from '../writing/records.js';

onEveryEngine('names that audits are looked up by', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeEach(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
  });
  afterEach(() => database.drop());

  const record = (...records: AuditRecord[]) => recordAudits(database.db, SOURCE, records);
  const at = (minute: number, but: Partial<AuditRecord>): AuditRecord =>
    anAudit(`${minute}`, { occurredAt: `2026-03-01T08:${minute}:00.000Z`, operation: `at ${minute}`, ...but });

  /** The operations of the audits that a filter keeps, by pages of two, and how many it says there are. */
  const found = async (filter: object, direction = 'ASC') => {
    const query = `query ($filter: AuditFilter, $direction: SortDirection!, $after: String) {
      audits(filter: $filter, orderBy: { direction: $direction }, first: 2, after: $after) {
        nodes { operation } totalCount pageInfo { endCursor hasNextPage } } }`;
    const operations: string[] = [];
    for (let after: string | undefined; ; ) {
      const { audits } = await gateway.read<{
        audits: {
          nodes: { operation: string }[];
          totalCount: number;
          pageInfo: { endCursor: string; hasNextPage: boolean };
        };
      }>(anActor(), query, { filter, direction, after });
      operations.push(...audits.nodes.map(({ operation }) => operation));
      after = audits.pageInfo.endCursor;
      if (audits.pageInfo.hasNextPage) continue;
      expect(audits.totalCount).toBe(operations.length);
      return operations;
    }
  };

  test('find the audits of a resource that was renamed by the name that each has', async () => {
    await recordResources(database.db, SOURCE, [aResource('1', { name: 'old' })]);
    await record(at(10, { resourceName: 'old' }), at(11, { resourceSourceId: '1', resourceName: 'odd' }));
    await recordResources(database.db, SOURCE, [aResource('1', { name: 'new' })]);
    await record(at(12, { resourceName: 'new' }), at(13, { resourceSourceId: '1', resourceName: 'old' }));
    await record(at(14, { resourceSourceId: '1' }));
    expect(await found({ resourceNames: ['old'] })).toEqual(['at 10', 'at 13']);
    expect(await found({ resourceNames: ['new', 'odd'] }, 'DESC')).toEqual(['at 12', 'at 11']);
  });

  test('find audits that are linked and such that are not, in the order of time', async () => {
    await record(at(10, { resourceName: 'db' }));
    await recordResources(database.db, SOURCE, [aResource('1', { name: 'db' })]);
    await record(at(13, { resourceName: 'db' }), at(11, { resourceName: 'db' }), at(15, { resourceName: 'other' }));
    await recordAudits(database.db, 'another source', [at(12, { resourceName: 'db' })]);
    await recordAudits(database.db, 'another source', [at(14, { resourceName: 'db' })]);
    const all = ['at 10', 'at 11', 'at 12', 'at 13', 'at 14'];
    expect(await found({ resourceNames: ['db'] })).toEqual(all);
    expect(await found({ resourceNames: ['db', 'none'] }, 'DESC')).toEqual(all.toReversed());
  });

  test('find no audit twice that has the name of a user account and of a resource', async () => {
    await record(at(10, { resourceName: 'both', userName: 'both' }), at(11, { userName: 'both' }));
    await record(at(12, { resourceName: 'both' }));
    expect(await found({ resourceNames: ['both'] })).toEqual(['at 10', 'at 12']);
    expect(await found({ userNames: ['both'] })).toEqual(['at 10', 'at 11']);
    expect(await found({ userNames: ['both'], resourceNames: ['both'] })).toEqual(['at 10']);
  });

  test('are found however many resources had one', async () => {
    const ids = sourceIds(420);
    await recordResources(
      database.db,
      SOURCE,
      ids.map((id) => aResource(id, { name: 'host' })),
    );
    await record(
      ...ids.map((id) =>
        anAudit(id, { resourceSourceId: id, resourceName: 'host', operation: `on ${id.padStart(3, '0')}` }),
      ),
    );
    const expected = ids.map((id) => `on ${id.padStart(3, '0')}`);
    expect((await found({ resourceNames: ['host'] })).sort()).toEqual(expected);
  });

  test('that a transaction stored which was not kept are stored by the next one', async () => {
    await recordResources(database.db, SOURCE, [aResource('1', { name: 'db' })]);
    const failed = transaction(database.db, async (tx) => {
      await recordAudits(tx, SOURCE, [at(10, { resourceName: 'db' })]);
      await recordAudits(tx, SOURCE, [at(11, { resourceName: 'db' })]);
      throw new Error('enough');
    });
    await expect(failed).rejects.toThrow('enough');
    await record(at(12, { resourceName: 'db' }));
    expect(await found({ resourceNames: ['db'] })).toEqual(['at 12']);
  });

  test('are stored once, by whichever of many writers comes first', async () => {
    const ids = sourceIds(300);
    await recordResources(
      database.db,
      SOURCE,
      ids.map((id) => aResource(id)),
    );
    const writers = ['a', 'b', 'c', 'd'].map((writer) =>
      transaction(database.db, (tx) =>
        recordAudits(
          tx,
          SOURCE,
          ids.map((id) => anAudit(`${writer}${id}`, { resourceName: `resource ${id}` })),
        ),
      ),
    );
    await Promise.all(writers);
    const names = await database.db.query(sql`SELECT name FROM audit_resource_names`);
    expect(names).toHaveLength(ids.length);
    expect(await found({ resourceNames: ['resource 7'] })).toHaveLength(4);
  });
});
