import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.js';
import { sha256 } from '../../src/lib/sha256.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { Browser, changePassword, makeSignIn } from './browser.js';
import { TestServer } from './test-server.js';

const WRONG = 'a password that is not it';
const DAY = 24 * 3_600_000;

onEveryEngine('guessing passwords', (engine) => {
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

  /** Each guess from an address of its own, here or in another process. */
  const guess = (userName: string, password = WRONG, at = server) =>
    new Browser(at, { 'x-forwarded-for': `203.0.113.${++address}` }).signInCode(userName, password);

  async function attempts(userName: string): Promise<{ failures: number; blockedUntil: string | null } | undefined> {
    const [row] = await server.db.query<{ failures: number; blockedUntil: string | null }>(
      sql`SELECT failures, ${raw(server.db.dialect.timeText('blocked_until'))} AS blockedUntil
          FROM sign_in_attempts WHERE name_hash = ${sha256(userName)}`,
    );
    return row;
  }

  const timeValue = (time: number) => server.db.dialect.timeValue(new Date(time).toISOString());

  /** As if it failed so often, with a delay that ends then. */
  function failed(userName: string, failures: number, blockedUntil: number): Promise<number> {
    return server.db.execute(
      sql`UPDATE sign_in_attempts SET failures = ${failures}, blocked_until = ${timeValue(blockedUntil)}
          WHERE name_hash = ${sha256(userName)}`,
    );
  }

  test.each(['ann', 'nobody'])('is free five times, then waits, for the name %s', async (userName) => {
    await makeSignIn(server, 'ann');
    for (let i = 0; i < 6; i++) expect(await guess(userName)).toBe('INVALID_CREDENTIALS');
    await failed(userName, 6, Date.now() + 60_000);
    const refused = await new Browser(server, { 'x-forwarded-for': '203.0.113.250' }).signIn(userName, WRONG);
    expect(refused.userErrors).toEqual([
      {
        field: null,
        code: 'TOO_MANY_ATTEMPTS',
        message: expect.stringMatching(/^too many sign-ins failed: wait \d+ seconds? before you try again$/),
      },
    ]);
    expect(await attempts(userName)).toMatchObject({ failures: 6 });
  });

  test('in parallel and in two processes gets no more looks than one after the other', async () => {
    const at = [server, elsewhere];
    const codes = await Promise.all(Array.from({ length: 30 }, (_, i) => guess('bob', WRONG, at[i % 2]!)));
    const looked = codes.filter((code) => code === 'INVALID_CREDENTIALS').length;
    expect(codes.filter((code) => code === 'TOO_MANY_ATTEMPTS')).toHaveLength(30 - looked);
    expect(looked).toBeGreaterThanOrEqual(6);
    expect(await attempts('bob')).toMatchObject({ failures: looked, blockedUntil: expect.any(String) });
  });

  test('keeps the right password out within the delay, in every process, and lets it in after', async () => {
    await makeSignIn(server, 'cid');
    await guess('cid');
    await failed('cid', 12, Date.now() + 60_000);
    const right = 'correct horse battery staple';
    expect([await guess('cid', right), await guess('cid', right, elsewhere)]).toEqual([
      'TOO_MANY_ATTEMPTS',
      'TOO_MANY_ATTEMPTS',
    ]);
    await failed('cid', 12, Date.now());
    expect(await guess('cid', right, elsewhere)).toBeNull();
    expect(await attempts('cid')).toBeUndefined();
  });

  test('after the delay makes a longer one', async () => {
    await guess('dan');
    await failed('dan', 9, Date.now());
    const before = Date.now();
    expect(await guess('dan')).toBe('INVALID_CREDENTIALS');
    const { failures, blockedUntil } = (await attempts('dan'))!;
    expect(failures).toBe(10);
    expect(Date.parse(blockedUntil!) - before).toBeGreaterThanOrEqual(16_000);
  });

  test('is over if it began before the clock was set back', async () => {
    await guess('ivy');
    await failed('ivy', 6, Date.now() + 600_000);
    expect(await guess('ivy')).toBe('TOO_MANY_ATTEMPTS');
    await server.db.execute(
      sql`UPDATE sign_in_attempts SET attempted_at = ${timeValue(Date.now() + 599_000)} WHERE name_hash = ${sha256('ivy')}`,
    );
    expect(await guess('ivy')).toBe('INVALID_CREDENTIALS');
  });

  test('is forgotten with a new password', async () => {
    await makeSignIn(server, 'eli');
    await guess('eli');
    await failed('eli', 12, Date.now() + 60_000);
    await changePassword(server, 'eli', 'quite another password');
    expect(await guess('eli', 'quite another password')).toBeNull();
  });

  test('leaves nothing behind a day after the last attempt', async () => {
    const fresh = await TestServer.open(await openDatabase(database.url));
    await guess('gus');
    await guess('hal');
    const old = timeValue(Date.now() - DAY - 1_000);
    const oldOnes = () =>
      server.db.query(sql`SELECT failures FROM sign_in_attempts WHERE attempted_at = ${old} LIMIT 1`);
    await server.db.execute(sql`UPDATE sign_in_attempts SET attempted_at = ${old} WHERE name_hash = ${sha256('gus')}`);
    const many = Array.from({ length: 5_001 }, (_, i) => [`guessed ${i}`, 1, old]);
    await server.db.insertRows('sign_in_attempts', ['name_hash', 'failures', 'attempted_at'], many);
    await guess('nobody at all', WRONG, fresh);
    await expect.poll(oldOnes).toEqual([]);
    expect(await attempts('gus')).toBeUndefined();
    expect(await attempts('hal')).toMatchObject({ failures: 1 });
    await fresh.close();
    await fresh.db.close();
  });

  test('leaves no name in the database', async () => {
    await guess('a secret that was typed into the wrong field');
    const rows = JSON.stringify([
      await server.db.query(sql`SELECT * FROM sign_in_attempts`),
      await server.db.query(sql`SELECT * FROM audits`),
    ]);
    expect(rows).not.toContain('a secret');
  });
});
