import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.js';
import { endOldRefusals } from '../../src/features/audits/refusals/count-refusals.js';
import { keepRefusals } from '../../src/features/audits/refusals/refusal-tally.js';
import { sha256 } from '../../src/lib/sha256.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { Browser, changePassword, makeSignIn, PASSWORD, SIGN_IN, type SignInAnswer } from './browser.js';
import { accountedFor, SignInRecord } from './sign-in-record.js';
import { TestServer } from './test-server.js';

const WRONG = 'a password that is not it';

onEveryEngine('sign-ins that are refused unseen', (engine) => {
  let database: TestDatabase;
  let server: TestServer;
  let elsewhere: TestServer;
  let record: SignInRecord;
  let address = 0;

  beforeAll(async () => {
    database = await testDatabase(engine);
    const environment = { TRUSTED_PROXIES: '127.0.0.1' };
    server = await TestServer.open(database.db, environment);
    elsewhere = await TestServer.open(await openDatabase(database.url), environment);
    record = new SignInRecord(server.db);
  });
  afterAll(async () => {
    await Promise.all([server.close(), elsewhere.close()]);
    await elsewhere.db.close();
    await database.drop();
  });

  const newAddress = () => `203.0.113.${++address}`;
  /** The code that a sign-in was refused with; null where it succeeded. */
  async function guess(userName: string, from = newAddress(), at = server, password = WRONG): Promise<string | null> {
    const { body } = await new Browser(at, { 'x-forwarded-for': from }).ask(SIGN_IN, { userName, password });
    return body.errors?.[0]?.extensions.code ?? (body.data!.signIn as SignInAnswer).userErrors[0]?.code ?? null;
  }

  /** As if the name had failed often, with a delay that ends then. */
  async function blocked(userName: string, milliseconds: number): Promise<void> {
    const until = server.db.dialect.timeValue(new Date(Date.now() + milliseconds).toISOString());
    const nameHash = sha256(userName);
    const known = await server.db.execute(
      sql`UPDATE sign_in_attempts SET failures = 12, blocked_until = ${until} WHERE name_hash = ${nameHash}`,
    );
    if (known > 0) return;
    await server.db.execute(
      sql`INSERT INTO sign_in_attempts (name_hash, failures, attempted_at, blocked_until)
          VALUES (${nameHash}, 12, ${until}, ${until})`,
    );
  }

  beforeEach(() => record.tellAll(elsewhere.db));

  test('are recorded at once, the first of a delay by whom and from where, and the others as their number', async () => {
    await makeSignIn(server, 'ann');
    await blocked('ann', 60_000);
    const first = await record.of(async () => {
      for (let i = 0; i < 5; i++) await guess('ann', '198.51.100.7');
    });
    const ann = {
      operation: 'User Sign-In Refused',
      operatedBy: 'ann',
      userName: 'ann',
      ipAddress: '198.51.100.7',
    };
    expect(first).toEqual([{ ...ann, reason: 'not looked at, since too many by this name had failed before' }]);
    await blocked('ann', 0);
    expect(await record.of(() => guess('ann', newAddress(), elsewhere))).toEqual([
      { ...ann, reason: expect.stringMatching(/^4 more by this name not looked at, between \S+Z and \S+Z$/) },
      expect.objectContaining({ operation: 'User Sign-In Failed', reason: 'the password was wrong' }),
    ]);
  });

  test('from several addresses are told as that, and a name that is no user is told nowhere', async () => {
    const name = 'a secret that was typed into the wrong field';
    await blocked(name, 60_000);
    const rows = await record.of(async () => {
      for (let i = 0; i < 3; i++) await guess(name);
      await record.timePasses();
      await endOldRefusals(elsewhere.db);
    });
    const unknown = { operation: 'User Sign-In Refused', operatedBy: 'Unknown', userName: null };
    expect(rows).toMatchObject([unknown, { ...unknown, ipAddress: null }]);
    expect(rows[1]!.reason).toMatch(/^2 more by this name not looked at, .*, from several addresses$/);
    expect(JSON.stringify(await server.db.query(sql`SELECT * FROM refusals`))).not.toContain('secret');
    expect(JSON.stringify(await record.audits())).not.toContain('secret');
  });

  test('are told once, whoever tells at the same time', async () => {
    await blocked('bob', 60_000);
    const rows = await record.of(async () => {
      for (let i = 0; i < 4; i++) await guess('bob');
      await record.timePasses();
      await Promise.all([server, elsewhere, server, elsewhere].map(({ db }) => endOldRefusals(db)));
    });
    expect(accountedFor(rows)).toBe(4);
    expect(rows).toHaveLength(2);
  });

  test('are told before they are forgotten with a new password, or by the right one', async () => {
    await makeSignIn(server, 'cid');
    await blocked('cid', 60_000);
    const rows = await record.of(async () => {
      for (let i = 0; i < 3; i++) await guess('cid');
      await changePassword(server, 'cid', PASSWORD);
      await blocked('cid', 60_000);
      for (let i = 0; i < 3; i++) await guess('cid');
      await blocked('cid', 0);
      expect(await guess('cid', newAddress(), server, PASSWORD)).toBeNull();
    });
    expect(accountedFor(rows)).toBe(6);
    expect(rows).toHaveLength(4);
    expect(await server.db.query(sql`SELECT * FROM refusals WHERE user_name = 'cid'`)).toEqual([]);
  });

  test('of one address are few audits, however many they are, and account for each', async () => {
    const codes: (string | null)[] = [];
    const from = newAddress();
    const rows = await record.of(async () => {
      for (let round = 0; round < 10; round++) {
        const names = Array.from({ length: 8 }, (_, i) => `nobody ${round} ${i}`);
        codes.push(...(await Promise.all(names.map((name) => guess(name, from)))));
      }
      await record.tellAll();
    });
    const refused = rows.filter(({ operation }) => operation === 'User Sign-In Refused');
    expect(refused.map(({ reason }) => reason)).toEqual([
      'not looked at, since too many from this network had failed before',
      expect.stringMatching(/^\d+ more from this network not looked at, between \S+ and \S+Z$/),
    ]);
    expect(refused.every(({ ipAddress }) => ipAddress === from)).toBe(true);
    expect(accountedFor(rows)).toBe(codes.length);
  });

  test('in parallel and in two processes are all accounted for', async () => {
    const at = [server, elsewhere];
    let codes: (string | null)[] = [];
    const rows = await record.of(async () => {
      codes = await Promise.all(Array.from({ length: 30 }, (_, i) => guess('dan', newAddress(), at[i % 2])));
      await record.tellAll(elsewhere.db);
    });
    expect(accountedFor(rows)).toBe(codes.length);
  });

  test('that a process has counted are stored when it stops', async () => {
    const stopping = await TestServer.open(await openDatabase(database.url), { TRUSTED_PROXIES: '127.0.0.1' });
    const from = newAddress();
    const names = Array.from({ length: 6 }, (_, i) => `somebody ${i}`);
    const codes: (string | null)[] = [];
    const rows = await record.of(async () => {
      for (let round = 0; round < 8; round++) {
        codes.push(...(await Promise.all(names.map((name) => guess(`${name} ${round}`, from, stopping)))));
      }
      await stopping.close();
      await stopping.db.close();
      await record.tellAll();
    });
    expect(accountedFor(rows)).toBe(codes.length);
    const reasons = rows.map(({ reason }) => reason);
    expect(reasons).toContainEqual(expect.stringMatching(/more from this network not looked at/));
  });

  test('are stored and told while a gateway serves, also those that another one left when it was killed', async () => {
    await blocked('eve', 60_000);
    const codes: (string | null)[] = [];
    const from = newAddress();
    const rows = await record.of(async () => {
      for (let i = 0; i < 3; i++) codes.push(await guess('eve', newAddress(), elsewhere));
      for (let round = 0; round < 8; round++) {
        const names = Array.from({ length: 6 }, (_, i) => `anybody ${round} ${i}`);
        codes.push(...(await Promise.all(names.map((name) => guess(name, from)))));
      }
      const stop = new AbortController();
      const keeping = keepRefusals(server.db, stop.signal);
      await record.timePasses();
      const left = () => server.db.query(sql`SELECT subject FROM refusals WHERE subject LIKE 'name:%'`);
      const more = () => server.db.query<{ more: number }>(sql`SELECT more FROM refusals WHERE more > 0`);
      await expect.poll(left).toEqual([]);
      stop.abort();
      await keeping;
      await record.tellAll(elsewhere.db);
      expect(await more()).toEqual([]);
    });
    expect(accountedFor(rows)).toBe(codes.length);
  });
});
