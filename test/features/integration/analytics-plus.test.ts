import { expect, test } from 'vitest';
import { onEveryEngine } from '../../helpers/databases.js';
import { AnalyticsPlusFixture, CONNECT, type Connected, INPUT } from './analytics-plus.fixture.js';
import { anAdministrator } from './integration.fixture.js';

onEveryEngine('Analytics Plus, connected with a token,', (engine) => {
  const plus = new AnalyticsPlusFixture(engine);

  test('is shown with what it said, apart from what an administrator saved', async () => {
    await plus.connect({
      timeZone: 'Europe/Berlin',
      importPeriod: 'LAST_YEAR',
      importEveryMinutes: 15,
      modules: ['AUDITS'],
    });
    expect(await plus.fixture.read()).toMatchObject({
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
    await plus.connect();
    const query = `{ integration { authToken { hint } analyticsPlus { build } imports { module overdue } } }`;
    expect((await plus.fixture.gateway.ask(anAdministrator(), query)).statements).toHaveLength(4);
  });

  test('chooses each module once, in whatever order it names them', async () => {
    expect(await plus.connect({ modules: ['AUDITS', 'RESOURCES', 'AUDITS'] })).toEqual({
      modules: ['RESOURCES', 'AUDITS'],
      warnings: [],
      userErrors: [],
    });
  });

  test.each(['UTC', 'Etc/UTC', 'GMT', 'Etc/GMT', 'Zulu'])(
    'is in the time zone of this side in %s',
    async (timeZone) => {
      expect((await plus.connect({ timeZone })).warnings).toEqual([]);
    },
  );

  test('is warned in another time zone, and served all the same', async () => {
    const { modules, warnings } = await plus.connect({ timeZone: 'Asia/Kolkata' });
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
    await plus.connect({ modules: ['AUDITS'] });
    const before = await plus.fixture.read();
    const recorded = await plus.fixture.recordedBy(async () => {
      expect(await plus.connect(but)).toEqual({
        modules: [],
        warnings: [],
        userErrors: [{ field: ['input', field], code, message: expect.stringMatching(message) }],
      });
    });
    expect(recorded).toEqual([]);
    expect((await plus.fixture.read()).analyticsPlus).toEqual(before.analyticsPlus);
  });

  test('is no person: who is signed in does not connect', async () => {
    const { connectAnalyticsPlus } = await plus.fixture.gateway.read<{ connectAnalyticsPlus: Connected }>(
      anAdministrator(),
      CONNECT,
      { input: INPUT },
    );
    expect(connectAnalyticsPlus.userErrors).toMatchObject([{ code: 'NOT_A_CONNECTOR', field: null }]);
    expect((await plus.fixture.read()).analyticsPlus).toBeNull();
  });

  test('cannot connect with what was known of its token before it was revoked', async () => {
    const actor = await plus.fixture.connector(plus.token);
    await plus.fixture.run('removeIntegration');
    expect(await plus.fixture.gateway.refusal(actor, CONNECT, { input: INPUT })).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    expect(await plus.fixture.count('analytics_plus')).toBe(0);
  });

  test('is recorded when it says something else than before', async () => {
    const recorded = await plus.fixture.recordedBy(async () => {
      await plus.connect({ importPeriod: 'LAST_YEAR' });
      await plus.connect({ importPeriod: 'LAST_YEAR' });
      await plus.connect({ modules: ['AUDITS'] });
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
});
