import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { commandLine } from '../../../src/features/audits/activity-log.js';
import { recordUserAccounts } from '../../../src/features/audits/user-account.service.js';
import { forgetConnectors } from '../../../src/features/integration/connector.js';
import { generateConnectorToken } from '../../../src/features/integration/connector-token.service.js';
import { assignRoles } from '../../../src/features/roles/role.service.js';
import { Privilege } from '../../../src/graphql/access.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';
import { TestServer } from '../../server/test-server.js';
import { Pusher } from './push.fixture.js';

const HELD = expect.stringMatching(/^accessScope ALL waits for an administrator/);

onEveryEngine('an access scope that is pushed', (engine) => {
  let database: TestDatabase;
  let server: TestServer;
  let pusher: Pusher;
  let gateway: Gateway;
  const admin = anActor({ kind: 'SESSION', userName: 'root', privileges: new Set([Privilege.MANAGE_USERS]) });
  beforeAll(async () => {
    database = await testDatabase(engine);
    server = await TestServer.open(database.db);
    pusher = await Pusher.open(server);
    gateway = new Gateway(database.db);
    await pusher.push('upsertResources', [{ sourceId: 'r', name: 'r', type: 'Linux' }]);
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });
  beforeEach(async () => {
    await pusher.push('deleteUserAccounts', ['ann', 'new']);
    await pusher.push('upsertUserAccounts', [{ sourceId: 'ann', userName: 'ann' }]);
    await assignRoles(database.db, commandLine, 'ann', ['Password Auditor']);
  });

  const push = async (record: object, sourceId = 'ann') => {
    const { results } = await pusher.push('upsertUserAccounts', [{ sourceId, userName: sourceId, ...record }]);
    const { outcome, reason } = results[0]!;
    return { outcome, reason };
  };
  const scopeOf = async (userName: string) => {
    const [row] = await database.db.query<{ id: number; scope: string }>(
      sql`SELECT id, access_scope AS scope FROM user_accounts WHERE user_name = ${userName}`,
    );
    return row!;
  };
  const requests = async () =>
    (
      await gateway.read<{ scopeRequests: object[] }>(
        admin,
        '{ scopeRequests { userId userName source requestedBy requestedAt refusedAt } }',
      )
    ).scopeRequests;
  const settle = async (mutation: string, userId: number) =>
    (
      await gateway.read<{ payload: { settled: boolean; userErrors: { code: string }[] } }>(
        admin,
        `mutation ($userId: ID!) { payload: ${mutation}(userId: $userId) { settled userErrors { code } } }`,
        { userId },
      )
    ).payload;
  const recorded = () =>
    database.db.query<{ operation: string }>(
      sql`SELECT operation FROM audits WHERE operation LIKE 'Access Scope%' AND user_name = 'ann' ORDER BY id DESC LIMIT 1`,
    );

  test('does not widen what a token reads until an administrator confirms it', async () => {
    const token = await generateConnectorToken(database.db, 'ann');
    const seen = async () => {
      forgetConnectors(database.db);
      const query = '{ resources { totalCount } }';
      const { body } = await server.post({ query }, { authorization: `Bearer ${token}` });
      return (body.data!.resources as { totalCount: number }).totalCount;
    };
    expect(await push({ accessScope: ' all ', department: 'Ops' })).toEqual({ outcome: 'CHANGED', reason: HELD });
    expect(await push({ accessScope: 'ALL', department: 'Ops' })).toEqual({ outcome: 'UNCHANGED', reason: HELD });
    expect(await seen()).toBe(0);
    const { id } = await scopeOf('ann');
    expect(await requests()).toEqual([
      {
        userId: String(id),
        userName: 'ann',
        source: 'vault',
        requestedBy: 'ingest:vault-1',
        requestedAt: expect.any(String),
        refusedAt: null,
      },
    ]);
    expect(await recorded()).toEqual([{ operation: 'Access Scope Requested' }]);
    expect(await settle('confirmAccessScope', id)).toEqual({ settled: true, userErrors: [] });
    expect(await seen()).toBe(1);
    expect(await requests()).toEqual([]);
    expect(await recorded()).toEqual([{ operation: 'Access Scope Confirmed' }]);
    expect(await push({ accessScope: 'ALL', department: 'Ops' })).toEqual({ outcome: 'UNCHANGED', reason: null });
    expect(await push({ department: 'Ops' })).toEqual({ outcome: 'CHANGED', reason: null });
    expect(await seen()).toBe(0);
    expect(await push({ accessScope: 'ALL', department: 'Ops' })).toEqual({ outcome: 'UNCHANGED', reason: HELD });
    expect(await seen()).toBe(0);
  });

  test('stays refused while the source pushes it, and is forgotten when the source narrows it', async () => {
    await push({ accessScope: 'ALL' });
    const { id } = await scopeOf('ann');
    expect(await settle('refuseAccessScope', id)).toEqual({ settled: true, userErrors: [] });
    expect(await push({ accessScope: 'ALL' })).toEqual({ outcome: 'UNCHANGED', reason: HELD });
    expect(await requests()).toMatchObject([{ userName: 'ann', refusedAt: expect.any(String) }]);
    expect(await recorded()).toEqual([{ operation: 'Access Scope Refused' }]);
    await push({});
    expect(await requests()).toEqual([]);
    expect((await settle('confirmAccessScope', id)).userErrors).toEqual([{ code: 'NO_SCOPE_REQUEST' }]);
    expect((await scopeOf('ann')).scope).toBe('OWNED_AND_SHARED');
  });

  test('is held for a user with a sign-in, and for one whose token waits for its role', async () => {
    const token = await generateConnectorToken(database.db, 'ann');
    expect(token).toMatch(/^pag_/);
    await assignRoles(database.db, commandLine, 'ann', []);
    expect(await push({ accessScope: 'ALL' })).toMatchObject({ reason: HELD });
    await push({});
    await database.db.execute(sql`UPDATE connector_tokens SET revoked_at = generated_at`);
    const { id } = await scopeOf('ann');
    const now = database.db.dialect.timeValue('2026-01-01T00:00:00.000Z');
    await database.db.execute(sql`INSERT INTO passwords (user_id, hash, changed_at) VALUES (${id}, 'x', ${now})`);
    expect(await push({ accessScope: 'ALL' })).toMatchObject({ reason: HELD });
    expect((await scopeOf('ann')).scope).toBe('OWNED_AND_SHARED');
  });

  test('is stored at once for a user who reads nothing here, and from the command line for everybody', async () => {
    expect(await push({ accessScope: 'ALL' }, 'new')).toEqual({ outcome: 'ADDED', reason: null });
    expect((await scopeOf('new')).scope).toBe('ALL');
    await push({ accessScope: 'ALL' });
    await recordUserAccounts(database.db, commandLine, 'vault', [
      { sourceId: 'ann', userName: 'ann', accessScope: 'ALL' },
    ]);
    expect((await scopeOf('ann')).scope).toBe('ALL');
    expect(await requests()).toEqual([]);
  });

  test('of one record of several of a user is held whichever comes first', async () => {
    const { results } = await pusher.push('upsertUserAccounts', [
      { sourceId: 'ann', userName: 'ann', accessScope: 'ALL' },
      { sourceId: 'ann', userName: 'ann', email: 'a@example.com' },
      { sourceId: 'ann', userName: 'ann', accessScope: 'ALL' },
    ]);
    expect(results.map(({ outcome }) => outcome)).toEqual(['UNCHANGED', 'CHANGED', 'CHANGED']);
    expect((await scopeOf('ann')).scope).toBe('OWNED_AND_SHARED');
    expect(await requests()).toHaveLength(1);
  });
});
