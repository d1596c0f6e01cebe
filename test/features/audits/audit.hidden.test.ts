import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import type { Actor } from '../../../src/graphql/context.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { connectorFor, Gateway } from '../../helpers/gateway.js';

onEveryEngine('who does not see every audit', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  let sam: Actor;
  beforeAll(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
    const { db } = database;
    await recordResources(db, 'test', [
      { sourceId: 'mine', name: 'mine', type: 'Linux', ownerName: 'sam' },
      { sourceId: 'other', name: 'other', type: 'Linux' },
    ]);
    await storeUserAccounts(db, 'test', [{ sourceId: 'sam', userName: 'sam', accessScope: 'OWNED_AND_SHARED' }]);
    const records = Array.from({ length: 900 }, (_, n) => ({
      sourceId: `${n}`,
      occurredAt: new Date(Date.UTC(2026, 0, 1) + n).toISOString(),
      category: 'RESOURCE' as const,
      operation: n % 2 ? 'hidden' : 'shown',
      outcome: 'SUCCESS' as const,
      operatedBy: 'eve',
      userName: n % 2 ? 'hidden' : 'shown',
      ipAddress: n % 2 ? '192.0.2.1' : '192.0.2.2',
      resourceSourceId: n % 2 ? 'other' : 'mine',
      resourceName: n % 2 ? 'other' : 'mine',
    }));
    await recordAudits(db, 'test', records);
    sam = await connectorFor(db, 'sam');
  });
  afterAll(() => database.drop());

  const query = `query ($filter: AuditFilter) {
    audits(filter: $filter, first: 10) { nodes { id } totalCount pageInfo { hasNextPage endCursor } } }`;

  test.each([
    ['userNames', 'hidden'],
    ['operations', 'hidden'],
    ['resourceNames', 'other'],
    ['ipAddresses', '192.0.2.1'],
    ['resourceIds', '2'],
  ])(
    'is answered by the same statements whether hidden audits have what %s names or none has it',
    async (name, value) => {
      const askFor = async (values: string[]) => {
        const filter = { [name]: values, operatedBy: ['eve'] };
        const { data, errors, statements } = await gateway.ask<object>(sam, query, { filter });
        expect(errors).toEqual([]);
        expect(data).toEqual({
          audits: { nodes: [], totalCount: 0, pageInfo: { hasNextPage: false, endCursor: null } },
        });
        return statements.map(({ sql }) => sql);
      };
      expect(await askFor([value])).toEqual(await askFor([name === 'resourceIds' ? '999' : 'nobody has it']));
    },
  );
});
