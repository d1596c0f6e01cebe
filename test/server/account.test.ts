import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '../../src/lib/sha256.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { Browser, makeSignIn, PASSWORD } from './browser.js';
import { refusal, TestServer } from './test-server.js';

const NEXT = 'purple kettles sing at noon';
const CHANGE = `mutation ($current: String!, $next: String!) {
  changePassword(currentPassword: $current, newPassword: $next) { changed endedSessions userErrors { field code message } }
}`;
const SESSIONS = '{ mySessions { id createdAt lastSeenAt lastSeenFrom clientName current } }';

interface ChangeAnswer {
  changed: boolean;
  endedSessions: number;
  userErrors: { field: string[] | null; code: string; message: string }[];
}

onEveryEngine('the own sign-in', (engine) => {
  let database: TestDatabase;
  let server: TestServer;
  let address = 0;

  beforeAll(async () => {
    database = await testDatabase(engine);
    server = await TestServer.openForAnn(database.db, { TRUSTED_PROXIES: '127.0.0.1' });
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  async function signedIn(userName: string, headers: Record<string, string> = {}): Promise<Browser> {
    const browser = new Browser(server, { 'x-forwarded-for': `203.0.113.${++address}`, ...headers });
    await browser.signIn(userName);
    return browser;
  }

  async function change(browser: Browser, current: string, next = NEXT): Promise<ChangeAnswer> {
    const { body } = await browser.ask(CHANGE, { current, next });
    return body.data!.changePassword as ChangeAnswer;
  }

  const sessionsOf = async (browser: Browser) =>
    (await browser.ask(SESSIONS)).body.data!.mySessions as { id: string; current: boolean; clientName: string }[];
  const operationsOf = async (userName: string) =>
    (
      await server.db.query<{ operation: string }>(
        sql`SELECT operation FROM audits WHERE user_name = ${userName} AND client_type = 'Web Client' ORDER BY id`,
      )
    ).map(({ operation }) => operation);

  test('has a password that its user changes, which ends all other sessions and renews this one', async () => {
    await makeSignIn(server, 'bob');
    const [bob, other] = [await signedIn('bob'), await signedIn('bob')];
    const before = bob.cookie;
    expect(await change(bob, PASSWORD)).toEqual({ changed: true, endedSessions: 1, userErrors: [] });
    expect([await bob.viewer(), await other.viewer()]).toEqual(['bob', null]);
    expect(bob.cookie).not.toBe(before);
    const stale = new Browser(server);
    stale.cookie = before;
    expect(await stale.viewer()).toBeNull();
    expect(await other.signInCode('bob', PASSWORD)).toBe('INVALID_CREDENTIALS');
    expect(await other.signInCode('bob', NEXT)).toBeNull();
    expect(await operationsOf('bob')).toEqual([
      'User Signed In',
      'User Signed In',
      'Password Changed',
      'User Sign-In Failed',
      'User Signed In',
    ]);
  });

  test('needs the current password, and holds the new one to the rules', async () => {
    await makeSignIn(server, 'cid', [], { fullName: 'Cid Cole' });
    const cid = await signedIn('cid');
    expect((await change(cid, 'not the one')).userErrors).toMatchObject([
      { field: ['currentPassword'], code: 'INVALID_CREDENTIALS' },
    ]);
    for (const next of ['short', 'aaaaaaaaaaaa', 'cole 2026 2026', PASSWORD]) {
      expect((await change(cid, PASSWORD, next)).userErrors).toMatchObject([
        { field: ['newPassword'], code: 'BAD_USER_INPUT' },
      ]);
    }
    expect(await cid.signInCode('cid', PASSWORD)).toBeNull();
    expect(await operationsOf('cid')).toContain('Password Change Failed');
  });

  test('keeps a stolen session from guessing the password', async () => {
    await makeSignIn(server, 'dan');
    const dan = await signedIn('dan');
    const codes: string[] = [];
    for (let i = 0; i < 8; i++) codes.push((await change(dan, `guess ${i}`)).userErrors[0]!.code);
    expect(codes.slice(0, 6)).toEqual(Array(6).fill('INVALID_CREDENTIALS'));
    expect(codes).toContain('TOO_MANY_ATTEMPTS');
    expect(await (await signedIn('dan')).viewer()).toBe('dan');
  });

  test('has sessions that its user sees, without their secrets, and ends one by one', async () => {
    await makeSignIn(server, 'eve');
    await makeSignIn(server, 'mal');
    const eve = await signedIn('eve', { 'user-agent': 'Browser One' });
    const phone = await signedIn('eve', { 'user-agent': `Phone ${'x'.repeat(300)}` });
    const mal = await signedIn('mal');
    const sessions = await sessionsOf(eve);
    expect(sessions.filter(({ current }) => current)).toMatchObject([
      { clientName: 'Browser One', lastSeenFrom: eve.headers['x-forwarded-for'] },
    ]);
    const [other] = sessions.filter(({ current }) => !current);
    expect(other!.clientName).toHaveLength(255);
    const secrets = [eve, phone].map(({ cookie }) => cookie!.split('=')[1]!);
    for (const secret of [...secrets, ...secrets.map(sha256)]) expect(JSON.stringify(sessions)).not.toContain(secret);
    const end = async (browser: Browser, id: string) =>
      (await browser.ask('mutation ($id: ID!) { endSession(id: $id) { ended userErrors { code } } }', { id })).body
        .data!.endSession;
    const refused = { ended: false, userErrors: [{ code: 'NOT_FOUND' }] };
    expect(await end(mal, other!.id)).toEqual(refused);
    for (const id of ['', '%', '_'.repeat(16), 'A'.repeat(16), `${other!.id}0`])
      expect(await end(eve, id)).toEqual(refused);
    expect(await end(eve, other!.id)).toEqual({ ended: true, userErrors: [] });
    expect([await phone.viewer(), await eve.viewer(), await mal.viewer()]).toEqual([null, 'eve', 'mal']);
    expect(await end(eve, (await sessionsOf(eve))[0]!.id)).toEqual({ ended: true, userErrors: [] });
    expect(eve.setCookie).toMatch(/^pam_gateway_session=; Max-Age=0;/);
  });

  test('has sessions that its user ends all but this one', async () => {
    await makeSignIn(server, 'flo');
    const [here, there, elsewhere] = [await signedIn('flo'), await signedIn('flo'), await signedIn('flo')];
    const ended = await here.ask('mutation { endOtherSessions { endedSessions } }');
    expect(ended.body.data).toEqual({ endOtherSessions: { endedSessions: 2 } });
    expect([await here.viewer(), await there.viewer(), await elsewhere.viewer()]).toEqual(['flo', null, null]);
    expect((await operationsOf('flo')).at(-1)).toBe('Session Ended');
  });

  test('is for nobody without a session', async () => {
    const asked = [SESSIONS, 'mutation { endOtherSessions { endedSessions } }'];
    for (const query of asked) {
      expect(refusal(await server.post({ query }))).toMatchObject({ status: 401 });
      const byToken = refusal(await server.post({ query }, { authorization: `Bearer ${server.token}` }));
      expect(byToken).toMatchObject({ status: 403, message: expect.stringMatching(/is for users who sign in/) });
    }
  });

  test.each(['a\u200bnn', '\u202eann', 'ann\u2066', 'a\u00adnn', 'ann\u3164', 'ann\ufe0f', 'a\tnn'])(
    'is not of a user name such as %j, whose characters cannot all be seen',
    async (userName) => {
      const outcome = await server.record({ sourceId: `invisible ${userName}`, userName });
      expect(JSON.stringify(outcome)).toMatch(/has an invisible or control character \(U\+[0-9A-F]{4}\)/);
      const rows = await server.db.query(
        sql`SELECT id FROM user_accounts WHERE source_id = ${`invisible ${userName}`}`,
      );
      expect(rows).toEqual([]);
    },
  );
});
