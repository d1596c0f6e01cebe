import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { CountingDatabase } from '../helpers/gateway.js';
import { Browser, changePassword, makeSignIn, PASSWORD, SIGN_IN } from './browser.js';
import { refusal, TestServer } from './test-server.js';

const WRONG = 'a password that is not it';

onEveryEngine('signing in', (engine) => {
  let database: TestDatabase;
  let counted: CountingDatabase;
  let server: TestServer;
  let address = 0;

  beforeAll(async () => {
    database = await testDatabase(engine);
    counted = new CountingDatabase(database.db);
    server = await TestServer.open(counted, { TRUSTED_PROXIES: '127.0.0.1' });
    await makeSignIn(server, 'ann', ['Administrator', 'Password Auditor'], { fullName: 'Ann Arbor' });
    await makeSignIn(server, 'locked', [], { status: 'LOCKED' });
    await makeSignIn(server, 'disabled', [], { status: 'DISABLED' });
    await makeSignIn(server, 'expired', [], { expiresAt: '2020-02-29T00:00:00.000Z' });
    await server.record({ sourceId: 'plain', userName: 'plain' });
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  /** Each at an address of its own, so that the failures of one test do not count for another. */
  const browser = () => new Browser(server, { 'x-forwarded-for': `203.0.113.${++address}` });
  const audits = () =>
    server.db.query(sql`SELECT operation, outcome, operated_by AS operatedBy, user_name AS userName, reason,
        ip_address AS ipAddress, client_type AS clientType FROM audits WHERE operated_by <> 'System' ORDER BY id`);

  test('makes a person the viewer, with the roles given here and their privileges', async () => {
    const ann = browser();
    const { viewer, userErrors } = await ann.signIn('ann');
    expect(userErrors).toEqual([]);
    expect(viewer).toMatchObject({ kind: 'SESSION', userName: 'ann', fullName: 'Ann Arbor' });
    expect(viewer!.roles).toEqual(['Administrator', 'Password Auditor']);
    expect(viewer!.privileges).toContain('READ_AUDITS');
    const again = await ann.ask('{ viewer { kind userName fullName roles privileges } }');
    expect(again.body.data!.viewer).toEqual(viewer);
  });

  test.each([
    ['a wrong password', 'ann', WRONG],
    ['an unknown user', 'nobody', PASSWORD],
    ['a user without a password', 'plain', PASSWORD],
    ['a locked user', 'locked', PASSWORD],
    ['a disabled user', 'disabled', PASSWORD],
    ['an expired user', 'expired', PASSWORD],
    ['an empty name', '', PASSWORD],
    ['an empty password', 'ann', ''],
    ['a name that is too long', 'n'.repeat(256), PASSWORD],
    ['a huge password', 'ann', 'p'.repeat(15_000)],
    ['a name in another case', 'ANN', PASSWORD],
    ['a name with a space behind it', 'ann ', PASSWORD],
  ])('of %s is refused in the same words, by the same statements', async (_, userName, password) => {
    const before = counted.statements.length;
    const person = browser();
    expect(await person.signIn(userName, password)).toEqual({
      viewer: null,
      userErrors: [
        {
          field: null,
          code: 'INVALID_CREDENTIALS',
          message: 'the user name or the password is wrong, or the user account is not in use',
        },
      ],
    });
    expect(person.setCookie).toBeNull();
    expect(counted.statements.slice(before).map((statement) => statement.sql)).toEqual([
      expect.stringMatching(/FROM user_accounts u LEFT JOIN passwords p/),
    ]);
  });

  test.each([
    ['composed', 'caffè ed altro ancora'],
    ['decomposed', 'caffe\u0300 ed altro ancora'],
    ['with spaces of another width', 'caffè\u00a0ed\u3000altro ancora'],
  ])('takes the same characters for the same password, %s', async (_, typed) => {
    await makeSignIn(server, 'bice');
    await changePassword(server, 'bice', 'caffè ed altro ancora');
    expect(await browser().signInCode('bice', typed)).toBeNull();
  });

  test.each([
    [
      'by aliases',
      'mutation { a: signIn(userName: "a", password: "b") { viewer { userName } } b: signIn(userName: "a", password: "c") { viewer { userName } } }',
    ],
    [
      'by fragments',
      'mutation { a: signIn(userName: "a", password: "b") { viewer { userName } } ...f } fragment f on Mutation { ... { b: signIn(userName: "a", password: "c") { viewer { userName } } } }',
    ],
  ])('is done once an operation: twice %s is refused and counts nothing', async (_, query) => {
    expect(refusal(await browser().ask(query))).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(/signIn stands in the operation more than once/),
    });
    expect(await browser().signInCode('a', 'b')).toBe('INVALID_CREDENTIALS');
  });

  test('ends the session that the request carried', async () => {
    const ann = browser();
    await ann.signIn('ann');
    const before = ann.cookie;
    await ann.signIn('ann');
    expect(ann.cookie).not.toBe(before);
    expect(await ann.viewer()).toBe('ann');
    ann.cookie = before;
    expect(await ann.viewer()).toBeNull();
  });

  test('is audited as a sign-out of whoever had the session before, and of nobody where that had ended', async () => {
    await makeSignIn(server, 'kim');
    const shared = browser();
    await shared.signIn('ann');
    const before = (await audits()).length;
    const stale = shared.cookie;
    await shared.signIn('kim');
    shared.cookie = stale;
    await shared.signIn('kim');
    expect((await audits()).slice(before)).toMatchObject([
      { operation: 'User Signed Out', operatedBy: 'ann', userName: 'ann', reason: 'by signing in anew' },
      { operation: 'User Signed In', operatedBy: 'kim' },
      { operation: 'User Signed In', operatedBy: 'kim' },
    ]);
  });

  test('is answered with what nothing between may keep', async () => {
    const person = browser();
    const { headers } = await person.ask(SIGN_IN, { userName: 'ann', password: PASSWORD });
    expect([headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual(['no-store', 'nosniff']);
  });

  test('never takes an id that the client made up', async () => {
    const ann = browser();
    ann.cookie = `pam_gateway_session=${'A'.repeat(43)}`;
    await ann.signIn('ann');
    expect(ann.cookie).not.toContain('A'.repeat(43));
    expect(await ann.viewer()).toBe('ann');
    ann.cookie = `pam_gateway_session=${'A'.repeat(43)}`;
    expect(await ann.viewer()).toBeNull();
  });

  test('of a user whose failure stands behind it begins to count anew', async () => {
    await makeSignIn(server, 'dora');
    for (let i = 0; i < 5; i++) expect(await browser().signInCode('dora', WRONG)).toBe('INVALID_CREDENTIALS');
    expect(await browser().signInCode('dora')).toBeNull();
    expect(await browser().signInCode('dora', WRONG)).toBe('INVALID_CREDENTIALS');
    expect(await browser().signInCode('dora')).toBeNull();
  });

  test('and out are audited, with who and from where', async () => {
    await makeSignIn(server, 'eve');
    const before = (await audits()).length;
    const eve = browser();
    const ipAddress = eve.headers['x-forwarded-for'];
    await eve.signIn('eve', WRONG);
    await eve.signIn(PASSWORD, 'eve');
    await eve.signIn('eve');
    expect((await eve.ask('mutation { signOut { signedOut } }')).body.data).toEqual({ signOut: { signedOut: true } });
    const common = { ipAddress, clientType: 'Web Client' };
    const own = { ...common, outcome: 'SUCCESS', operatedBy: 'eve', userName: 'eve', reason: null };
    const failed = { ...common, operation: 'User Sign-In Failed', outcome: 'FAILURE' };
    expect((await audits()).slice(before)).toEqual([
      { ...failed, operatedBy: 'eve', userName: 'eve', reason: 'the password was wrong' },
      { ...failed, operatedBy: 'Unknown', userName: null, reason: 'there is no such user account' },
      { ...own, operation: 'User Signed In' },
      { ...own, operation: 'User Signed Out' },
    ]);
  });

  test('out ends the session and takes the cookie away', async () => {
    const ann = browser();
    await ann.signIn('ann');
    const cookie = ann.cookie;
    await ann.ask('mutation { signOut { signedOut } }');
    expect(ann.setCookie).toMatch(/^pam_gateway_session=; Max-Age=0;/);
    ann.cookie = cookie;
    expect(await ann.viewer()).toBeNull();
    expect((await ann.ask('mutation { signOut { signedOut } }')).body.data).toEqual({ signOut: { signedOut: false } });
    expect((await browser().ask('mutation { signOut { signedOut } }')).body.data).toEqual({
      signOut: { signedOut: false },
    });
  });

  test('by GET is refused', async () => {
    const answer = await server.get(
      { query: SIGN_IN, variables: JSON.stringify({ userName: 'ann', password: PASSWORD }) },
      { 'apollo-require-preflight': 'yes' },
    );
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([405, null]);
  });
});
