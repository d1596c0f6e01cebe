import { afterEach, beforeEach, expect, test } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';
import { positionsOf, pullFrom } from './pull.fixture.js';
import { anUpstreamAudit, anUpstreamResource, anUpstreamUser, StandInPam, TOKEN, type Upstream } from './stand-in.js';

const nothing = { added: 0, changed: 0, unchanged: 0, deleted: 0, refused: 0, conflicts: 0 };

onEveryEngine('a pull', (engine) => {
  let database: TestDatabase;
  let pam: StandInPam;
  beforeEach(async () => {
    [database, pam] = await Promise.all([testDatabase(engine), new StandInPam().start()]);
    pam.resources = [1, 2, 3].map((id) => anUpstreamResource(pam, id));
    pam.users = [1, 2].map((id) => anUpstreamUser(id));
    pam.audits = {
      Resource: { TODAY: [anUpstreamAudit(3), anUpstreamAudit(2)], YESTERDAY: [anUpstreamAudit(1)] },
      User: { TODAY: [anUpstreamAudit(4, { 'Operation Type': 'User Logged in' })] },
    };
  });
  afterEach(async () => {
    await pam.stop();
    await database.drop();
  });

  const run = (environment?: Record<string, string>, options?: object) =>
    pullFrom(pam, database.db, environment, options);
  const read = <Data>(query: string) => new Gateway(database.db).read<Data>(anActor(), query);

  test('stores all three modules in our words', async () => {
    const { whole, said } = await run({ SOURCE_TIME_ZONE: 'Asia/Kolkata' });
    expect(said).toEqual([]);
    expect(whole).toEqual({ USER_ACCOUNTS: true, RESOURCES: true, AUDITS: true });
    const data = await read<Record<string, { nodes: unknown[]; totalCount: number }>>(`{
      resources(first: 1) { totalCount nodes { name type department location ownerName lastAccessedAt
        accounts { name compliant complianceReason expiryStatus passwordPolicy lastModifiedAt } } }
      userAccounts { totalCount nodes { userName fullName email status roles source } }
      audits { nodes { occurredAt category operation outcome operatedBy ipAddress reason accountName resource { name } } } }`);
    expect(data.resources!.totalCount).toBe(3);
    expect(data.resources!.nodes[0]).toEqual({
      name: 'server 1',
      type: 'Linux',
      department: 'IT',
      location: null,
      ownerName: 'admin',
      lastAccessedAt: '2024-03-14T01:30:00.000Z',
      accounts: [
        {
          name: 'root',
          compliant: true,
          complianceReason: null,
          expiryStatus: 'Valid',
          passwordPolicy: 'Strong',
          lastModifiedAt: '2024-03-13T15:20:00.000Z',
        },
      ],
    });
    expect(data.userAccounts!.nodes[0]).toEqual({
      userName: 'user1',
      fullName: 'Ann Cole 1',
      email: 'user1@example.com',
      status: 'ACTIVE',
      roles: ['Password User'],
      source: 'pam360',
    });
    const audits = data.audits!.nodes.filter((audit) => (audit as { operatedBy: string }).operatedBy === 'admin');
    expect(audits).toHaveLength(4);
    expect(audits[0]).toEqual({
      occurredAt: '2024-03-12T05:45:44.836Z',
      category: 'RESOURCE',
      operation: 'Password Retrieved',
      outcome: 'UNKNOWN',
      operatedBy: 'admin',
      ipAddress: 'localhost',
      reason: null,
      accountName: 'root',
      resource: { name: 'server 1' },
    });
    expect(audits[3]).toMatchObject({ category: 'USER', operation: 'User Logged in' });
  });

  test('done twice changes nothing and gives no position', async () => {
    await run();
    const before = await positionsOf(database.db);
    const { counts, said } = await run();
    expect(counts).toEqual({
      USER_ACCOUNTS: { ...nothing, rowsRead: 2, unchanged: 2 },
      RESOURCES: { ...nothing, rowsRead: 3, unchanged: 3 },
      AUDITS: { ...nothing, rowsRead: 4, unchanged: 4 },
    });
    expect(said).toEqual([]);
    expect(await positionsOf(database.db)).toEqual(before);
  });

  test('sends the token as a header with each call, and nowhere else', async () => {
    await run({ PAM_ORG_NAME: 'north' });
    for (const { headers, path, query } of pam.calls) {
      expect(headers).toMatchObject({ authtoken: TOKEN, orgname: 'north' });
      expect(`${path}?${query}`).not.toContain(TOKEN);
    }
    expect(pam.callsOf(/accounts/)).toHaveLength(6);
  });

  test('deletes what vanished, once a second listing lacks it too', async () => {
    await run();
    pam.resources.splice(1, 1);
    pam.users.pop();
    pam.calls = [];
    const { counts, whole } = await run();
    expect([counts.RESOURCES.deleted, counts.USER_ACCOUNTS.deleted]).toEqual([1, 1]);
    expect(whole).toEqual({ USER_ACCOUNTS: true, RESOURCES: true, AUDITS: true });
    const firstPages = pam.callsOf(/v1\/resources$/).filter(({ query }) => !query.has('STARTINDEX'));
    expect(firstPages).toHaveLength(2);
    type Names = { resources: { nodes: { name: string }[] }; audits: { nodes: { resourceName: string | null }[] } };
    const { resources, audits } = await read<Names>(
      '{ resources { nodes { name } } audits { nodes { resourceName } } }',
    );
    expect(resources.nodes.map(({ name }) => name)).toEqual(['server 1', 'server 3']);
    expect(audits.nodes.filter(({ resourceName }) => resourceName === 'server 1')).toHaveLength(4);
  });

  test('deletes no account, custom field or role where a list is empty or missing by mistake', async () => {
    const field = { CUSTOMFIELDLABEL: 'rack', CUSTOMFIELDVALUE: '7', CUSTOMFIELDTYPE: 'Character' };
    pam.resources = [anUpstreamResource(pam, 1, { NOOFACCOUNTS: '2', 'CUSTOM FIELD': [field] })];
    const accounts = pam.resources[0]!['ACCOUNT LIST'] as Upstream[];
    accounts.push({ ...accounts[0], 'ACCOUNT ID': '11', 'ACCOUNT NAME': 'admin' });
    pam.users = [anUpstreamUser(1)];
    const stored = () =>
      read<object>(
        `{ resources { nodes { lastAccessedAt accountCount accounts { id name } customFields { label value } } }
           userAccounts(filter: { userNames: ["user1"] }) { nodes { roles } } }`,
      );
    await run();
    const before = await stored();
    const { roles, ...userWithoutRoles } = pam.users[0]!;
    for (const empty of ['', [], null, undefined, [''], {}, 'N/A', accounts.slice(0, 1), [{ 'ACCOUNT ID': '11' }]]) {
      pam.users = [empty === undefined ? userWithoutRoles : { ...userWithoutRoles, roles: empty === '' ? '' : roles }];
      pam.onCall = ({ path }) => {
        if (!/resources\/1\/accounts$/.test(path)) return undefined;
        return (_request, response, answer) => {
          const changed = JSON.parse(answer);
          const { NOOFACCOUNTS: _, ...details } = changed.operation.Details;
          changed.operation.Details = { ...details, 'ACCOUNT LIST': empty, 'CUSTOM FIELD': '' };
          response.end(JSON.stringify(changed));
        };
      };
      const { counts } = await run();
      expect([empty, counts.RESOURCES.unchanged, await stored()]).toEqual([empty, 1, before]);
    }
    pam.onCall = () => undefined;
    expect((await run()).counts.RESOURCES.unchanged).toBe(1);
    expect(await stored()).toEqual(before);
    pam.resources[0]!.NOOFACCOUNTS = '1';
    accounts.pop();
    expect((await run()).counts.RESOURCES.changed).toBe(1);
  });

  test('keeps an audit whose texts are too long, and cuts them', async () => {
    pam.audits = {
      Resource: { TODAY: [anUpstreamAudit(1, { 'IP Address': '1'.repeat(66), Reason: 'r'.repeat(20_000) })] },
    };
    const { counts } = await run({}, { modules: [Module.AUDITS] });
    expect(counts.AUDITS).toMatchObject({ added: 1, refused: 0 });
    const { audits } = await read<{ audits: { nodes: object[] } }>('{ audits { nodes { ipAddress reason } } }');
    expect(audits.nodes).toEqual([
      {
        ipAddress: expect.stringMatching(/^1{41} … \[cut: 66 characters\]$/),
        reason: expect.stringMatching(/^r+ … \[cut: 20000 characters\]$/),
      },
    ]);
  });

  test('takes an empty text for the empty list of a resource without accounts', async () => {
    pam.resources = [anUpstreamResource(pam, 1, { NOOFACCOUNTS: '0', 'ACCOUNT LIST': '' })];
    const { whole, said } = await run({}, { modules: [Module.RESOURCES] });
    expect([whole, said]).toEqual([
      { RESOURCES: true },
      [expect.stringMatching(/^NOTE the server lists 1 resource with 0 accounts: /)],
    ]);
  });

  test('deletes nothing that is back in the second listing', async () => {
    await run();
    const [away] = pam.resources.splice(0, 1);
    let listings = 0;
    pam.onCall = ({ path, query }) => {
      if (path.endsWith('/v1/resources') && !query.has('STARTINDEX')) listings += 1;
      if (listings === 2 && pam.resources.length === 2) pam.resources.unshift(away!);
      return undefined;
    };
    const { counts } = await run();
    expect([listings, counts.RESOURCES.deleted]).toEqual([2, 0]);
  });

  test('leaves what other sources brought alone', async () => {
    await run({ PAM_SOURCE: 'other vault' });
    pam.resources = [anUpstreamResource(pam, 9)];
    pam.users = [anUpstreamUser(9)];
    const { counts } = await run();
    expect([counts.RESOURCES.deleted, counts.USER_ACCOUNTS.deleted]).toEqual([0, 0]);
  });

  test.each([
    ['resources', () => (pam.resources = []), 'RESOURCES'],
    ['user accounts', () => (pam.users = []), 'USER_ACCOUNTS'],
  ] as const)('deletes nothing by an empty list of %s', async (_, empty, module) => {
    await run();
    empty();
    const { counts, said, whole } = await run();
    expect([counts[module].deleted, whole[module]]).toEqual([0, true]);
    expect(said).toEqual([
      expect.stringMatching(/^NOTE the server lists 0 (resources for the user of PAM_AUTHTOKEN|user accounts): /),
      expect.stringMatching(/^NOTE \d stored here were not listed, and are kept: the list is empty/),
    ]);
  });

  test('deletes more than half of many only where that is accepted', async () => {
    pam.resources = Array.from({ length: 45 }, (_, id) =>
      anUpstreamResource(pam, id + 1, { NOOFACCOUNTS: '0', 'ACCOUNT LIST': [] }),
    );
    await run();
    pam.resources.splice(20);
    const first = await run();
    expect([first.counts.RESOURCES.deleted, first.whole.RESOURCES]).toEqual([0, false]);
    expect(first.said.slice(1)).toEqual([
      expect.stringMatching(/^PROBLEM 25 of 45 stored here .* --accept-deletions$/),
    ]);
    const second = await run({}, { acceptDeletions: true });
    expect([second.counts.RESOURCES.deleted, second.whole.RESOURCES]).toEqual([25, true]);
  });

  test('reads everything from pages of a few rows', async () => {
    pam.cap = 7;
    const audits = Array.from({ length: 120 }, (_, id) => anUpstreamAudit(id + 1)).reverse();
    pam.resources = Array.from({ length: 40 }, (_, id) => anUpstreamResource(pam, id + 1));
    pam.users = Array.from({ length: 30 }, (_, id) => anUpstreamUser(id + 1));
    pam.audits = { Resource: { TODAY: audits } };
    const { counts, whole } = await run();
    expect(whole).toEqual({ USER_ACCOUNTS: true, RESOURCES: true, AUDITS: true });
    expect([counts.USER_ACCOUNTS.added, counts.RESOURCES.added, counts.AUDITS.added]).toEqual([30, 40, 120]);
  });

  test('reads no further than what the pull before it has seen, where the newest come first', async () => {
    const newest = Date.now();
    const audits = Array.from({ length: 1_500 }, (_, id) =>
      anUpstreamAudit(id, { TIME: String(newest - id * 60_000) }),
    );
    pam.audits = { Resource: { TODAY: audits } };
    await run();
    pam.calls = [];
    audits.unshift(anUpstreamAudit(9_000, { TIME: String(newest + 1) }));
    const { counts } = await run();
    expect(counts.AUDITS).toMatchObject({ added: 1, rowsRead: 980 });
    expect(pam.callsOf(/audit/).filter(({ query }) => query.get('AUDITTYPE') === 'Resource')).toHaveLength(3);
  });

  test('keeps audits of two types apart that count for themselves, and takes a row of both windows once', async () => {
    const login = anUpstreamAudit(1, { TIME: '1710222999999', 'Operation Type': 'User Logged in' });
    pam.audits = {
      Resource: { TODAY: [anUpstreamAudit(1)], YESTERDAY: [anUpstreamAudit(1)] },
      User: { TODAY: [login] },
    };
    const { counts } = await run();
    expect(counts.AUDITS).toEqual({ ...nothing, rowsRead: 2, added: 2 });
  });

  test('tells whose clock is another one than SOURCE_TIME_ZONE says', async () => {
    pam.audits = { Resource: { TODAY: [anUpstreamAudit(0, { 'Time Stamp': '2024-03-12 13:45:44.835' })] } };
    expect((await run()).said).toEqual([
      expect.stringMatching(/^NOTE the server's clock is 480 minutes ahead of .*UTC/),
    ]);
    expect((await run({ SOURCE_TIME_ZONE: 'Asia/Singapore' })).said).toEqual([]);
  });

  test('finds the owner that is written with a domain among the users of SCIM', async () => {
    const domain = { 'urn:ietf:params:scim:schemas:extension:pam360_domain:2.0:User': { domain: 'ZYLKER' } };
    pam.users = [anUpstreamUser(1, { ...domain, userName: 'ann' }), anUpstreamUser(2, { userName: 'ben' })];
    pam.resources = ['ZYLKER\\ann', 'ZYLKER\\ben', 'OTHER\\ann', 'ZYLKER\\cid'].map((owner, index) =>
      anUpstreamResource(pam, index + 1, { 'RESOURCE OWNER': owner }),
    );
    await run();
    const query = '{ resources { nodes { ownerName owner { userName } } } }';
    type Owned = { resources: { nodes: { ownerName: string; owner: { userName: string } | null }[] } };
    const { resources } = await read<Owned>(query);
    expect(resources.nodes.map(({ ownerName, owner }) => [ownerName, owner?.userName])).toEqual([
      ['ann', 'ann'],
      ['ben', 'ben'],
      ['OTHER\\ann', undefined],
      ['ZYLKER\\cid', undefined],
    ]);
  });

  test('reads all, where the oldest come first, or at the same instant', async () => {
    const audits = Array.from({ length: 600 }, (_, id) => anUpstreamAudit(id));
    const same = Array.from({ length: 600 }, (_, id) => anUpstreamAudit(id + 1_000, { TIME: '1710222344835' }));
    pam.audits = { Resource: { TODAY: audits }, User: { TODAY: same } };
    await run();
    audits.push(anUpstreamAudit(600));
    same.push(anUpstreamAudit(1_600, { TIME: '1710222344835' }));
    expect((await run()).counts.AUDITS.added).toBe(2);
  });

  test('without SCIM leaves user accounts out', async () => {
    expect(Object.keys((await run({ PAM_SCIM_URL: '' })).counts)).toEqual(['RESOURCES', 'AUDITS']);
  });
});
