import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { onEveryEngine } from '../../helpers/databases.js';
import { FrontDoor, refusal } from '../../server/front-door.js';
import { anAudit, aResource, SOURCE } from '../writing/records.js';
import { anAdministrator, IntegrationScene } from './integration-scene.js';

const DAY = 86_400_000;

const CONNECT = `mutation ($input: ConnectAnalyticsPlusInput!) {
  connectAnalyticsPlus(input: $input) { modules warnings userErrors { field code message } } }`;

const INPUT = {
  build: 4301,
  hostName: 'reports.example.com',
  portNumber: 8443,
  timeZone: 'UTC',
  modules: ['RESOURCES', 'USER_ACCOUNTS', 'AUDITS'],
};

interface Connected {
  readonly modules: string[];
  readonly warnings: string[];
  readonly userErrors: { field: string[] | null; code: string; message: string }[];
}

onEveryEngine('Analytics Plus, connected with a token,', (engine) => {
  let scene: IntegrationScene;
  let door: FrontDoor;
  let token: string;
  beforeAll(async () => {
    scene = await IntegrationScene.open(engine);
    await scene.user('bob', ['Password Auditor']);
    door = await FrontDoor.open(scene.db);
    await recordResources(scene.db, SOURCE, [aResource('r')]);
    const daysAgo = [400, 100, 40, 1];
    const audits = daysAgo.map((days) =>
      anAudit(`${days} days`, {
        occurredAt: new Date(Date.now() - days * DAY).toISOString(),
        operatedBy: `${days} days ago`,
        resourceSourceId: 'r',
      }),
    );
    await recordAudits(scene.db, SOURCE, audits);
  });
  afterAll(async () => {
    await door.close();
    await scene.drop();
  });
  beforeEach(async () => {
    await scene.run('removeIntegration');
    token = await scene.generate();
    await scene.run('saveIntegration');
  });

  const post = (query: string, variables: object = {}, by = token) =>
    door.post({ query, variables }, { authtoken: by });

  async function ask<Data>(query: string, variables: object = {}, by = token): Promise<Data> {
    const { body } = await post(query, variables, by);
    if (body.errors) throw new Error(JSON.stringify(body.errors));
    return body.data as Data;
  }

  async function connect(but: object = {}, by = token): Promise<Connected> {
    const data = await ask<{ connectAnalyticsPlus: Connected }>(CONNECT, { input: { ...INPUT, ...but } }, by);
    return data.connectAnalyticsPlus;
  }

  test('is shown with what it said, apart from what an administrator saved', async () => {
    await connect({
      timeZone: 'Europe/Berlin',
      importPeriod: 'LAST_YEAR',
      importEveryMinutes: 15,
      modules: ['AUDITS'],
    });
    expect(await scene.read()).toMatchObject({
      hostName: 'analytics.example.com',
      launchUrl: 'https://analytics.example.com:8443',
      analyticsPlus: {
        build: 4301,
        reportedHostName: 'reports.example.com',
        reportedPortNumber: 8443,
        timeZone: 'Europe/Berlin',
        modules: ['AUDITS'],
        importPeriod: 'LAST_YEAR',
        importEveryMinutes: 15,
        connectedAt: expect.stringMatching(/Z$/),
      },
    });
  });

  test('is read with what it imported, and with its token, by four statements', async () => {
    await connect();
    const query = `{ integration { authToken { hint } analyticsPlus { build } imports { module overdue } } }`;
    expect((await scene.gateway.ask(anAdministrator(), query)).statements).toHaveLength(4);
  });

  test('chooses each module once, in whatever order it names them', async () => {
    expect(await connect({ modules: ['AUDITS', 'RESOURCES', 'AUDITS'] })).toEqual({
      modules: ['RESOURCES', 'AUDITS'],
      warnings: [],
      userErrors: [],
    });
  });

  test.each(['UTC', 'Etc/UTC', 'GMT', 'Etc/GMT', 'Zulu'])(
    'is in the time zone of this side in %s',
    async (timeZone) => {
      expect((await connect({ timeZone })).warnings).toEqual([]);
    },
  );

  test('is warned in another time zone, and served all the same', async () => {
    const { modules, warnings } = await connect({ timeZone: 'Asia/Kolkata' });
    expect(warnings).toEqual([expect.stringMatching(/in UTC.*"Asia\/Kolkata"/)]);
    expect(modules).toHaveLength(3);
  });

  test.each([
    ['an old build', { build: 4300 }, 'BUILD_TOO_OLD', 'build', /4300.*4301/],
    ['a time zone that there is not', { timeZone: 'Mars/Olympus' }, 'INVALID_TIME_ZONE', 'timeZone', /IANA/],
    ['an offset for a time zone', { timeZone: '+05:30' }, 'INVALID_TIME_ZONE', 'timeZone', /IANA/],
    ['no module', { modules: [] }, 'NO_MODULE', 'modules', /choose one or more/],
    ['imports all the time', { importEveryMinutes: 0 }, 'INVALID_IMPORT_SCHEDULE', 'importEveryMinutes', /1 to 10080/],
    [
      'imports hardly ever',
      { importEveryMinutes: 10_081 },
      'INVALID_IMPORT_SCHEDULE',
      'importEveryMinutes',
      /1 to 10080/,
    ],
    ['no host name', { hostName: '' }, 'INVALID_HOST_NAME', 'hostName', /1 to 255 characters/],
    ['a long host name', { hostName: 'a'.repeat(256) }, 'INVALID_HOST_NAME', 'hostName', /1 to 255 characters/],
    ['a host name of two lines', { hostName: 'a\nb' }, 'INVALID_HOST_NAME', 'hostName', /can be seen/],
    ['a host name that turns text round', { hostName: 'a\u202eb' }, 'INVALID_HOST_NAME', 'hostName', /can be seen/],
    ['port 0', { portNumber: 0 }, 'INVALID_PORT_NUMBER', 'portNumber', /1 to 65535/],
  ])('is refused with %s, and keeps what it had', async (_, but, code, field, message) => {
    await connect({ modules: ['AUDITS'] });
    const before = await scene.read();
    const recorded = await scene.recordedBy(async () => {
      expect(await connect(but)).toEqual({
        modules: [],
        warnings: [],
        userErrors: [{ field: ['input', field], code, message: expect.stringMatching(message) }],
      });
    });
    expect(recorded).toEqual([]);
    expect((await scene.read()).analyticsPlus).toEqual(before.analyticsPlus);
  });

  test('is no person: who is signed in does not connect', async () => {
    const { connectAnalyticsPlus } = await scene.gateway.read<{ connectAnalyticsPlus: Connected }>(
      anAdministrator(),
      CONNECT,
      { input: INPUT },
    );
    expect(connectAnalyticsPlus.userErrors).toMatchObject([{ code: 'NOT_A_CONNECTOR', field: null }]);
    expect((await scene.read()).analyticsPlus).toBeNull();
  });

  test('cannot connect with what was known of its token before it was revoked', async () => {
    const actor = await scene.connector(token);
    await scene.run('removeIntegration');
    expect(await scene.gateway.refusal(actor, CONNECT, { input: INPUT })).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await scene.count('analytics_plus')).toBe(0);
  });

  test('is recorded when it says something else than before', async () => {
    const recorded = await scene.recordedBy(async () => {
      await connect({ importPeriod: 'LAST_YEAR' });
      await connect({ importPeriod: 'LAST_YEAR' });
      await connect({ modules: ['AUDITS'] });
    });
    const by = { operatedBy: 'ann', ipAddress: '127.0.0.1', clientType: 'API Client', outcome: 'SUCCESS' };
    const connected = (reason: RegExp) => ({
      ...by,
      operation: 'Analytics Plus Connected',
      userName: null,
      reason: expect.stringMatching(reason),
    });
    expect(recorded).toEqual([
      expect.objectContaining({ ...by, operation: 'Auth Token First Used' }),
      connected(/build 4301.*RESOURCES,USER_ACCOUNTS,AUDITS, period LAST_YEAR, every 60 minutes/),
      connected(/modules AUDITS, period ALL/),
    ]);
  });

  describe('reads no module that it did not choose', () => {
    test.each([
      [['AUDITS'], '{ resources { totalCount } }', ['resources'], 'READ_RESOURCES'],
      [
        ['AUDITS'],
        '{ auditFeed { nodes { id touched: resource { id } } } }',
        ['auditFeed', 'nodes', 'touched'],
        'READ_RESOURCES',
      ],
      [['RESOURCES'], '{ audit(id: "1") { id } }', ['audit'], 'READ_AUDITS'],
      [
        ['USER_ACCOUNTS'],
        '{ userAccounts { nodes { grants { resourceName account { passwordStatus } } } } }',
        ['userAccounts', 'nodes', 'grants', 'account'],
        'READ_RESOURCES',
      ],
      [
        ['RESOURCES', 'AUDITS'],
        '{ ...f } fragment f on Query { all: userAccountFeed { caughtUp } }',
        ['all'],
        'READ_USER_ACCOUNTS',
      ],
    ])('of %s by %s', async (modules, query, path, privilege) => {
      await ask(query);
      await connect({ modules });
      const answer = await post(query);
      expect(refusal(answer)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      expect(refusal(answer).message).toMatch(new RegExp(`was not chosen.*${privilege}`));
      expect(answer.body.errors).toMatchObject([{ path }]);
    });

    test('until it connects again and chooses it', async () => {
      await connect({ modules: ['RESOURCES'] });
      expect((await connect({ modules: ['AUDITS'] })).modules).toEqual(['AUDITS']);
      await ask('{ audits { totalCount } }');
      expect(refusal(await post('{ resources { totalCount } }')).code).toBe('FORBIDDEN');
    });
  });

  describe('of a period reads no older audit', () => {
    const ours = 'filter: { operations: ["Password Retrieved"] }';
    interface Read {
      readonly audits: { readonly totalCount: number; readonly nodes: { readonly operatedBy: string }[] };
      readonly early: { readonly totalCount: number };
      readonly auditFeed: { readonly nodes: { readonly operatedBy: string }[] };
      readonly resources: {
        readonly nodes: { readonly usage: { operationCount: number }; all: { operationCount: number } }[];
      };
    }
    const READ = `{
      audits(${ours}) { totalCount nodes { operatedBy } }
      early: audits(${ours}, dateRange: { to: "${new Date(Date.now() - 60 * DAY).toISOString()}" }) { totalCount }
      auditFeed(${ours}, since: "2000-01-01T00:00:00Z") { nodes { operatedBy } }
      resources { nodes { usage { operationCount } all: usage(dateRange: { from: "2000-01-01T00:00:00Z" }) { operationCount } } } }`;

    test.each([
      ['ALL', 4],
      ['LAST_YEAR', 3],
      ['LAST_6_MONTHS', 3],
      ['LAST_3_MONTHS', 2],
      ['LAST_MONTH', 1],
    ])('%s: %d of them', async (importPeriod, count) => {
      const names = ['400 days ago', '100 days ago', '40 days ago', '1 days ago'].slice(-count);
      await connect({ importPeriod });
      const { audits, early, auditFeed, resources } = await ask<Read>(READ);
      expect(audits.nodes.map(({ operatedBy }) => operatedBy)).toEqual(names);
      expect(audits.totalCount).toBe(count);
      expect(early.totalCount).toBe(Math.max(0, count - 2));
      expect(auditFeed.nodes.map(({ operatedBy }) => operatedBy)).toEqual(names);
      expect(resources.nodes).toEqual([{ usage: { operationCount: count }, all: { operationCount: count } }]);
    });

    test('by its id', async () => {
      const { audits } = await ask<{ audits: { nodes: { id: string }[] } }>(`{ audits(${ours}) { nodes { id } } }`);
      await connect({ importPeriod: 'LAST_3_MONTHS' });
      const answers = await Promise.all(
        audits.nodes.map(({ id }) => ask<{ audit: object | null }>(`{ audit(id: "${id}") { id } }`)),
      );
      expect(answers.map(({ audit }) => audit !== null)).toEqual([false, false, true, true]);
    });

    test('while a count of all audits is of those that are served', async () => {
      await connect({ importPeriod: 'LAST_3_MONTHS' });
      type Counted = { audits: { totalCount: number; nodes: object[] } };
      const { audits } = await ask<Counted>('{ audits(first: 1000) { totalCount nodes { id } } }');
      expect(audits.totalCount).toBe(audits.nodes.length);
    });
  });

  describe('has to begin anew', () => {
    const cursorOf = async (by = token) =>
      (await ask<{ auditFeed: { nextCursor: string } }>('{ auditFeed { nextCursor } }', {}, by)).auditFeed.nextCursor;
    const follow = (after: string, by = token) => post(`{ auditFeed(after: "${after}") { caughtUp } }`, {}, by);

    test.each([
      ['LAST_MONTH', 'LAST_YEAR'],
      ['LAST_3_MONTHS', 'ALL'],
    ])('where its period widened from %s to %s behind its cursor', async (narrow, wide) => {
      await connect({ importPeriod: narrow });
      const after = await cursorOf();
      await connect({ importPeriod: wide });
      expect(refusal(await follow(after))).toMatchObject({ code: 'RESYNC_REQUIRED' });
    });

    test.each([
      ['ALL', 'LAST_YEAR'],
      ['LAST_YEAR', 'LAST_MONTH'],
      ['LAST_MONTH', 'LAST_MONTH'],
    ])('but not where it narrowed from %s to %s', async (wide, narrow) => {
      await connect({ importPeriod: wide });
      const after = await cursorOf();
      await connect({ importPeriod: narrow });
      expect((await follow(after)).body.errors).toBeUndefined();
    });

    test('where a new token after a removal sees more than the old one', async () => {
      await connect({ importPeriod: 'LAST_MONTH' });
      const after = await cursorOf();
      await scene.run('removeIntegration');
      expect(refusal(await follow(after, await scene.tokenFromShell()))).toMatchObject({ code: 'RESYNC_REQUIRED' });
    });
  });

  describe('hands its bounds on', () => {
    test('to the token that takes the place of its own, which goes on from its cursor', async () => {
      await connect({ modules: ['AUDITS'], importPeriod: 'LAST_MONTH' });
      const { auditFeed } = await ask<{ auditFeed: { nextCursor: string } }>('{ auditFeed { nextCursor } }');
      const before = (await scene.read()).analyticsPlus;
      const next = await scene.generate();
      await scene.run('saveIntegration');
      expect((await scene.read()).analyticsPlus).toEqual(before);
      expect(refusal(await post('{ resources { totalCount } }', {}, next)).code).toBe('FORBIDDEN');
      const followed = await post(`{ auditFeed(after: "${auditFeed.nextCursor}") { caughtUp } }`, {}, next);
      expect(followed.body.errors).toBeUndefined();
    });

    test('to a token of another user, which connects again for more', async () => {
      await connect({ modules: ['AUDITS'] });
      const next = await scene.generate({}, anAdministrator({ userName: 'bob' }));
      await scene.run('saveIntegration');
      expect(refusal(await post('{ resources { totalCount } }', {}, next)).code).toBe('FORBIDDEN');
      await connect({}, next);
      await ask('{ resources { totalCount } }', {}, next);
    });

    test('to nobody where the integration was removed', async () => {
      await connect({ modules: ['AUDITS'] });
      await scene.run('removeIntegration');
      const next = await scene.generate();
      await scene.run('saveIntegration');
      expect((await scene.read()).analyticsPlus).toBeNull();
      await ask('{ resources { totalCount } }', {}, next);
    });
  });
});
