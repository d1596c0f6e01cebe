import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/database/db.js';
import { openDatabase } from '../../../src/database/open.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';
import { rowsTouched } from '../audits/measured-database.js';

const RESOURCES = 2_000;
const PAGE = 50;

describe('on MariaDB, with many resources,', () => {
  let database: TestDatabase;
  let db: Database;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase('mariadb');
    db = await openDatabase(database.url, { connections: 1, acquireTimeout: 5_000, statementTimeout: 30_000 });
    gateway = new Gateway(db);
    // Half of them were never accessed.
    const resources = Array.from({ length: RESOURCES }, (_, n) => ({
      sourceId: `${n}`,
      name: `server-${n}`,
      type: 'Linux',
      lastAccessedAt: n % 2 ? new Date(Date.UTC(2026, 2, 1) + n * 1_000).toISOString() : null,
    }));
    await recordResources(db, 'test', resources);
    await db.execute(sql`ANALYZE TABLE resources`);
  });
  afterAll(async () => {
    await db.close();
    await database.drop();
  });

  const orders = ['NAME', 'CREATED_AT', 'MODIFIED_AT', 'LAST_ACCESSED_AT'];
  test.each(orders.flatMap((field) => [`${field} ASC`, `${field} DESC`]))(
    'every page by %s touches as few rows as the first, through those without a time as well',
    async (order) => {
      const [field, direction] = order.split(' ');
      const query = `query ($after: String, $order: ResourceOrder) { resources(first: ${PAGE}, after: $after, orderBy: $order) {
        nodes { id description } pageInfo { endCursor } } }`;
      let after: string | undefined;
      for (let page = 0; page < RESOURCES / PAGE; page++) {
        const { data, statements } = await gateway.ask<{ resources: { pageInfo: { endCursor: string } } }>(
          anActor(),
          query,
          { after, order: { field, direction } },
        );
        if (page % 6 === 0) expect(await rowsTouched(db, statements[0]!), `page ${page}`).toBeLessThan(13 * PAGE);
        after = data!.resources.pageInfo.endCursor;
      }
    },
  );
});
