import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transaction } from '../../src/database/transaction.js';
import { endOldRefusals } from '../../src/features/audits/refusals/count-refusals.js';
import { storeRefusals } from '../../src/features/audits/refusals/refusal-tally.js';
import { newToken } from '../../src/lib/token.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { Browser, makeSignIn } from './browser.js';
import { TestServer } from './test-server.js';

onEveryEngine('an operation that is refused for want of a privilege', (engine) => {
  let database: TestDatabase;
  let server: TestServer;

  beforeAll(async () => {
    database = await testDatabase(engine);
    server = await TestServer.openForAnn(database.db, { TRUSTED_PROXIES: '127.0.0.1' });
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  const audits = async () => {
    await storeRefusals(server.db);
    return server.db.query<{ reason: string }>(
      sql`SELECT operated_by AS operatedBy, user_name AS userName, outcome, ip_address AS ipAddress,
            client_type AS clientType, reason FROM audits WHERE operation = 'Operation Refused' ORDER BY id`,
    );
  };
  /** The audits that are written while work is done, of which so many are awaited. */
  const since = async (work: () => Promise<unknown>, awaited = 0) => {
    const { length } = await audits();
    await work();
    await expect.poll(async () => (await audits()).length).toBeGreaterThanOrEqual(length + awaited);
    return (await audits()).slice(length);
  };
  const windowsEnd = async () => {
    await storeRefusals(server.db);
    await server.db.execute(sql`UPDATE refusals SET ends_at = began_at`);
    await endOldRefusals(server.db);
  };

  test('of a user is an audit that says who, what and from where, and the rest is a number', async () => {
    await makeSignIn(server, 'bob');
    const bob = new Browser(server, { 'x-forwarded-for': '198.51.100.7' });
    await bob.signIn('bob');
    const rows = await since(async () => {
      const asked = Array.from({ length: 20 }, (_, i) => `{ alias${i}: audits { nodes { id } } }`);
      for (const query of asked) expect((await bob.ask(query)).status).toBe(403);
    }, 1);
    const common = { operatedBy: 'bob', userName: 'bob', outcome: 'FAILURE', ipAddress: '198.51.100.7' };
    expect(rows).toEqual([
      { ...common, clientType: 'Web Client', reason: 'Query.audits needs the privilege READ_AUDITS' },
    ]);
    const further = await since(windowsEnd);
    expect(further).toMatchObject([
      { ...common, reason: expect.stringMatching(/^19 more refused: Query\.audits needs/) },
    ]);
    expect(await since(windowsEnd)).toEqual([]);
  });

  test('of a token, in GraphQL or of a feed, is one as well', async () => {
    const headers = { authorization: `Bearer ${server.token}`, 'x-forwarded-for': '198.51.100.8' };
    await server.db.execute(sql`INSERT INTO analytics_plus (token_id, build, reported_host_name, reported_port_number,
      time_zone, modules, import_period, import_every_minutes, connected_at)
      SELECT id, 4301, 'a', 1, 'UTC', 'AUDITS', 'ALL', 60, generated_at FROM connector_tokens`);
    const refused = ['roles { name }', 'resources { nodes { id } }', 'sources { name }'];
    const rows = await since(async () => {
      await expect.poll(async () => (await server.post({ query: `{ ${refused[1]} }` }, headers)).status).toBe(403);
      for (const field of refused) expect((await server.post({ query: `{ ${field} }` }, headers)).status).toBe(403);
      const feed = await server.send('/feeds/user-accounts.ndjson', { headers });
      expect(feed.status).toBe(403);
    }, 4);
    expect(rows.map(({ reason }) => reason).sort()).toEqual([
      expect.stringMatching(/^Query\.resources is of a module that was not chosen/),
      'Query.roles needs the privilege MANAGE_USERS',
      expect.stringMatching(/^Query\.sources needs the privilege INGEST/),
      expect.stringMatching(/^Query\.userAccounts is of a module that was not chosen/),
    ]);
    expect(new Set(rows.map(({ reason: _, ...row }) => JSON.stringify(row))).size).toBe(1);
    expect(rows[0]).toMatchObject({ operatedBy: 'ann', ipAddress: '198.51.100.8', clientType: 'API Client' });
  });

  test('is nothing for whoever is not signed in', async () => {
    expect(await since(() => server.post({ query: '{ audits { nodes { id } } }' }))).toEqual([]);
  });

  test('is accounted for together beyond a hundred kinds of it', async () => {
    await windowsEnd();
    const { countInMemory } = await import('../../src/features/audits/refusals/refusal-tally.js');
    const kind = {
      name: 'test',
      window: 1_000,
      others: (refusal: Parameters<typeof countInMemory>[2]) => ({ ...refusal, subject: 'test:others' }),
    };
    for (let i = 0; i < 130; i++) {
      const by = { userId: null, userName: 'x', clientType: 'API Client' } as const;
      const refusal = {
        subject: `test:${i}`,
        operation: 'Operation Refused' as const,
        by,
        userName: null,
        first: 'f',
        further: 'm',
      };
      countInMemory(server.db, kind, refusal, null);
    }
    expect((await audits()).filter(({ reason }) => reason === 'f')).toHaveLength(101);
    await transaction(server.db, (tx) => tx.execute(sql`DELETE FROM refusals`));
  });

  test('is told from an unknown token, which is counted by its reason and never written', async () => {
    const send = (token: string) =>
      server.post({ query: '{ viewer { userName } }' }, { authorization: `Bearer ${token}` });
    const counts = async () => {
      const { text } = await server.send('/metrics');
      const of = (reason: string) =>
        Number(new RegExp(`refused_tokens_total\\{reason="${reason}"\\} (\\d+)`).exec(text)?.[1] ?? 0);
      return [of('unknown'), of('malformed')];
    };
    const before = await counts();
    for (let i = 0; i < 3; i++) await send(newToken('pag_'));
    await send(newToken('pai_'));
    await send('pag_nonsense');
    const after = await counts();
    expect(after.map((count, i) => count - before[i]!)).toEqual([4, 1]);
  });
});
