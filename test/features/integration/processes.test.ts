import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Program, type Served } from '../../helpers/program.js';
import { IntegrationFixture } from './integration.fixture.js';

/** Within which a change is felt by every process. */
const A_SECOND = 1_000;

/** The embedded database is for one process that serves: several are for a server. */
describe('two processes over one database', () => {
  const program = new Program();
  let fixture: IntegrationFixture;
  let servers: Served[];
  let token: string;

  beforeAll(async () => {
    fixture = await IntegrationFixture.open('mariadb');
    const environment = { DATABASE_URL: fixture.database.url };
    servers = await Promise.all([program.serve(environment), program.serve(environment)]);
    token = await fixture.generate();
    await fixture.run('saveIntegration');
  });
  afterAll(() => fixture.drop());

  async function ask(server: Served, query: string, by = token): Promise<string> {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authtoken: by },
      body: JSON.stringify({ query }),
    });
    const { errors } = (await response.json()) as { errors?: { message: string }[] };
    return errors?.[0]?.message ?? 'let in';
  }

  /** What each of the processes says to a connector. */
  const askBoth = (query = '{ userAccountFeed { caughtUp } }', by = token) =>
    Promise.all(servers.map((server) => ask(server, query, by)));

  test('feel within a second that the integration is disabled, and enabled', async () => {
    expect(await askBoth()).toEqual(['let in', 'let in']);
    await fixture.run('disableIntegration');
    await sleep(A_SECOND);
    for (const answer of await askBoth()) expect(answer).toMatch(/the integration is disabled/);
    await fixture.run('enableIntegration');
    await sleep(A_SECOND);
    expect(await askBoth()).toEqual(['let in', 'let in']);
  });

  test('feel at once where Analytics Plus connects, and elsewhere within a second, what it may read', async () => {
    const query = '{ resourceFeed { caughtUp } }';
    expect(await askBoth(query)).toEqual(['let in', 'let in']);
    const input = 'build: 5000, hostName: "bi", portNumber: 8443, timeZone: "UTC", modules: [USER_ACCOUNTS]';
    await ask(servers[0]!, `mutation { connectAnalyticsPlus(input: { ${input} }) { modules } }`);
    expect(await ask(servers[0]!, query)).toMatch(/was not chosen/);
    await sleep(A_SECOND);
    expect(await ask(servers[1]!, query)).toMatch(/was not chosen/);
  });

  test('feel within a second that a token took the place of another', async () => {
    const before = token;
    token = await fixture.generate();
    for (const answer of await askBoth()) expect(answer).toMatch(/was not saved yet/);
    await fixture.run('saveIntegration');
    await sleep(A_SECOND);
    for (const answer of await askBoth(undefined, before)) expect(answer).toMatch(/was revoked/);
    expect(await askBoth()).toEqual(['let in', 'let in']);
  });

  test('store what each of them served when they stop', async () => {
    const [before] = (await fixture.read()).imports;
    await Promise.all([1, 2, 3, 4, 5].map(() => askBoth()));
    await Promise.all(servers.map((server) => server.stop()));
    const [after] = (await fixture.read()).imports;
    expect(after).toMatchObject({ module: 'USER_ACCOUNTS', caughtUp: true });
    // One user account for each of the last test's two requests, of which some may have been stored, and of these ten.
    expect(after!.rowCount).toBe(12);
    expect(before?.rowCount ?? 0).toBeLessThanOrEqual(2);
  });
});
