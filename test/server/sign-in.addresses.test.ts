import { setImmediate as nextTurn } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { matchesHash } from '../../src/features/sign-in/password.hashing.js';
import { sha256 } from '../../src/lib/sha256.js';
import { newToken } from '../../src/lib/token.js';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { CountingDatabase } from '../helpers/gateway.js';
import { Browser, makeSignIn } from './browser.js';
import { type HttpAnswer, refusal, TestServer, VIEWER } from './test-server.js';

/** What an address may do is counted without the database: one engine is enough. */
describe('an address', () => {
  let database: TestDatabase;
  let counted: CountingDatabase;
  let server: TestServer;

  beforeAll(async () => {
    database = await testDatabase('sqlite');
    counted = new CountingDatabase(database.db);
    server = await TestServer.openForAnn(counted, { TRUSTED_PROXIES: '127.0.0.1' });
    await makeSignIn(server, 'ann', ['Password Auditor']);
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });

  const at = (address: string) => new Browser(server, { 'x-forwarded-for': address });
  const send = (address: string, token: string) =>
    server.post({ query: VIEWER }, { 'x-forwarded-for': address, authorization: `Bearer ${token}` });
  const unknown = () => newToken('pag_');

  /** Guesses by ever new names, a few at once, until the address is refused; the codes of all answers. */
  async function spendSignIns(address: string): Promise<(string | null)[]> {
    const codes: (string | null)[] = [];
    while (!codes.includes('TOO_MANY_ATTEMPTS')) {
      const names = Array.from({ length: 6 }, (_, i) => `nobody ${address} ${codes.length + i}`);
      codes.push(...(await Promise.all(names.map((name) => at(address).signInCode(name)))));
    }
    return codes;
  }

  /** Some at once, since an address gets one of its failures back every few seconds. */
  const someOf = (address: string) => Promise.all(Array.from({ length: 4 }, () => at(address).signInCode('ann')));

  /** Sends unknown tokens, more than an address may. */
  async function spendTokens(address: string): Promise<HttpAnswer[]> {
    return Promise.all(Array.from({ length: 200 }, () => send(address, unknown())));
  }

  const signInAs = (name: string) =>
    `mutation { signIn(userName: "${name}", password: "wrong") { userErrors { code } } }`;

  /** Has as many passwords checked for an address as may wait at once, until it is ended. */
  function checkPasswords(address: string) {
    let isEnded = false;
    const checking = Array.from({ length: 10 }, async () => {
      while (!isEnded) await matchesHash(address, null, 'wrong').catch(() => nextTurn());
    });
    return {
      async end() {
        isEnded = true;
        await Promise.all(checking);
      },
    };
  }

  async function failuresOf(name: string): Promise<number> {
    const rows = await server.db.query<{ failures: number }>(
      sql`SELECT failures FROM sign_in_attempts WHERE name_hash = ${sha256(name)}`,
    );
    return rows[0]?.failures ?? 0;
  }

  const attempts = async () => (await server.db.query(sql`SELECT name_hash FROM sign_in_attempts`)).length;

  test('that fails to sign in again and again is refused without asking the database, right or wrong', async () => {
    const before = await attempts();
    const codes = await spendSignIns('198.51.100.1');
    const looked = codes.filter((code) => code === 'INVALID_CREDENTIALS').length;
    expect(looked).toBeGreaterThanOrEqual(20);
    expect(await attempts()).toBe(before + looked);
    expect(await someOf('198.51.100.1')).toContain('TOO_MANY_ATTEMPTS');
    expect(await at('198.51.100.2').signInCode('ann')).toBeNull();
  });

  test('of IPv6 is the whole of its network', async () => {
    await spendSignIns('2001:db8:0:1::1');
    expect(await someOf('2001:db8:0:1:ffff::2')).toContain('TOO_MANY_ATTEMPTS');
    expect(await at('2001:db8:0:2::1').signInCode('ann')).toBeNull();
  });

  test('pays nothing for a sign-in that succeeds', async () => {
    for (let i = 0; i < 7; i++) expect(await someOf('198.51.100.3')).toEqual([null, null, null, null]);
  });

  test('that sends unknown tokens is refused without asking the database, and no other address is', async () => {
    const before = counted.statements.length;
    const answers = await spendTokens('198.51.100.4');
    const asked = answers.filter(({ status }) => status === 401).length;
    const refused = answers.filter(({ status }) => status === 429);
    expect(asked).toBeGreaterThanOrEqual(60);
    expect(asked + refused.length).toBe(answers.length);
    expect(counted.statements.length).toBe(before + asked);
    expect(refusal(refused[0]!)).toMatchObject({
      code: 'TOO_MANY_ATTEMPTS',
      message: 'too many unknown auth tokens came from your address: wait 1 second before you try again',
    });
    expect(refused[0]!.headers.get('retry-after')).toBe('1');
    expect(refusal(await send('198.51.100.5', unknown())).status).toBe(401);
  });

  test('that sends unknown tokens goes on with those that were good before', async () => {
    const fresh = await Promise.all(Array.from({ length: 40 }, (_, i) => server.tokenFor(`fresh ${i}`)));
    const statuses = (address: string) => Promise.all(fresh.map(async (token) => (await send(address, token)).status));
    expect((await send('198.51.100.6', server.token)).status).toBe(200);
    // Unknown tokens go on coming: what comes back each second would let the good ones in one after another.
    let isSpent = false;
    const spending = (async () => {
      while (!isSpent) await spendTokens('198.51.100.6');
    })();
    await expect.poll(async () => (await statuses('198.51.100.6')).includes(429)).toBe(true);
    isSpent = true;
    await spending;
    expect((await send('198.51.100.6', server.token)).status).toBe(200);
    expect(await statuses('198.51.100.7')).toEqual(Array(40).fill(200));
    expect(await statuses('198.51.100.6')).toEqual(Array(40).fill(200));
  });

  test('pays nothing for a token that is known and refused, and reads why every time', async () => {
    await server.db.execute(sql`UPDATE integration SET status = 'DISABLED'`);
    const disabled = await server.tokenFor('dora');
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => send('198.51.100.10', disabled)));
      expect(new Set(answers.map((answer) => refusal(answer).message))).toEqual(
        new Set([expect.stringMatching(/the integration is disabled/)]),
      );
    }
    await server.db.execute(sql`UPDATE integration SET status = 'NOT_CONFIGURED'`);
    await expect.poll(async () => (await send('198.51.100.10', disabled)).status).toBe(200);
  });

  test('that asks for more at once than is worked on costs neither itself nor a name the rest', async () => {
    const names = Array.from({ length: 16 }, (_, i) => `crowd ${i}`);
    const others = checkPasswords('198.51.100.11');
    const answers = await Promise.all(names.map((name) => at('198.51.100.11').ask(signInAs(name))));
    await others.end();
    const busy = answers.filter(({ body }) => body.errors?.[0]?.extensions.code === 'UNAVAILABLE').length;
    expect(busy).toBeGreaterThan(0);
    const counted = await Promise.all(names.map((name) => failuresOf(name)));
    expect(counted.reduce((sum, failures) => sum + failures)).toBe(names.length - busy);
  });

  test('pays nothing for tokens that are good, nor for the same one at once', async () => {
    const tokens = await Promise.all(Array.from({ length: 70 }, (_, i) => server.tokenFor(`user ${i}`)));
    for (const token of tokens) expect((await send('198.51.100.8', token)).status).toBe(200);
    const fresh = await server.tokenFor('cid');
    const answers = await Promise.all(Array.from({ length: 100 }, () => send('198.51.100.9', fresh)));
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200));
  });

  test('that a proxy did not say is one like any other', async () => {
    const { body } = await at('anything at all').ask(VIEWER);
    expect(body.data?.viewer).toBeNull();
    expect(await at('anything at all').signInCode('ann')).toBeNull();
  });
});
