import { afterAll, beforeAll, expect, test } from 'vitest';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { Browser, makeSignIn } from './browser.js';
import { TestServer } from './test-server.js';

onEveryEngine('metrics', (engine) => {
  let database: TestDatabase;
  let server: TestServer;
  beforeAll(async () => {
    database = await testDatabase(engine);
    server = await TestServer.openForAnn(database.db);
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  const metrics = async () => (await server.send('/metrics')).text;

  /** The value of a line; undefined where there is none. */
  async function value(line: string): Promise<number | undefined> {
    const found = (await metrics()).split('\n').find((text) => text.startsWith(`${line} `));
    return found === undefined ? undefined : Number(found.slice(line.length));
  }

  const countOf = (route: string, method: string, status: number) =>
    value(`pam_gateway_http_request_seconds_count{route="${route}",method="${method}",status="${status}"}`);

  test('are in the format of Prometheus, of the process too, and need nobody signed in', async () => {
    const { status, headers } = await server.send('/metrics');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    for (const name of ['process_resident_memory_bytes', 'nodejs_eventloop_lag_seconds']) {
      expect(await value(name)).toBeGreaterThanOrEqual(0);
    }
  });

  test('follow the rules of names: a type and a help text each, counters alone end in _total, units are base units', async () => {
    const types = [...(await metrics()).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => ({ name, type }));
    const helped = [...(await metrics()).matchAll(/^# HELP (\S+) \S.*$/gm)].map(([, name]) => name);
    expect(types.length).toBeGreaterThan(20);
    expect(types.map(({ name }) => name)).toEqual(helped);
    const misnamed = types.filter(({ name, type }) => name!.endsWith('_total') !== (type === 'counter'));
    expect(misnamed).toEqual([]);
    const odd =
      /[A-Z:]|_(milliseconds|minutes|hours|kilobytes|megabytes|percent|ms|kb|mb)(_|$)|(gauge|counter|histogram)/;
    expect(helped.filter((name) => odd.test(name!))).toEqual([]);
  });

  test('say how many audits are not counted yet, and since when', async () => {
    expect(await value('pam_gateway_follower_behind_audits')).toBeGreaterThanOrEqual(1);
    expect(await value('pam_gateway_follower_behind_seconds')).toBeGreaterThanOrEqual(0);
  });

  test('count requests by route, method and status', async () => {
    const query = '{ viewer { userName } }';
    await Promise.all([1, 2, 3].map(() => server.post({ query }, { authtoken: server.token })));
    await server.get({ query }, { authtoken: server.token });
    await server.get({ query }, { authtoken: 'wrong' });
    await expect.poll(() => countOf('/graphql', 'POST', 200)).toBe(3);
    await expect.poll(() => countOf('/graphql', 'GET', 200)).toBe(1);
    await expect.poll(() => countOf('/graphql', 'GET', 401)).toBe(1);
  });

  test('count the rows that are served, of connectors and of people', async () => {
    await makeSignIn(server, 'paul', ['Administrator'], { accessScope: 'ALL' });
    const person = new Browser(server);
    await person.signIn('paul');
    const rowsServed = async () => (await value('pam_gateway_rows_served_total{module="USER_ACCOUNTS"}')) ?? 0;
    const before = await rowsServed();
    const query = '{ userAccounts(first: 1) { nodes { id } } }';
    await server.post({ query }, { authtoken: server.token });
    await person.ask(query);
    expect((await rowsServed()) - before).toBe(2);
  });

  test('hold nothing that a caller wrote', async () => {
    await server.send(`/geheim?geheim=1`);
    await server.send('/graphql?query={geheim}', { headers: { authtoken: 'geheim', 'x-geheim': 'geheim' } });
    await expect.poll(() => countOf('none', 'GET', 404)).toBe(1);
    expect(await metrics()).not.toMatch(/geheim|pag_|ann|paul/);
  });

  test('say how many connections are taken, and that all were given back', async () => {
    const inUse = (pool: string) => value(`pam_gateway_database_connections{pool="${pool}",state="in use"}`);
    const held = engine === 'mariadb' ? 2 : 0;
    const transactions = [await database.db.forConnectors.begin()];
    if (held > 0) transactions.push(await database.db.forConnectors.begin());
    expect(await inUse('connectors')).toBe(held);
    for (const tx of transactions) await tx.rollback();
    await expect.poll(() => inUse('connectors')).toBe(0);
    expect(await inUse('people')).toBe(0);
  });
});
