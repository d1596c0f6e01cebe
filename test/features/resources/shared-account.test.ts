import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import type { ResourceRecord } from '../../../src/features/resources/resource.record.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import type { Actor } from '../../../src/graphql/context.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { connectorFor, Gateway } from '../../helpers/gateway.js';
import { expectedRows } from '../list-oracle.js';
import { type Row, readPage, walkBackward, walkForward } from '../list-spec.js';
import { choice, queryOf } from '../list-values.js';
import { anAudit } from '../writing/records.js';
import { fields, resources as spec } from './resource-spec.js';

onEveryEngine('who was given single accounts of resources', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  let pat: Actor;
  /** Every resource, and those of them as pat sees them, by the feed. */
  let all: Row[];
  let shown: Row[];
  beforeAll(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
    const { db } = database;
    const some = fc.sample(spec.records, { numRuns: 6, seed: 9 }).flat() as ResourceRecord[];
    const accounts = ['root', 'backup', 'guest'].map((name) => ({ name }));
    const odd = { type: 'Linux', ownerName: 'eve', accounts };
    const records: ResourceRecord[] = [
      ...some.map((one, n) => ({ ...one, accounts, ownerName: n % 5 === 0 ? 'pat' : 'eve' })),
      { ...odd, sourceId: 'odd', name: 'İZMİR\nB', description: 'behind the wall', dnsName: 'behind.example' },
    ];
    await recordResources(db, 'test', records);
    const grants = records.flatMap(({ sourceId }, n) => {
      const [whole, one] = [{}, { accountSourceId: 'root' }].map((what) => ({ ...what, resourceSourceId: sourceId }));
      return [[one!], [whole!], [], [one!, { ...one!, accountSourceId: 'guest' }]][n % 4]!;
    });
    const given = { level: 'VIEW', resourceSourceId: 'odd', accountSourceId: 'root' } as const;
    await storeUserAccounts(db, 'test', [
      {
        sourceId: 'pat',
        userName: 'pat',
        grants: [...grants.map((one) => ({ ...one, level: 'VIEW' as const })), given],
      },
    ]);
    pat = await connectorFor(db, 'pat');
    all = await spec.everyRow(gateway);
    type Answer = { resourceFeed: { changes: { node: Row }[] } };
    const feed = `{ resourceFeed { changes { node { ${fields} accountCount } } } }`;
    shown = (await gateway.read<Answer>(pat, feed)).resourceFeed.changes.map(({ node }) => node);
  });
  afterAll(() => database.drop());

  test('reads the identity of those resources, and all of those that it sees as a whole', () => {
    const byId = new Map(all.map((row) => [row.id, row]));
    const partly = shown.filter(({ accountCount }) => accountCount !== 3);
    expect(partly.length).toBeGreaterThan(10);
    expect(shown.length).toBeGreaterThan(partly.length + 10);
    const hidden = {
      description: null,
      dnsName: null,
      department: null,
      location: null,
      ownerName: null,
      lastAccessedAt: null,
    };
    for (const { accountCount, ...row } of shown) {
      expect(row).toEqual({ ...byId.get(row.id), ...(accountCount !== 3 && hidden) });
    }
  });

  test('finds, ranges and orders by what is shown alone', async () => {
    await fc.assert(
      fc.asyncProperty(choice(spec), async (chosen) => {
        // What is asked for is taken from all rows, so that it names hidden values, too.
        const query = queryOf(spec, all, chosen);
        const rows = shown.map(({ accountCount: _, ...row }) => row as Row);
        const expected = expectedRows(spec, rows, query);
        const { nodes, totalCount } = await readPage(gateway, spec, query, { first: 1_000 }, pat);
        expect({ nodes, totalCount }, JSON.stringify(query)).toEqual({ nodes: expected, totalCount: expected.length });
        expect(await walkForward(gateway, spec, query, 3 * chosen.size, pat)).toEqual(expected);
        expect(await walkBackward(gateway, spec, query, 3 * chosen.size, pat)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    ['izmi', 0],
    ['zmi̇r', 1],
    ['r\nb', 1],
    ['b', 1],
    ['b\nbehind', 0],
    ['wall', 0],
    ['behind.example', 0],
  ])('finds by the text %j in the names of those: %i', async (search, count) => {
    const [odd] = shown.filter(({ name }) => name === 'İZMİR\nB');
    const query =
      'query ($id: ID!, $search: String!) { resources(filter: { ids: [$id], search: $search }) { totalCount } }';
    expect(await gateway.read(pat, query, { id: odd!.id, search })).toEqual({ resources: { totalCount: count } });
  });

  test('sees in the usage of a resource the audits that it may see, and no other', async () => {
    const audits = [
      { accountName: 'root', operation: 'Password Retrieved' },
      { accountName: 'root', operation: 'Remote Session Launched', outcome: 'FAILURE' as const, operatedBy: 'eve' },
      { accountName: 'backup', operation: 'Remote Session Launched', operatedBy: 'pat' },
      { accountName: 'backup', operatedBy: 'eve' },
      { operatedBy: 'eve', reason: 'on the resource itself' },
    ];
    await recordAudits(
      database.db,
      'test',
      audits.map((but, n) =>
        anAudit(`usage ${n}`, { occurredAt: `2026-03-0${n + 1}T00:00:00.000Z`, ...but, resourceSourceId: 'odd' }),
      ),
    );
    const [odd] = shown.filter(({ name }) => name === 'İZMİR\nB');
    const range = '{ from: "2026-03-02T00:00:00Z", to: "2026-03-05T00:00:00Z" }';
    const counts = 'operationCount failureCount passwordRetrievalCount distinctUserCount lastUsedAt';
    const query = `{ resource(id: "${odd!.id}") { usage { ${counts} } short: usage(dateRange: ${range}) { ${counts} } }
      audits(filter: { resourceIds: ["${odd!.id}"] }) { totalCount nodes { operatedBy accountName } } }`;
    expect(await gateway.read(pat, query)).toEqual({
      resource: {
        usage: {
          operationCount: 3,
          failureCount: 1,
          passwordRetrievalCount: 1,
          distinctUserCount: 3,
          lastUsedAt: '2026-03-03T00:00:00.000Z',
        },
        short: {
          operationCount: 2,
          failureCount: 1,
          passwordRetrievalCount: 0,
          distinctUserCount: 2,
          lastUsedAt: '2026-03-03T00:00:00.000Z',
        },
      },
      audits: {
        totalCount: 3,
        nodes: [
          { operatedBy: 'ann', accountName: 'root' },
          { operatedBy: 'eve', accountName: 'root' },
          { operatedBy: 'pat', accountName: 'backup' },
        ],
      },
    });
  });
});
