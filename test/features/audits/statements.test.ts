import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandLine } from '../../../src/features/audits/activity-log.js';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { assignRoles } from '../../../src/features/roles/role.service.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, connectorFor, Gateway } from '../../helpers/gateway.js';

onEveryEngine('the statements of an operation', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
    await fill(database.db);
  });
  afterAll(() => database.drop());

  const statementsOf = async (query: string) => {
    const { errors, statements } = await gateway.ask(anActor(), query);
    expect(errors).toEqual([]);
    return statements.map(({ sql }) => sql);
  };

  test.each([
    [
      'a page of 1,000 audits with resource and operator',
      3,
      '{ audits(first: 1000) { nodes { id resource { name } operator { fullName } } } }',
    ],
    [
      'the same page by edges',
      3,
      '{ audits(first: 1000) { edges { cursor node { resource { name } operator { id } } } } }',
    ],
    [
      '100 resources with accounts, owner and usage',
      4,
      '{ resources(first: 100) { nodes { accounts { name } owner { id } usage { operationCount } } } }',
    ],
    [
      'resources with custom fields as well',
      5,
      '{ resources(first: 100) { nodes { accounts { name } owner { id } usage { operationCount } customFields { value } } } }',
    ],
    ['user accounts', 1, '{ userAccounts { nodes { userName } } }'],
    ['user accounts with roles', 2, '{ userAccounts { nodes { userName roles } } }'],
    ['user accounts with roles and privileges', 3, '{ userAccounts { nodes { userName roles privileges } } }'],
    [
      'user accounts with roles, privileges and grants',
      4,
      '{ userAccounts { nodes { roles privileges grants { level resourceName accountName } } } }',
    ],
    [
      'user accounts with what the grants are of',
      4,
      '{ userAccounts { nodes { grants { resource { name } account { name } } } } }',
    ],
    ['a page of the feed of audits', 2, '{ auditFeed(first: 500) { nodes { id } nextCursor caughtUp } }'],
    [
      'a page of the feed of audits with their resources',
      3,
      '{ auditFeed(first: 500) { nodes { resource { name } } } }',
    ],
    [
      'a page of the feed of resources with accounts',
      2,
      '{ resourceFeed(first: 500) { changes { kind node { accounts { name } } } } }',
    ],
    ['a page and how many there are', 2, '{ audits { nodes { id } totalCount } }'],
    ['how many there are, alone', 1, '{ audits { totalCount } }'],
    ['what type it is, alone', 0, '{ audits { __typename } }'],
    ['audits whose resource is not included', 1, '{ audits { nodes { id resource @include(if: false) { name } } } }'],
  ])('%s take %i', async (_, count, query) => {
    expect(await statementsOf(query)).toHaveLength(count);
  });

  test('are two more where an actor does not see everything: what it sees, and how it is called, is read first', async () => {
    const query = '{ audits(first: 1000) { nodes { id resource { name } operator { fullName } } } }';
    const { statements } = await gateway.ask(await connectorFor(database.db, 'ann'), query);
    expect(statements).toHaveLength(5);
  });

  test('count only where the count is selected', async () => {
    const [page] = await statementsOf(
      '{ audits(filter: { operations: ["x"] }) { nodes { id } pageInfo { hasNextPage } } }',
    );
    expect(page).not.toMatch(/COUNT/i);
    const [count] = await statementsOf('{ audits(filter: { operations: ["x"] }) { totalCount } }');
    expect(count).toMatch(/COUNT/i);
  });

  test('read no column that is not selected, nor one that is not included', async () => {
    for (const query of [
      '{ audits { nodes { id operation reason @include(if: false) } } }',
      '{ audits { edges { node { operation } } } }',
      '{ auditFeed { nodes { operation } } }',
      '{ audit(id: "1") { operation } }',
    ]) {
      const read = (await statementsOf(query)).at(-1);
      expect(read).toMatch(/t\.operation/);
      expect(read).not.toMatch(/reason|user_full_name|recorded_at|t\.\*/);
    }
  });

  test('ask for a child once, however many rows it has', async () => {
    const { statements } = await gateway.ask(anActor(), '{ audits(first: 1000) { nodes { operator { userName } } } }');
    expect(statements[1]!.values).toHaveLength(2);
  });
});

async function fill(db: TestDatabase['db']): Promise<void> {
  const names = Array.from({ length: 100 }, (_, n) => `server-${n}`);
  const resources = names.map((name, n) => ({
    sourceId: name,
    name,
    type: 'Linux',
    ownerName: n % 2 ? 'ann' : 'bob',
    accounts: [{ name: 'root' }, { name: 'admin' }],
    customFields: [{ label: 'rack', value: `${n}` }],
  }));
  await recordResources(db, 'test', resources);
  const grants = [{ level: 'VIEW', resourceSourceId: 'server-1', accountSourceId: 'root' }] as const;
  const users = ['ann', 'bob'].map((userName) => ({
    sourceId: userName,
    userName,
    roles: ['Auditor'],
    grants: [...grants],
  }));
  await storeUserAccounts(db, 'test', users);
  await assignRoles(db, commandLine, 'ann', ['Password Auditor']);
  const audits = Array.from({ length: 1_000 }, (_, n) => ({
    sourceId: `${n}`,
    occurredAt: '2026-03-01T00:00:00.000Z',
    category: 'RESOURCE' as const,
    operation: 'Password Retrieved',
    outcome: 'SUCCESS' as const,
    operatedBy: n % 3 ? 'ann' : 'bob',
    resourceSourceId: names[n % 100]!,
  }));
  await recordAudits(db, 'test', audits);
}
