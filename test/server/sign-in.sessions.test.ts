import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.js';
import { transaction } from '../../src/database/transaction.js';
import { commandLine } from '../../src/features/audits/activity-log.js';
import { dropUserAccounts } from '../../src/features/resources/access-grant.service.js';
import { assignRoles } from '../../src/features/roles/role.service.js';
import { endSession } from '../../src/features/sign-in/session.service.js';
import { sha256 } from '../../src/lib/sha256.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { Browser, changePassword, makeSignIn, PASSWORD, SIGN_IN } from './browser.js';
import { refusal, TestServer } from './test-server.js';

const MINUTE = 60_000;
const AUDITS = '{ audits(first: 1) { nodes { operation } } }';

onEveryEngine('a session', (engine) => {
  let database: TestDatabase;
  let server: TestServer;

  beforeAll(async () => {
    database = await testDatabase(engine);
    server = await TestServer.openForAnn(database.db, { SESSION_IDLE_MINUTES: '30', SESSION_HOURS: '12' });
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  async function signedIn(userName: string, roles: string[] = []): Promise<Browser> {
    await makeSignIn(server, userName, roles);
    const browser = new Browser(server);
    await browser.signIn(userName);
    return browser;
  }

  const idOf = ({ cookie }: Browser) => cookie!.split('=')[1]!;

  /** Moves a time of a session into the past. */
  function age(browser: Browser, column: string, milliseconds: number): Promise<number> {
    const time = server.db.dialect.timeValue(new Date(Date.now() - milliseconds).toISOString());
    return server.db.execute(sql`UPDATE sessions SET ${raw(column)} = ${time} WHERE hash = ${sha256(idOf(browser))}`);
  }

  async function lastSeen(browser: Browser): Promise<number> {
    const [row] = await server.db.query<{ seen: string }>(
      sql`SELECT ${raw(server.db.dialect.timeText('last_seen_at'))} AS seen
          FROM sessions WHERE hash = ${sha256(idOf(browser))}`,
    );
    return Date.parse(row!.seen);
  }

  test('has a cookie that no script, no other site and no neighbour reads', async () => {
    const browser = await signedIn('bob');
    expect(browser.setCookie).toMatch(/^pam_gateway_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  });

  test('has a cookie for TLS alone where people come by https', async () => {
    const secure = await TestServer.open(database.db, { PUBLIC_URL: 'https://gateway.example.com' });
    await makeSignIn(secure, 'bob');
    const browser = new Browser(secure);
    await browser.signIn('bob');
    expect(browser.setCookie).toMatch(
      /^__Host-pam_gateway_session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    expect(await browser.viewer()).toBe('bob');
    browser.cookie = browser.cookie!.replace('__Host-', '');
    expect(await browser.viewer()).toBeNull();
    await secure.close();
  });

  test('ends when it was idle too long', async () => {
    const browser = await signedIn('cid');
    await age(browser, 'last_seen_at', 29 * MINUTE);
    expect(await browser.viewer()).toBe('cid');
    await expect.poll(() => lastSeen(browser)).toBeGreaterThan(Date.now() - 20 * MINUTE);
    await age(browser, 'last_seen_at', 30 * MINUTE);
    expect(await browser.viewer()).toBeNull();
  });

  test.each(['created_at', 'last_seen_at'])('ends if the clock was set back behind its %s', async (column) => {
    const browser = await signedIn('cid');
    await age(browser, column, -30_000);
    expect(await browser.viewer()).toBe('cid');
    await age(browser, column, -2 * MINUTE);
    expect(await browser.viewer()).toBeNull();
    await age(browser, column, 0);
    expect(await browser.viewer()).toBeNull();
  });

  test('ends after its hours, however much it is used', async () => {
    const browser = await signedIn('cid');
    await age(browser, 'created_at', 12 * 60 * MINUTE - MINUTE);
    expect(await browser.viewer()).toBe('cid');
    await age(browser, 'created_at', 12 * 60 * MINUTE);
    expect(await browser.viewer()).toBeNull();
  });

  test('is noted to be in use once a minute, and not at each request', async () => {
    const browser = await signedIn('cid');
    await age(browser, 'last_seen_at', 50_000);
    const before = await lastSeen(browser);
    await browser.viewer();
    await age(browser, 'created_at', 1);
    expect(await lastSeen(browser)).toBe(before);
    await age(browser, 'last_seen_at', 61_000);
    await browser.viewer();
    await expect.poll(() => lastSeen(browser)).toBeGreaterThan(before);
  });

  test('which has ended does not keep anybody from signing in', async () => {
    const browser = await signedIn('cid');
    await age(browser, 'last_seen_at', 31 * MINUTE);
    expect(refusal(await browser.ask(AUDITS))).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
    expect(await browser.signInCode('cid')).toBeNull();
    expect(await browser.viewer()).toBe('cid');
  });

  test.each(['', 'x', '%zz', '"', 'ä', 'A'.repeat(43), 'A'.repeat(5_000), '=;;='])(
    'of a cookie such as %j is nobody',
    async (value) => {
      const browser = new Browser(server);
      browser.cookie = `pam_gateway_session=${encodeURI(value)}`;
      expect(await browser.viewer()).toBeNull();
    },
  );

  test('ends, with all others of the user, when the password changes', async () => {
    const [one, other] = [await signedIn('dan'), new Browser(server)];
    await other.signIn('dan');
    const stranger = await signedIn('dot');
    await changePassword(server, 'dan', 'quite another password');
    expect([await one.viewer(), await other.viewer(), await stranger.viewer()]).toEqual([null, null, 'dot']);
    expect(await one.signInCode('dan', PASSWORD)).toBe('INVALID_CREDENTIALS');
    expect(await one.signInCode('dan', 'quite another password')).toBeNull();
  });

  test('has the privileges that the roles give at each request', async () => {
    const browser = await signedIn('eli', ['Password Auditor']);
    expect((await browser.ask(AUDITS)).status).toBe(200);
    await assignRoles(server.db, commandLine, 'eli', []);
    expect(refusal(await browser.ask(AUDITS))).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    await assignRoles(server.db, commandLine, 'eli', ['Password Auditor']);
    expect((await browser.ask(AUDITS)).status).toBe(200);
  });

  test.each([
    ['LOCKED', { status: 'LOCKED' } as const],
    ['DISABLED', { status: 'DISABLED' } as const],
    ['expired', { expiresAt: '2020-02-29T00:00:00.000Z' }],
  ])('of a user account that is %s ends for good, used meanwhile or not', async (_, but) => {
    const [used, unused] = [await signedIn('flo'), new Browser(server)];
    await unused.signIn('flo');
    await server.record({ sourceId: 'flo', userName: 'flo', ...but });
    expect(await used.viewer()).toBeNull();
    await server.record({ sourceId: 'flo', userName: 'flo' });
    expect([await used.viewer(), await unused.viewer()]).toEqual([null, null]);
    expect(await unused.signInCode('flo')).toBeNull();
  });

  test('does not come back when an account that had expired by itself is extended', async () => {
    const browser = await signedIn('fin');
    const past = server.db.dialect.timeValue('2020-02-29T00:00:00.000Z');
    await server.db.execute(sql`UPDATE user_accounts SET expires_at = ${past} WHERE user_name = 'fin'`);
    await server.record({ sourceId: 'fin', userName: 'fin' });
    expect(await browser.viewer()).toBeNull();
  });

  test('that was idle too long does not come back when the limit is raised', async () => {
    const browser = await signedIn('fay');
    await age(browser, 'last_seen_at', 31 * MINUTE);
    expect(await browser.viewer()).toBeNull();
    await age(browser, 'last_seen_at', 0);
    expect(await browser.viewer()).toBeNull();
  });

  test('of a user account that was deleted is nobody', async () => {
    const browser = await signedIn('gus');
    await dropUserAccounts(server.db, 'test', ['gus']);
    expect(await browser.viewer()).toBeNull();
    expect(await browser.signInCode('gus')).toBe('INVALID_CREDENTIALS');
  });

  test('is one in every process of the database, and ends in all of them at once', async () => {
    const elsewhere = await TestServer.open(await openDatabase(database.url));
    const here = await signedIn('hal');
    const there = new Browser(elsewhere);
    there.cookie = here.cookie;
    expect(await there.viewer()).toBe('hal');
    await transaction(elsewhere.db, (tx) => endSession(tx, idOf(here)));
    expect([await here.viewer(), await there.viewer()]).toEqual([null, null]);
    await elsewhere.close();
    await elsewhere.db.close();
  });

  test('is not looked at beside a token, good or bad', async () => {
    const browser = await signedIn('ida');
    const ask = (token: string) => browser.ask('{ viewer { userName } }', {}, { authorization: `Bearer ${token}` });
    expect((await ask(server.token)).body.data?.viewer?.userName).toBe('ann');
    expect(refusal(await ask('pag_wrong')).code).toBe('UNAUTHENTICATED');
    const out = await browser.ask('mutation { signOut { signedOut } }', {}, { authtoken: server.token });
    expect(out.body.data).toEqual({ signOut: { signedOut: false } });
    const { cookie } = browser;
    const entered = await browser.ask(SIGN_IN, { userName: 'ida', password: PASSWORD }, { authtoken: server.token });
    expect(entered.body.data).toMatchObject({ signIn: { userErrors: [] } });
    browser.cookie = cookie;
    expect(await browser.viewer()).toBe('ida');
  });

  test('is deleted some time after it has ended', async () => {
    const other = await TestServer.open(await openDatabase(database.url), { SESSION_HOURS: '12' });
    const browser = await signedIn('jon');
    await age(browser, 'created_at', 13 * 60 * MINUTE);
    await new Browser(other).signIn('nobody');
    const left = () => server.db.query(sql`SELECT hash FROM sessions WHERE hash = ${sha256(idOf(browser))}`);
    await expect.poll(left).toEqual([]);
    await other.close();
    await other.db.close();
  });
});
