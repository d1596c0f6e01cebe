import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { countRecords } from '../../../src/database/positions.js';
import { ALSO_OF_PRODUCTS } from '../../../src/features/audits/own-operations.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';
import { Browser, makeSignIn } from '../../server/browser.js';
import { refusal, TestServer, VIEWER } from '../../server/test-server.js';
import { empty } from '../list-laws.js';
import { ownAudits } from '../roles/role.fixture.js';
import { anAudit, aResource, aUser, sourceIds } from '../writing/records.js';
import { outcomesOf, Pusher } from './push.fixture.js';

onEveryEngine('what is pushed', (engine) => {
  let database: TestDatabase;
  let server: TestServer;
  let pusher: Pusher;
  beforeAll(async () => {
    database = await testDatabase(engine);
    server = await TestServer.open(database.db);
    pusher = await Pusher.open(server);
    // Its first use leaves an audit of its own.
    await pusher.ask(VIEWER);
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });
  beforeEach(() => empty(database.db));

  test('is added once, and answered for each time', async () => {
    const audits = [anAudit('1'), anAudit('2'), anAudit('1')];
    expect(await pusher.push('recordAudits', audits)).toEqual({
      added: 2,
      changed: 0,
      unchanged: 1,
      deleted: 0,
      refused: 0,
      conflicts: 0,
      results: [
        { index: 0, sourceId: '1', outcome: 'ADDED', reason: null },
        { index: 1, sourceId: '2', outcome: 'ADDED', reason: null },
        { index: 2, sourceId: '1', outcome: 'UNCHANGED', reason: null },
      ],
    });
    expect(await pusher.push('recordAudits', audits)).toMatchObject({ added: 0, unchanged: 3 });
    expect(await countRecords(database.db, Module.AUDITS)).toBe(2);
  });

  test('is in conflict where another audit has its id, in one call and in another', async () => {
    const [first, other] = [anAudit('r-1', { operation: 'request' }), anAudit('r-1', { operation: 'response' })];
    const pushed = await pusher.push('recordAudits', [first, other, first]);
    expect(pushed).toMatchObject({ added: 1, unchanged: 1, refused: 0, conflicts: 1 });
    expect(pushed.results[1]).toEqual({
      index: 1,
      sourceId: 'r-1',
      outcome: 'CONFLICT',
      reason: expect.stringContaining('with other values of operation'),
    });
    // Who only pushes learns no value that is stored.
    expect(pushed.results[1]!.reason).not.toContain('request');
    expect(await pusher.push('recordAudits', [other])).toMatchObject({ added: 0, conflicts: 1 });
    const stored = await database.db.query(sql`SELECT operation FROM audits WHERE source = 'vault'`);
    expect(stored).toEqual([{ operation: 'request' }]);
    const query =
      'mutation ($r: [PushedAudit!]!) { p: recordAudits(source: "vault", records: $r) { conflicts results(outcomes: [CONFLICT]) { index } } }';
    const { body } = await pusher.ask(query, { r: [first, other] });
    expect(body.data).toEqual({ p: { conflicts: 1, results: [{ index: 1 }] } });
  });

  test('is told apart by its source', async () => {
    await pusher.push('recordAudits', [anAudit('1')]);
    expect(await pusher.push('recordAudits', [anAudit('1')], 'other')).toMatchObject({ added: 1 });
  });

  test('changes resources and user accounts, and nothing where nothing is new', async () => {
    const resource = aResource('1', {
      accounts: [{ sourceId: 'a', name: 'root' }],
      customFields: [{ label: 'rack', value: '7' }],
    });
    expect(outcomesOf(await pusher.push('upsertResources', [resource, aResource('2')]))).toEqual(['ADDED', 'ADDED']);
    expect(outcomesOf(await pusher.push('upsertResources', [resource, aResource('2', { name: 'db' })]))).toEqual([
      'UNCHANGED',
      'CHANGED',
    ]);
    const user = aUser('1', {
      roles: ['Auditor'],
      grants: [{ level: 'VIEW', resourceSourceId: '1', accountSourceId: 'a' }],
    });
    expect(outcomesOf(await pusher.push('upsertUserAccounts', [user]))).toEqual(['ADDED']);
    expect(outcomesOf(await pusher.push('upsertUserAccounts', [user]))).toEqual(['UNCHANGED']);
    expect(outcomesOf(await pusher.push('upsertUserAccounts', [{ ...user, status: 'LOCKED' }]))).toEqual(['CHANGED']);
  });

  test('leaves accounts, custom fields, roles and grants as they were where it does not say them', async () => {
    const whole = aResource('1', { accounts: [{ name: 'root' }], customFields: [{ label: 'rack' }] });
    await pusher.push('upsertResources', [whole]);
    expect(outcomesOf(await pusher.push('upsertResources', [{ ...aResource('1'), accounts: null }]))).toEqual([
      'UNCHANGED',
    ]);
    expect(outcomesOf(await pusher.push('upsertResources', [{ ...aResource('1'), accounts: [] }]))).toEqual([
      'CHANGED',
    ]);
  });

  test('is deleted by the ids of its source, and is UNCHANGED where it is not there', async () => {
    await pusher.push('upsertResources', [aResource('1')]);
    await pusher.push('upsertUserAccounts', [aUser('1')]);
    expect(outcomesOf(await pusher.push('deleteResources', ['1', '2', '1', 7]))).toEqual([
      'DELETED',
      'UNCHANGED',
      'UNCHANGED',
      'UNCHANGED',
    ]);
    expect(outcomesOf(await pusher.push('deleteUserAccounts', ['1']))).toEqual(['DELETED']);
    expect((await pusher.push('deleteUserAccounts', [' '])).results[0]).toMatchObject({
      outcome: 'REFUSED',
      reason: 'sourceId is missing',
    });
  });

  test.each<[string, object, string]>([
    ['a time without an offset', { occurredAt: '2026-03-01T08:30:00' }, 'occurredAt: "2026-03-01T08:30:00" '],
    [
      'a day that there is not',
      { occurredAt: '2026-02-30T08:30:00Z' },
      'occurredAt: "2026-02-30T08:30:00Z": 2026-02-30 is not a date',
    ],
    ['milliseconds since 1970', { occurredAt: '1772354400000' }, 'occurredAt: "1772354400000" '],
    ['an unknown category', { category: 'DOOR' }, 'category: "DOOR" is none of RESOURCE, USER, '],
    ['an unknown outcome', { outcome: 'MAYBE' }, 'outcome: "MAYBE" is none of SUCCESS, FAILURE, UNKNOWN'],
    ['an operation that says nothing', { operation: ' ' }, 'operation is missing'],
    ['a NUL character', { reason: 'a\0b' }, 'reason holds a NUL character'],
  ])('%s refuses its record, with the reason, and no other', async (_, error, reason) => {
    const pushed = await pusher.push('recordAudits', [anAudit('1'), { ...anAudit('2'), ...error }, anAudit('3')]);
    expect(outcomesOf(pushed)).toEqual(['ADDED', 'REFUSED', 'ADDED']);
    expect(pushed.results[1]).toMatchObject({ index: 1, sourceId: '2', reason: expect.stringContaining(reason) });
    expect(pushed).toMatchObject({ added: 2, refused: 1 });
  });

  test('may be refused by the database too, each with its reason', async () => {
    await pusher.push('upsertUserAccounts', [aUser('1', { userName: 'ann' })]);
    const grant = { level: 'VIEW', resourceSourceId: '9' };
    const pushed = await pusher.push('upsertUserAccounts', [
      aUser('2', { userName: 'ann' }),
      aUser('3', { grants: [grant] as never }),
      { ...aUser('4'), grants: [{ ...grant, level: 'LOOK' }] },
      aUser('5'),
    ]);
    expect(pushed.results.map(({ reason }) => reason)).toEqual([
      'userName: "ann" belongs to another user account of this source already',
      'grants[0]: this source has no resource "9"; import resources first',
      'grants[0].level: "LOOK" is none of REMOTE_APP_ONLY, VIEW, MODIFY, FULL_ACCESS',
      null,
    ]);
  });

  test.each(['User Signed In', 'user  signed in', 'User_Signed_In', 'Auth Token Generated'])(
    'is refused if it says that %j, which only the gateway records',
    async (operation) => {
      const pushed = await pusher.push('recordAudits', [{ ...anAudit('forged'), operation }, anAudit('sound')]);
      expect(pushed.results).toEqual([
        expect.objectContaining({
          outcome: 'REFUSED',
          reason: expect.stringContaining('is recorded by the gateway alone'),
        }),
        expect.objectContaining({ outcome: 'ADDED' }),
      ]);
    },
  );

  test('may say what products do as the gateway does, and is told from it by its source', async () => {
    const operations = [...ALSO_OF_PRODUCTS, 'User Logged in'];
    const pushed = await pusher.push(
      'recordAudits',
      operations.map((operation) => ({ ...anAudit(operation), operation })),
    );
    expect(pushed.added).toBe(operations.length);
  });

  test('has its offset taken into account, and texts that mean nothing taken for none', async () => {
    const pushed = {
      ...anAudit('1'),
      occurredAt: '2026-03-01T10:30:00.1234+02:00',
      ipAddress: 'N/A',
      reason: '-',
      ticketId: '',
    };
    await pusher.push('recordAudits', [pushed]);
    const query = '{ audits { nodes { occurredAt ipAddress reason ticketId } } }';
    expect(await new Gateway(database.db).read(anActor(), query)).toEqual({
      audits: { nodes: [{ occurredAt: '2026-03-01T08:30:00.124Z', ipAddress: null, reason: null, ticketId: null }] },
    });
  });

  test('never keeps a secret custom field', async () => {
    const customFields = [
      { label: 'pin', value: 'hunter2', type: 'Password' },
      { label: 'key', value: 'hunter2', columnName: 'COLUMN_SCHAR1' },
      { label: 'rack', value: '7', type: 'Character', columnName: 'COLUMN_CHAR1' },
    ];
    await pusher.push('upsertResources', [{ ...aResource('1'), customFields }]);
    expect(await database.db.query(sql`SELECT label, value FROM custom_fields`)).toEqual([
      { label: 'rack', value: '7' },
    ]);
  });

  test('changes no role that was given here', async () => {
    await makeSignIn(server, 'ann', ['Password Auditor'], { sourceId: '1' });
    const [before] = await database.db.query(sql`SELECT * FROM role_assignments`);
    await pusher.push(
      'upsertUserAccounts',
      [{ sourceId: '1', userName: 'ann', roles: ['Administrator'], fullName: 'Ann' }],
      'test',
    );
    expect(await database.db.query(sql`SELECT * FROM role_assignments`)).toEqual([before]);
    expect((await new Browser(server).signIn('ann')).viewer).toMatchObject({
      fullName: 'Ann',
      roles: ['Password Auditor'],
    });
  });

  test('of user accounts leaves audits of who pushed', async () => {
    await pusher.push('upsertUserAccounts', [aUser('1', { userName: 'ann' })]);
    await pusher.push('deleteUserAccounts', ['1']);
    expect(await ownAudits(database.db)).toMatchObject([
      { operation: 'User Created', operatedBy: 'ingest:vault-1', userName: 'ann', ipAddress: '127.0.0.1' },
      { operation: 'User Deleted', operatedBy: 'ingest:vault-1', userName: 'ann' },
    ]);
  });

  test('is what the feeds tell, in its order', async () => {
    await pusher.push(
      'recordAudits',
      sourceIds(30).map((id) => anAudit(id, { operation: `op ${id}` })),
    );
    await pusher.push(
      'recordAudits',
      sourceIds(40).map((id) => anAudit(id, { operation: `op ${id}` })),
    );
    const query = '{ auditFeed { nodes { operation } } }';
    const { auditFeed } = await new Gateway(database.db).read<{ auditFeed: { nodes: { operation: string }[] } }>(
      anActor(),
      query,
    );
    expect(auditFeed.nodes.map(({ operation }) => operation)).toEqual(sourceIds(40).map((id) => `op ${id}`));
  });

  test('is answered for as far as it is asked, such as what was refused', async () => {
    const query = `mutation ($records: [PushedAudit!]!) {
      pushed: recordAudits(source: "vault", records: $records) { results(outcomes: [REFUSED]) { index } } }`;
    const records = [anAudit('1'), { ...anAudit('2'), category: 'x' }];
    expect((await pusher.ask(query, { records })).body.data).toEqual({ pushed: { results: [{ index: 1 }] } });
  });

  test('may be nothing', async () => {
    expect(await pusher.push('recordAudits', [])).toMatchObject({ added: 0, results: [] });
  });

  test('is at most 5,000 records, which pass as they are in life, and of more none is stored', async () => {
    const life = {
      clientType: 'Web Client',
      ipAddress: '10.20.30.40',
      reason: 'A change that somebody asked for. '.repeat(5),
    };
    const named = {
      resourceSourceId: '17',
      resourceName: 'web-frontend-17',
      accountSourceId: '4711',
      accountName: 'root',
      ticketId: 'INC-1',
      userName: 'ann.example',
      userFullName: 'Ann Example',
    };
    const audits = sourceIds(5_001).map((id) => anAudit(id, { ...life, ...named }));
    const tooMany = refusal(await pusher.send('recordAudits', audits));
    expect(tooMany).toMatchObject({
      code: 'TOO_MANY_RECORDS',
      message: expect.stringMatching(/^5001 .* at most 5000; none/),
    });
    expect(await countRecords(database.db, Module.AUDITS)).toBe(0);
    expect(await pusher.push('recordAudits', audits.slice(1))).toMatchObject({ added: 5_000 });
    const accounts = sourceIds(3).map((id) => ({
      sourceId: id,
      name: `account ${id}`,
      description: 'An account. '.repeat(8),
    }));
    const resources = sourceIds(5_000).map((id) => aResource(id, { accounts }));
    expect(await pusher.push('upsertResources', resources)).toMatchObject({ added: 5_000 });
    expect(await pusher.push('deleteResources', sourceIds(5_000))).toMatchObject({ deleted: 5_000 });
  });

  test.each([
    ['gateway', 'BAD_USER_INPUT', /^source: gateway stands for this gateway itself: take another name$/],
    ['', 'BAD_USER_INPUT', /^source: it must have 1 to 64 characters$/],
    ['x'.repeat(65), 'BAD_USER_INPUT', /1 to 64 characters/],
    [' vault', 'BAD_USER_INPUT', /a space at its end/],
    [null, 'BAD_USER_INPUT', /^source: say where the records come from$/],
  ])('is refused as a whole under the source %j', async (source, code, message) => {
    expect(refusal(await pusher.send('recordAudits', [anAudit('1')], source))).toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  test('is refused as a whole where it is no record at all, with the place', async () => {
    const { code, message } = refusal(await pusher.send('recordAudits', [anAudit('1'), { sourceId: '2' }]));
    expect([code, message]).toEqual(['BAD_USER_INPUT', expect.stringContaining('records[1]')]);
  });
});
