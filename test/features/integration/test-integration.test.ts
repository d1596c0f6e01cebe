import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { OWN_SOURCE } from '../../../src/features/audits/activity-log.js';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import type { CheckStatus } from '../../../src/features/integration/diagnostics/check.js';
import type { UserError } from '../../../src/graphql/user-errors.js';
import { onEveryEngine } from '../../helpers/databases.js';
import { Gateway } from '../../helpers/gateway.js';
import { anAudit } from '../writing/records.js';
import { https, listen, stop } from './diagnostics/peer.js';
import { anAdministrator, IntegrationFixture } from './integration.fixture.js';

interface Payload {
  readonly checks: readonly { readonly name: string; readonly status: `${CheckStatus}`; readonly detail: string }[];
  readonly userErrors: readonly UserError[];
}

const authorities = 'test/features/integration/diagnostics/tls/authority.pem';
const stored = ['AUTH_TOKEN', 'LAST_IMPORT', 'CONNECTOR_ADDRESS', 'TIME_ZONE'];

onEveryEngine('testIntegration', (engine) => {
  let fixture: IntegrationFixture;
  beforeAll(async () => {
    fixture = await IntegrationFixture.open(engine);
  });
  afterAll(() => fixture.drop());
  beforeEach(async () => {
    await fixture.run('removeIntegration');
    await forgetRuns();
  });

  const forgetRuns = () => fixture.db.execute(sql`DELETE FROM audits WHERE operation = 'Integration Test Begun'`);

  const settings = { TEST_INTEGRATION_LOOPBACK: 'true', ANALYTICS_PLUS_CA_FILE: authorities };

  async function ask(checks?: readonly string[], environment: Record<string, string> = settings): Promise<Payload> {
    const query = `mutation ($checks: [String!]) {
      testIntegration(checks: $checks) { checks { name status detail } userErrors { field code message } } }`;
    const gateway = new Gateway(fixture.db, environment);
    const answer = await gateway.read<{ testIntegration: Payload }>(anAdministrator(), query, { checks });
    return answer.testIntegration;
  }

  /** Each check's status and sentence, by its name. */
  async function findings(...checks: string[]): Promise<Record<string, string>> {
    const answer = await ask(checks.length > 0 ? checks : undefined);
    return Object.fromEntries(answer.checks.map(({ name, status, detail }) => [name, `${status} ${detail}`]));
  }

  test('connects to the saved host alone, by the authorities of the setting, and looks at all there is', async () => {
    const server = https(['good']);
    const { portNumber, connections } = await listen(server);
    await fixture.generate();
    await fixture.run('saveIntegration', { input: { hostName: 'localhost', portNumber } });
    const { checks, userErrors } = await ask();
    await stop(server, connections);
    expect(userErrors).toEqual([]);
    expect(checks.filter(({ status }) => status !== 'PASS').map(({ name, status }) => [name, status])).toEqual([
      ['LAST_IMPORT', 'WARN'],
      ['CONNECTOR_ADDRESS', 'SKIPPED'],
      ['TIME_ZONE', 'SKIPPED'],
    ]);
    expect(checks).toHaveLength(13);
    expect(connections.size).toBeGreaterThan(0);
  });

  test('does not connect where Analytics Plus says that it is', async () => {
    const server = https(['good']);
    const { portNumber, connections } = await listen(server);
    const token = await fixture.tokenFromShell();
    const connected = await connect(token, { hostName: 'localhost', portNumber });
    expect(connected).toEqual([]);
    expect(await findings('NAME_RESOLUTION', 'TCP_CONNECTION')).toEqual({
      NAME_RESOLUTION: 'SKIPPED Not tried: no host name and port are saved, so save the integration first.',
      TCP_CONNECTION: 'SKIPPED Not tried: no host name and port are saved, so save the integration first.',
    });
    await stop(server, connections);
    expect(connections.size).toBe(0);
  });

  test('says of the token what stands in its way', async () => {
    const found = async () => (await findings('AUTH_TOKEN')).AUTH_TOKEN;
    expect(await found()).toMatch(/^FAIL There is no auth token: generate one/);
    await fixture.generate();
    expect(await found()).toMatch(/^FAIL The auth token was generated but not saved/);
    await fixture.run('saveIntegration');
    expect(await found()).toBe('PASS The auth token is in effect.');
    await fixture.generate();
    expect(await found()).toMatch(/^WARN A newer auth token was generated but not saved/);
    await forgetRuns();
    await fixture.run('saveIntegration');
    await fixture.run('disableIntegration');
    expect(await found()).toMatch(/^FAIL The integration is disabled/);
    await fixture.run('enableIntegration');
    await fixture.user('ann', ['Password Auditor'], { status: 'LOCKED' });
    expect(await found()).toMatch(/^FAIL The auth token is refused, since the user account .* is LOCKED/);
    await forgetRuns();
    await fixture.user('ann', []);
    expect(await found()).toMatch(/^FAIL The auth token is refused, .* may not read any module: give it a role/);
    await fixture.user('ann', ['Password Administrator']);
    expect(await found()).toMatch(/^WARN Imports are incomplete: the auth token may not read USER_ACCOUNTS/);
    await fixture.user('ann', ['Password Auditor']);
  });

  test('says of the imports how old they are, from where they came, and in which zone they are looked at', async () => {
    const token = await fixture.tokenFromShell();
    await connect(token, {}, { timeZone: 'Asia/Kolkata' });
    const read = async (minutesAgo: number, caughtUp: number) => {
      const then = fixture.db.dialect.timeValue(new Date(Date.now() - minutesAgo * 60_000).toISOString());
      await fixture.db.execute(sql`DELETE FROM module_imports`);
      await fixture.db.execute(
        sql`INSERT INTO module_imports (token_id, module, row_count, last_request_at, caught_up)
            SELECT id, 'AUDITS', 7, ${then}, ${caughtUp} FROM connector_tokens WHERE revoked_at IS NULL`,
      );
    };
    await fixture.db.execute(sql`UPDATE connector_tokens SET last_used_from = '198.51.100.7'`);
    await read(3, 1);
    expect(await findings(...stored)).toEqual({
      AUTH_TOKEN: 'PASS The auth token is in effect.',
      LAST_IMPORT: 'PASS The last request came 3 minutes ago, and every import was complete.',
      CONNECTOR_ADDRESS: 'PASS The last request with the auth token came from 198.51.100.7.',
      TIME_ZONE:
        'WARN Analytics Plus works in Asia/Kolkata, times here are UTC, zone-less times of the source are read in UTC: let its import read times as UTC.',
    });
    await read(3, 0);
    expect((await findings('LAST_IMPORT')).LAST_IMPORT).toMatch(/^WARN AUDITS was not read to its end/);
    await read(125, 1);
    expect((await findings('LAST_IMPORT')).LAST_IMPORT).toMatch(/^FAIL AUDITS was last read 125 minutes ago/);
  });

  test('makes the checks that are named, and refuses a name that is none', async () => {
    expect((await ask(['AUTH_TOKEN', 'CLOCK'])).checks.map(({ name }) => name)).toEqual(['CLOCK', 'AUTH_TOKEN']);
    for (const checks of [['AUTH_TOKEN', 'PING'], []]) {
      const { checks: made, userErrors } = await ask(checks);
      expect(made).toEqual([]);
      expect(userErrors).toMatchObject([{ code: 'UNKNOWN_CHECK', field: ['checks'] }]);
      expect(userErrors[0]!.message).toMatch(/there are: NAME_RESOLUTION, .*TIME_ZONE$/);
    }
  });

  test('runs six times a minute and no more, whoever asks at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 9 }, () => ask(['AUTH_TOKEN'])));
    expect(answers.filter(({ checks }) => checks.length === 1)).toHaveLength(6);
    const refused = answers.flatMap(({ userErrors }) => userErrors);
    expect(refused.map(({ code }) => code)).toEqual(Array(3).fill('TOO_MANY_TESTS'));
  });

  test('is not held up by audits of other sources or from before the clock was set back, nor by a name that is given often', async () => {
    const begun = Array.from({ length: 9 }, (_, i) => ({
      ...anAudit(`foreign ${i}`),
      operation: 'Integration Test Begun',
      occurredAt: '2099-01-01T00:00:00.000Z',
    }));
    for (const source of ['import', OWN_SOURCE]) await recordAudits(fixture.db, source, begun);
    const { checks, userErrors } = await ask(Array(10_000).fill('AUTH_TOKEN'));
    expect(userErrors).toEqual([]);
    expect(checks.map(({ name }) => name)).toEqual(['AUTH_TOKEN']);
  });

  test('is recorded when it begins and as it ended', async () => {
    const audits = await fixture.recordedBy(() => ask(['AUTH_TOKEN', 'LAST_IMPORT']));
    expect(audits).toMatchObject([
      {
        operation: 'Integration Test Begun',
        operatedBy: 'ann',
        ipAddress: '192.0.2.1',
        reason: 'AUTH_TOKEN, LAST_IMPORT',
      },
      { operation: 'Integration Tested', outcome: 'FAILURE', reason: 'AUTH_TOKEN FAIL, LAST_IMPORT WARN' },
    ]);
  });

  test.each([
    ['that is not there', 'nowhere.pem', /cannot be read \(ENOENT\)/],
    ['without a certificate', 'package.json', /has no certificate in PEM/],
  ])('says so of a file of authorities %s', async (_, file, message) => {
    await fixture.run('saveIntegration');
    const { userErrors } = await ask(['CERTIFICATE_CHAIN'], { ANALYTICS_PLUS_CA_FILE: file });
    expect(userErrors).toMatchObject([{ code: 'AUTHORITIES_UNUSABLE', message: expect.stringMatching(message) }]);
  });

  /** Analytics Plus connects with a token; its user errors. */
  async function connect(token: string, reported: object, but: object = {}): Promise<readonly UserError[]> {
    const query = `mutation ($input: ConnectAnalyticsPlusInput!) { connectAnalyticsPlus(input: $input) { userErrors { code message } } }`;
    const input = {
      build: 5000,
      hostName: 'bi',
      portNumber: 8443,
      timeZone: 'UTC',
      modules: ['AUDITS'],
      ...reported,
      ...but,
    };
    type Answer = { connectAnalyticsPlus: { userErrors: UserError[] } };
    const answer = await fixture.gateway.read<Answer>(await fixture.connector(token), query, { input });
    return answer.connectAnalyticsPlus.userErrors;
  }
});
