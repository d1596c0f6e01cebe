import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, connectorFor, Gateway } from '../../helpers/gateway.js';

const VALUES = 1_000;
const numbers = Array.from({ length: VALUES }, (_, n) => n);

interface Answer {
  readonly audits: { nodes: { operation: string }[]; totalCount: number };
}

onEveryEngine('a filter of many values', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
    const resources = numbers.map((n) => ({
      sourceId: `${n}`,
      name: `server-${n}`,
      type: 'Linux',
      ownerName: n < 600 ? 'ann' : 'bob',
    }));
    await recordResources(database.db, 'test', resources);
    await storeUserAccounts(
      database.db,
      'test',
      ['ann', 'bob', 'eve', 'zoe'].map((userName) => ({ sourceId: userName, userName })),
    );
    const audits = numbers.map((n) => ({
      sourceId: `${n}`,
      occurredAt: new Date(Date.UTC(2026, 2, 1) + n).toISOString(),
      category: 'USER' as const,
      operation: `operation ${n}`,
      outcome: 'SUCCESS' as const,
      operatedBy: n % 100 ? 'root' : 'eve',
      resourceSourceId: `${n}`,
      ipAddress: `10.0.${n >> 8}.${n & 255}`,
    }));
    await recordAudits(database.db, 'test', audits);
  });
  afterAll(() => database.drop());

  const query = `query ($filter: AuditFilter, $first: Int = 5) {
    audits(filter: $filter, orderBy: { direction: DESC }, first: $first) { nodes { operation } totalCount } }`;
  const named = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) => ({ operation: `operation ${from - n}` }));

  test.each([2, 32, 33, 400, 401, 1_000])('keeps what %i values say', async (count) => {
    const operations = numbers.slice(0, count).map((n) => `operation ${n}`);
    const { audits } = await gateway.read<Answer>(anActor(), query, { filter: { operations } });
    expect(audits).toEqual({ nodes: named(count - 1, Math.min(5, count)), totalCount: count });
  });

  test('may be one of several such', async () => {
    const filter = {
      operations: numbers.map((n) => `operation ${n}`),
      ipAddresses: numbers.map((n) => `10.0.${n >> 8}.${n & 255}`),
      operatedBy: numbers.map((n) => `user-${n}`).with(0, 'root'),
      resourceIds: numbers.slice(1, 33).map((n) => `${n}`),
      userNames: null,
    };
    const { audits } = await gateway.read<Answer>(anActor(), query, { filter });
    expect(audits).toEqual({ nodes: named(31, 5), totalCount: 32 - 1 });
  });

  test('names what an actor sees among as many resources of its own', async () => {
    const operations = numbers.map((n) => `operation ${n}`);
    const seen = await gateway.read<Answer>(await connectorFor(database.db, 'ann'), query, { filter: { operations } });
    expect(seen.audits).toEqual({ nodes: named(599, 5), totalCount: 600 });
  });

  test.each([
    ['ann', 599, 600],
    ['bob', 999, 400],
  ])('is not needed: %s, who owns hundreds of resources, sees the audits on them', async (userName, last, count) => {
    const { audits } = await gateway.read<Answer>(await connectorFor(database.db, userName), query);
    expect(audits).toEqual({ nodes: named(last, 5), totalCount: count });
  });

  test('is not needed: who owns nothing sees what it did itself', async () => {
    const { audits } = await gateway.read<Answer>(await connectorFor(database.db, 'eve'), query, { first: 1 });
    expect(audits).toEqual({ nodes: named(900, 1), totalCount: 10 });
  });

  test('may be one of as many as there are filters, for an actor that sees thousands of resources', async () => {
    const owned = Array.from({ length: 9_990 }, (_, n) => ({
      sourceId: `of zoe ${n}`,
      name: `of zoe ${n}`,
      type: 'Linux',
    }));
    await recordResources(
      database.db,
      'test',
      owned.map((resource) => ({ ...resource, ownerName: 'zoe' })),
    );
    const audit = {
      occurredAt: '2026-01-01T00:00:00.000Z',
      category: 'USER',
      operation: 'operation 0',
      outcome: 'SUCCESS',
      operatedBy: 'user-1',
      ipAddress: '10.0.0.0',
      accountName: 'account-2',
      userName: 'user-3',
    } as const;
    await recordAudits(database.db, 'test', [
      { ...audit, sourceId: 'seen', resourceName: 'of zoe 7' },
      { ...audit, sourceId: 'unseen', resourceName: 'server-7' },
      { ...audit, sourceId: 'not asked for', resourceName: 'of zoe 1234' },
    ]);
    const zoe = await connectorFor(database.db, 'zoe');
    const filter = {
      resourceNames: [...owned.slice(0, 999).map(({ name }) => name), 'server-7'],
      userNames: numbers.map((n) => `user-${n}`),
      accountNames: numbers.map((n) => `account-${n}`),
      operatedBy: numbers.map((n) => `user-${n}`),
      operations: numbers.map((n) => `operation ${n}`),
      ipAddresses: numbers.map((n) => `10.0.${n >> 8}.${n & 255}`),
    };
    const { audits } = await gateway.read<Answer>(zoe, query, { filter });
    expect(audits).toEqual({ nodes: [{ operation: 'operation 0' }], totalCount: 1 });
    const { resourceNames } = filter;
    const byName = await gateway.read<Answer>(zoe, query, { filter: { resourceNames } });
    expect(byName.audits).toEqual({ nodes: [{ operation: 'operation 0' }], totalCount: 1 });
  });
});
