import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../src/database/db.js';
import { openDatabase } from '../../src/database/open.js';
import { storeRefusals } from '../../src/features/audits/refusals/refusal-tally.js';
import { hashPassword } from '../../src/features/sign-in/password.hashing.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { Browser, makeSignIn, PASSWORD } from './browser.js';
import { accountedFor, SignInRecord } from './sign-in-record.js';
import { type HttpAnswer, TestServer } from './test-server.js';

const FROM = '198.51.100.7';
/** Who has asked for too much once is no measure for what follows. */
const GREEDY = '198.51.100.8';
const TURNED_AWAY = { operation: 'User Sign-In Turned Away', operatedBy: 'Unknown', userName: null, ipAddress: FROM };
const OVER_BUDGET = 'turned away unseen, since too much had been asked for in the seconds before: nothing was tried';
const TOO_BUSY = 'turned away unseen, since too many were waiting or the database did not answer: nothing was tried';

const WRONG = 'signIn(userName: "ann", password: "a password that is not it")';
const SIGN_IN = `mutation { ${WRONG} { userErrors { code } } }`;

/** What costs almost half of what an address may have at once. */
const DEAR = `{ ${Array.from({ length: 45 }, (_, i) => `e${i}: userErrors { code }`).join(' ')} }`;

onEveryEngine('sign-ins that are turned away unseen', (engine) => {
  let database: TestDatabase;
  let server: TestServer;
  let record: SignInRecord;

  beforeAll(async () => {
    database = await testDatabase(engine);
    server = await openServer(database.db);
    record = new SignInRecord(database.db);
    await makeSignIn(server, 'ann');
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });
  beforeEach(async () => {
    await record.tellAll();
    await database.db.execute(sql`DELETE FROM sign_in_attempts`);
  });

  const openServer = (db: Database) => TestServer.open(db, { TRUSTED_PROXIES: '127.0.0.1' });
  const ask = (query: string, from = FROM, at = server) => new Browser(at, { 'x-forwarded-for': from }).ask(query);
  const codeOf = ({ body }: HttpAnswer) => body.errors?.[0]?.extensions.code;
  const atOnce = (times: number, work: () => Promise<HttpAnswer>) => Promise.all(Array.from({ length: times }, work));
  const tallied = () => database.db.query(sql`SELECT subject FROM refusals WHERE subject NOT LIKE 'name:%'`);

  /** As if a table were gone while `work` is done. */
  async function without<T>(table: string, work: () => Promise<T>): Promise<T> {
    const rename = (from: string, to: string) =>
      database.db.execute(sql`ALTER TABLE ${raw(from)} RENAME TO ${raw(to)}`);
    await rename(table, `${table}_elsewhere`);
    try {
      return await work();
    } finally {
      await rename(`${table}_elsewhere`, table);
    }
  }

  /** Does work while all places are taken in which a password waits to be hashed. */
  async function whileAllHash<T>(work: () => Promise<T>): Promise<T> {
    let isDone = false;
    const hashing = Array.from({ length: 80 }, async (_, who) => {
      while (!isDone) await hashPassword(`somebody ${who}`, 'a password').catch(() => new Promise(setImmediate));
    });
    try {
      return await work();
    } finally {
      isDone = true;
      await Promise.all(hashing);
    }
  }

  test.each([
    ['by itself', `mutation { ${WRONG} ${DEAR} }`],
    ['under another name', `mutation { entry: ${WRONG} ${DEAR} }`],
    ['in a fragment', `mutation { ...entry } fragment entry on Mutation { ... on Mutation { ${WRONG} ${DEAR} } }`],
  ])('since too much was asked for are recorded as that, where signIn stands %s', async (_where, operation) => {
    let limited = 0;
    const rows = await record.of(async () => {
      const answers = await atOnce(12, () => ask(operation, GREEDY));
      limited = answers.filter((answer) => codeOf(answer) === 'RATE_LIMITED').length;
      expect(await tallied()).toEqual([]);
      await record.tellAll();
    });
    expect(limited).toBeGreaterThan(1);
    const turnedAway = rows.filter(({ operation }) => operation === TURNED_AWAY.operation);
    const more =
      /^\d+ more from this network turned away unseen, since too much had been asked for, between \S+Z and \S+Z$/;
    expect(turnedAway).toEqual([
      { ...TURNED_AWAY, ipAddress: GREEDY, reason: OVER_BUDGET },
      { ...TURNED_AWAY, ipAddress: GREEDY, reason: expect.stringMatching(more) },
    ]);
    expect(accountedFor(turnedAway)).toBe(limited);
  });

  test('since too many passwords wait to be hashed are recorded as that', async () => {
    const rows = await record.of(async () => {
      const answers = await whileAllHash(() => atOnce(3, () => ask(SIGN_IN)));
      expect(answers.map(codeOf)).toEqual(Array(3).fill('UNAVAILABLE'));
      await record.tellAll();
    });
    const more =
      /^2 more from this network turned away unseen, since too many were waiting or the database did not answer, between \S+Z and \S+Z$/;
    expect(rows).toEqual([
      { ...TURNED_AWAY, reason: TOO_BUSY },
      { ...TURNED_AWAY, reason: expect.stringMatching(more) },
    ]);
  });

  test('since the database did not work are recorded when it does', async () => {
    const rows = await record.of(async () => {
      await without('sign_in_attempts', async () => {
        await ask(SIGN_IN);
        await ask(SIGN_IN, '203.0.113.1');
      });
      await without('refusals', () => expect(storeRefusals(database.db)).rejects.toThrow());
      await record.tellAll();
    });
    expect(rows).toEqual([
      { ...TURNED_AWAY, reason: TOO_BUSY },
      { ...TURNED_AWAY, ipAddress: '203.0.113.1', reason: TOO_BUSY },
    ]);
  });

  test.each(['a password that is not it', PASSWORD])(
    'are told from those that were looked at, and of which nothing could be recorded',
    async (password) => {
      const rows = await record.of(async () => {
        const query = `mutation { signIn(userName: "ann", password: "${password}") { userErrors { code } } }`;
        expect((await without('audits', () => ask(query))).body.data).toBeNull();
        await record.tellAll();
      });
      const reason = 'looked at and not answered, since the database did not confirm what came of it';
      expect(rows).toEqual([{ ...TURNED_AWAY, operation: 'User Sign-In Failed', reason }]);
    },
  );

  test('are no attempts where what was sent can never be one', async () => {
    const rows = await record.of(async () => {
      const refused = [
        'mutation { signIn(userName: "ann") { userErrors { code } } }',
        `mutation { ${WRONG} { nothing } }`,
        `mutation { ${WRONG} { userErrors { code } } again: ${WRONG} { userErrors { code } } }`,
        `mutation { ${WRONG} { userErrors { code } }`,
        `mutation { ${WRONG} { ${Array.from({ length: 60 }, (_, i) => `e${i}: userErrors { code }`).join(' ')} } }`,
        `mutation { ${WRONG} { userErrors { code } } removeIntegration { userErrors { code } } }`,
        `mutation { ${WRONG} { ${'userErrors { code } '.repeat(1_000)} } }`,
      ];
      for (const query of refused)
        expect(codeOf(await ask(query))).not.toMatch(/^(undefined|RATE_LIMITED|UNAVAILABLE)$/);
      const byGet = await server.get(
        { query: SIGN_IN },
        { 'apollo-require-preflight': 'yes', 'x-forwarded-for': FROM },
      );
      expect(byGet.status).toBe(405);
      const without = `mutation { ...entry @skip(if: true) signOut { signedOut } } fragment entry on Mutation { ${WRONG} ${DEAR} }`;
      expect(codeOf(await ask(without))).toBeUndefined();
      await record.tellAll();
    });
    expect(rows).toEqual([]);
  });

  test('are no attempts where what was turned away was no sign-in', async () => {
    const rows = await record.of(async () => {
      const dear = `mutation { ${Array.from({ length: 30 }, (_, i) => `s${i}: signOut { signedOut }`).join(' ')} }`;
      const codes = new Set<string | undefined>();
      while (!codes.has('RATE_LIMITED')) {
        for (const answer of await atOnce(40, () => ask(dear, GREEDY))) codes.add(codeOf(answer));
      }
      await record.tellAll();
    });
    expect(rows).toEqual([]);
  });

  test('from ever new addresses do not fill the audits: beyond a hundred in a minute they are counted together', async () => {
    const crowded = await openServer(await openDatabase(database.url));
    const addresses = Array.from({ length: 130 }, (_, n) => `203.0.113.${n + 1}`);
    const rows = await record.of(async () => {
      await without('sign_in_attempts', async () => {
        await Promise.all(addresses.map((address) => ask(SIGN_IN, address, crowded)));
      });
      await crowded.close();
      await record.tellAll();
    });
    await crowded.db.close();
    expect(new Set(rows.map(({ operation }) => operation))).toEqual(new Set([TURNED_AWAY.operation]));
    expect(rows).toHaveLength(102);
    expect(rows.filter(({ ipAddress }) => ipAddress !== null)).toHaveLength(100);
    const others =
      /^29 more from other networks turned away unseen, since too many were waiting or the database did not answer, between/;
    expect(rows.map(({ reason }) => reason)).toContainEqual(expect.stringMatching(others));
    expect(accountedFor(rows)).toBe(addresses.length);
  });
});
