import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { countRecords } from '../../../src/database/positions.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { TestServer, VIEWER } from '../../server/test-server.js';
import { empty } from '../list-laws.js';
import { anAudit, aResource, aUser } from '../writing/records.js';
import { type Push, Pusher, pushes } from './push.fixture.js';

/** The smallest number that JSON cannot tell from the next one. */
const BIG = 2 ** 53;

onEveryEngine('in a push', (engine) => {
  let database: TestDatabase;
  let server: TestServer;
  let pusher: Pusher;
  beforeAll(async () => {
    database = await testDatabase(engine);
    server = await TestServer.open(database.db);
    pusher = await Pusher.open(server);
    await pusher.ask(VIEWER);
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });
  beforeEach(() => empty(database.db));

  const resource = (but: object) => ({ ...aResource('1'), ...but });
  const user = (but: object) => ({ ...aUser('1'), ...but });
  const audit = (but: object) => ({ ...anAudit('1'), ...but });
  const grant = (but: object) => user({ grants: [{ level: 'VIEW', resourceSourceId: '1', ...but }] });

  test.each([
    ['recordAudits', audit({ sourceId: BIG })],
    ['recordAudits', audit({ sourceId: 1e30 })],
    ['recordAudits', audit({ sourceId: -BIG })],
    ['recordAudits', audit({ resourceSourceId: BIG })],
    ['recordAudits', audit({ accountSourceId: BIG })],
    ['upsertResources', resource({ sourceId: BIG })],
    ['upsertResources', resource({ accounts: [{ sourceId: BIG, name: 'root' }] })],
    ['upsertResources', resource({ accounts: { sourceId: BIG, name: 'root' } })],
    ['upsertUserAccounts', user({ sourceId: BIG })],
    ['upsertUserAccounts', grant({ resourceSourceId: BIG })],
    ['upsertUserAccounts', grant({ accountSourceId: BIG })],
    ['deleteResources', BIG],
    ['deleteUserAccounts', BIG],
  ] as [Push, unknown][])('%s refuses an id that JSON rounds, and takes the rest: %j', async (push, record) => {
    const sound = { recordAudits: anAudit('2'), upsertResources: aResource('2'), upsertUserAccounts: aUser('2') };
    const pushed = await pusher.push(push, [record, sound[push as 'recordAudits'] ?? '2']);
    expect([pushed.refused, pushed.added + pushed.unchanged]).toEqual([1, 1]);
    expect(pushed.results[0]!.reason).toMatch(/is not a whole number that JSON keeps exactly: write it as a text/);
  });

  test('a number in the document is refused as one in the variables is', async () => {
    const fields = 'occurredAt: "2026-11-26T08:30:00Z", category: "USER", operation: "x", operatedBy: "ann"';
    const answer = '{ added refused results { sourceId outcome } }';
    const inline = (id: string) => `{ sourceId: ${id}, ${fields} }`;
    const query = `mutation { p: recordAudits(source: "v", records: [${['9007199254740993', '-0', '12', '"9007199254740993"'].map(inline)}]) ${answer} }`;
    expect((await pusher.ask(query)).body.data).toMatchObject({ p: { added: 2, refused: 2 } });
    const partly = `mutation ($id: ID!) { p: recordAudits(source: "v", records: ${inline('$id')}) ${answer} }`;
    expect((await pusher.ask(partly, { id: BIG })).body.data).toMatchObject({ p: { added: 0, refused: 1 } });
    const byDefault = `mutation ($id: ID! = 9007199254740993) { p: deleteResources(source: "v", sourceIds: [$id]) { refused } }`;
    expect((await pusher.ask(byDefault)).body.data).toMatchObject({ p: { refused: 1 } });
    const fraction = await pusher.ask(pushes.recordAudits, { source: 'v', records: [audit({ sourceId: 1.5 })] });
    expect(fraction.body.errors![0]!.extensions.code).toBe('BAD_USER_INPUT');
    expect(await countRecords(database.db, Module.AUDITS)).toBe(2);
  });

  test('a time that cannot be is refused in occurredAt, and one that stands for none is nothing elsewhere', async () => {
    const times = ['0001-01-01T00:00:00Z', '1989-12-31T23:59:59Z', '2101-01-01T00:00:00Z', 'Never', '20261129100000'];
    const audits = times.map((occurredAt, n) => audit({ sourceId: String(n), occurredAt }));
    expect(await pusher.push('recordAudits', audits)).toMatchObject({ added: 0, refused: times.length });
    const read = audit({ occurredAt: '2026-11-26 08:30:00 +0000' });
    expect(await pusher.push('recordAudits', [read])).toMatchObject({ added: 1 });
    const never = user({ expiresAt: '0001-01-01T00:00:00Z', lastLoginAt: 'Never', createdAt: '0000-00-00 00:00:00' });
    expect(await pusher.push('upsertUserAccounts', [never])).toMatchObject({ added: 1 });
    const [row] = await database.db.query<{ e: unknown; l: unknown }>(
      sql`SELECT expires_at AS e, last_login_at AS l FROM user_accounts`,
    );
    expect(row).toEqual({ e: null, l: null });
  });
});
