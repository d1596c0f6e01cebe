import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.js';
import { dropUserAccounts } from '../../src/features/resources/access-grant.service.js';
import { sha256 } from '../../src/lib/sha256.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { Browser, changePassword, makeSignIn } from './browser.js';
import { TestServer } from './test-server.js';

const WRONG = 'a password that is not it';

onEveryEngine('while strangers guess the password of a name', (engine) => {
  let database: TestDatabase;
  let server: TestServer;
  let elsewhere: TestServer;
  let address = 0;

  beforeAll(async () => {
    database = await testDatabase(engine);
    const environment = { TRUSTED_PROXIES: '127.0.0.1' };
    server = await TestServer.open(database.db, environment);
    elsewhere = await TestServer.open(await openDatabase(database.url), environment);
  });
  afterAll(async () => {
    await Promise.all([server.close(), elsewhere.close()]);
    await elsewhere.db.close();
    await database.drop();
  });

  const newAddress = () => `203.0.113.${++address}`;
  const at = (from = newAddress(), where = server) => new Browser(where, { 'x-forwarded-for': from });

  /** A browser of a user that has signed in before, at another address since. */
  async function known(userName: string): Promise<Browser> {
    await makeSignIn(server, userName);
    const before = at();
    expect(await before.signInCode(userName)).toBeNull();
    return moved(before);
  }

  function moved(browser: Browser, where = server): Browser {
    const other = at(newAddress(), where);
    other.device = browser.device;
    return other;
  }

  /** As if a name had failed so often that nobody may try it for a while. */
  async function block(userName: string): Promise<void> {
    const until = server.db.dialect.timeValue(new Date(Date.now() + 600_000).toISOString());
    await at().signIn(userName, WRONG);
    await server.db.execute(
      sql`UPDATE sign_in_attempts SET failures = 14, blocked_until = ${until} WHERE name_hash = ${sha256(userName)}`,
    );
  }

  /** Keeps every delay that has begun from passing, however slow the machine is. */
  async function holdDelays(): Promise<void> {
    const until = server.db.dialect.timeValue(new Date(Date.now() + 600_000).toISOString());
    await server.db.execute(sql`UPDATE sign_in_attempts SET blocked_until = ${until} WHERE blocked_until IS NOT NULL`);
  }

  async function failuresOf(userName: string): Promise<number | undefined> {
    const rows = await server.db.query<{ failures: number }>(
      sql`SELECT failures FROM sign_in_attempts WHERE name_hash = ${sha256(userName)}`,
    );
    return rows[0]?.failures;
  }

  test('a browser that signed in before gets in from anywhere, in every process, and strangers stay slowed', async () => {
    const ann = await known('ann');
    await block('ann');
    expect(await at().signInCode('ann')).toBe('TOO_MANY_ATTEMPTS');
    expect(await moved(ann, elsewhere).signInCode('ann')).toBeNull();
    expect(await ann.signInCode('ann')).toBeNull();
    expect(await at().signInCode('ann')).toBe('TOO_MANY_ATTEMPTS');
    expect(await failuresOf('ann')).toBe(14);
  });

  test('a network that the user signed in from gets in without a cookie', async () => {
    await makeSignIn(server, 'bea');
    const home = newAddress();
    await at(home).signIn('bea');
    await block('bea');
    expect(await at(home, elsewhere).signInCode('bea')).toBeNull();
    expect(await at().signInCode('bea')).toBe('TOO_MANY_ATTEMPTS');
  });

  test('a wrong password from such a network is answered like one of a stranger, for every name', async () => {
    await makeSignIn(server, 'cora');
    const home = newAddress();
    await at(home).signIn('cora');
    const codesOf = async (name: string) => {
      const codes: (string | null)[] = [];
      for (let i = 0; i < 8; i++) {
        codes.push(await at(home).signInCode(name, WRONG));
        await holdDelays();
      }
      await block(name);
      return [...codes, await at(home).signInCode(name, WRONG), await at().signInCode(name, WRONG)];
    };
    expect(await codesOf('cora')).toEqual(await codesOf('no such name'));
    const answer = await at(home).signIn('cora', WRONG);
    expect(answer.userErrors[0]!.message).toMatch(/^too many sign-ins failed: wait \d+ seconds before you try again$/);
  });

  test('a cookie that was stolen is counted for itself, and then like a stranger', async () => {
    const dan = await known('dan');
    const codes: (string | null)[] = [];
    await block('dan');
    for (let i = 0; i < 8; i++) codes.push(await moved(dan).signInCode('dan', WRONG));
    expect(codes.slice(0, 6)).toEqual(Array(6).fill('INVALID_CREDENTIALS'));
    expect(codes).toContain('TOO_MANY_ATTEMPTS');
    await server.db.execute(sql`DELETE FROM sign_in_attempts WHERE name_hash = ${sha256('dan')}`);
    expect(await moved(dan).signInCode('dan', WRONG)).toBe('INVALID_CREDENTIALS');
  });

  test('a browser in the network of strangers has failures of its own', async () => {
    const eve = await known('eve');
    const crowded = newAddress();
    const codes = new Set<string | null>();
    for (let round = 0; !codes.has('TOO_MANY_ATTEMPTS'); round++) {
      const names = Array.from({ length: 6 }, (_, i) => `nobody ${round} ${i}`);
      for (const code of await Promise.all(names.map((name) => at(crowded).signInCode(name, WRONG)))) codes.add(code);
    }
    eve.headers['x-forwarded-for'] = crowded;
    expect(await eve.signInCode('eve')).toBeNull();
  });

  test.each<[string, (device: string) => Promise<string>]>([
    ['of another user', async () => (await known('other')).device!],
    ['whose signature was changed', async (device) => `${device.slice(0, -4)}AAAA`],
    ['whose nonce was changed', async (device) => device.replace(/\.[^.]{4}/, '.AAAA')],
    ['that is something else', async () => `pam_gateway_device=${'~'.repeat(3_000)}`],
  ])('a cookie %s makes a stranger', async (_, spoil) => {
    const fay = await known('fay');
    fay.device = await spoil(fay.device!);
    await block('fay');
    expect(await fay.signInCode('fay')).toBe('TOO_MANY_ATTEMPTS');
  });

  test('a cookie from before the password changed makes a stranger', async () => {
    const gil = await known('gil');
    await changePassword(server, 'gil', 'quite another password');
    await block('gil');
    expect(await gil.signInCode('gil', 'quite another password')).toBe('TOO_MANY_ATTEMPTS');
  });

  test('a cookie of a user that was deleted and made again makes a stranger', async () => {
    const gus = await known('gus');
    await dropUserAccounts(server.db, 'test', ['gus']);
    expect(
      await server.db.query(sql`SELECT network FROM trusted_networks n
      WHERE NOT EXISTS (SELECT 1 FROM user_accounts u WHERE u.id = n.user_id)`),
    ).toEqual([]);
    await makeSignIn(server, 'gus');
    await block('gus');
    expect(await gus.signInCode('gus')).toBe('TOO_MANY_ATTEMPTS');
  });

  test('a browser of several users is known for each of them', async () => {
    const browser = await known('hal');
    await makeSignIn(server, 'ida');
    await browser.signIn('ida');
    await browser.signIn('hal');
    await Promise.all([block('hal'), block('ida')]);
    expect(await moved(browser).signInCode('hal')).toBeNull();
    expect(await moved(browser).signInCode('ida')).toBeNull();
  });

  test('the cookie is for this site alone, for no script, and lasts; a failure sets none', async () => {
    const jon = at();
    await makeSignIn(server, 'jon');
    await jon.signIn('jon', WRONG);
    expect(jon.setDevice).toBeNull();
    await jon.signIn('jon');
    expect(jon.setDevice).toMatch(/^pam_gateway_device=[\w.-]+; Max-Age=15552000; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(decodeURIComponent(jon.setDevice!)).not.toContain('jon');
    const secure = await TestServer.open(database.db, { PUBLIC_URL: 'https://gateway.example.com' });
    const browser = new Browser(secure);
    await browser.signIn('jon');
    expect(browser.setDevice).toMatch(/^__Host-pam_gateway_device=.*; HttpOnly; Secure; SameSite=Strict$/);
    await secure.close();
  });

  test('at most ten networks are kept of a user', async () => {
    await makeSignIn(server, 'kim');
    for (let i = 0; i < 12; i++) expect(await at().signInCode('kim')).toBeNull();
    const rows = await server.db.query(sql`SELECT network FROM trusted_networks n
      JOIN user_accounts u ON u.id = n.user_id WHERE u.user_name = 'kim'`);
    expect(rows).toHaveLength(10);
  });

  test('a delay that a clock left far in the future is over', async () => {
    await makeSignIn(server, 'lea');
    await block('lea');
    const far = server.db.dialect.timeValue(new Date(Date.now() + 86_400_000).toISOString());
    await server.db.execute(sql`UPDATE sign_in_attempts SET blocked_until = ${far} WHERE name_hash = ${sha256('lea')}`);
    expect(await at().signInCode('lea')).toBeNull();
  });
});
