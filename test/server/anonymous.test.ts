import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { refusal, TestServer, VIEWER } from './test-server.js';

/** Each client says its address itself, so that a test has an address with a full budget. */
const PROXY = { TRUSTED_PROXIES: '127.0.0.1' };

let database: TestDatabase;
let server: TestServer;
let address: Record<string, string>;
let addresses = 0;

beforeAll(async () => {
  database = await testDatabase('sqlite');
  server = await TestServer.openForAnn(database.db, PROXY);
});
beforeEach(() => {
  address = { 'x-forwarded-for': `192.0.2.${++addresses}` };
});
afterAll(async () => {
  await server.close();
  await database.drop();
});

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const bearer = () => ({ ...address, authtoken: server.token });

describe('who is not signed in', () => {
  test.each([
    ['a field', '{ audits { nodes { id } } }', 'Query.audits'],
    ['a field under an alias', '{ server: audits { nodes { id } } }', 'Query.audits'],
    ['a field behind public ones', '{ server { version } viewer { kind } audits { nodes { id } } }', 'Query.audits'],
    [
      'a field of a fragment',
      '{ ...A } fragment A on Query { ...B ...A } fragment B on Query { audits { x } }',
      'Query.audits',
    ],
    ['a field of an inline fragment', '{ ... on Query { ... { audits { x } } } }', 'Query.audits'],
    ['a mutation', 'mutation { recordAudits(records: []) { added } }', 'Mutation.recordAudits'],
    ['introspection', '{ __schema { types { name } } }', '__schema'],
    ['introspection of a type', '{ __type(name: "Audit") { name } }', '__type'],
    ['a field of a document that is not valid', '{ audits { nothing } nothing(a: $b) ...C }', 'Query.audits'],
    ['fields that take long to compare', `{ audits { ${'id '.repeat(480)} } }`, 'Query.audits'],
  ])('is refused by the root fields before anything is validated: %s', async (_, query, field) => {
    expect(refusal(await server.post({ query }, address))).toEqual({
      status: 401,
      code: 'UNAUTHENTICATED',
      message: `${field} needs an auth token, or a sign-in`,
    });
  });

  test.each([
    ['{ server { version } viewer { userName } __typename }', {}],
    [
      'mutation ($p: String!) { signIn(userName: "nobody", password: $p) { userErrors { code } } }',
      { p: 'a wrong one' },
    ],
    ['mutation { signOut { __typename } }', {}],
  ])('may ask %s', async (query, variables) => {
    expect((await server.post({ query, variables }, address)).status).toBe(200);
  });

  test('may ask the public operation of a document that has others', async () => {
    const query = 'query A { audits { nodes { id } } } query B { viewer { userName } }';
    expect((await server.post({ query, operationName: 'B' }, address)).status).toBe(200);
    expect(refusal(await server.post({ query, operationName: 'A' }, address))).toMatchObject({ status: 401 });
  });

  test.each([
    [
      'tokens',
      `{ server { ${'now '.repeat(1_000)} } }`,
      {},
      'TOO_MANY_TOKENS',
      /more than 1000 tokens: send an auth token/,
    ],
    ['fields', `{ server { ${'now '.repeat(300)} } }`, {}, 'TOO_MANY_FIELDS', /more than 200 fields/],
    ['comparisons', `{ server { ${'now '.repeat(100)} } }`, {}, 'TOO_MANY_COMPARISONS', /more than 500 comparisons/],
    ['values', VIEWER, { v: Array(700).fill(0) }, 'VARIABLES_TOO_LARGE', /more than 600 values: send fewer/],
  ])('may not send so many %s', async (_, query, variables, code, message) => {
    expect(refusal(await server.post({ query, variables }, address))).toEqual({
      status: 400,
      code,
      message: expect.stringMatching(message),
    });
  });

  test('has a budget of bytes for the address, which refusals spend, and others do not', async () => {
    const padding = ' '.repeat(16 * 1024 - 200);
    const spend = async (count: number) => {
      const answers = await Promise.all(
        Array.from({ length: count }, () => server.post({ query: '{ audits { nodes { id } } }', padding }, address)),
      );
      return answers.filter(({ status }) => status === 429);
    };
    let refused = await spend(60);
    // If the machine is slow, what was spent comes back meanwhile.
    for (let count = 120; refused.length === 0; count *= 2) refused = await spend(count);
    expect(refusal(refused[0]!)).toMatchObject({
      code: 'RATE_LIMITED',
      message: expect.stringMatching(
        /^your address sent too many bytes without a sign-in: wait \d seconds?, or send a token$/,
      ),
    });
    expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await server.post({ query: VIEWER }, bearer())).status).toBe(200);
    expect((await server.post({ query: VIEWER }, { 'x-forwarded-for': '192.0.2.250' })).status).toBe(200);
  });

  test('shares that budget with the other addresses of an IPv6 network', async () => {
    const padding = ' '.repeat(16 * 1024 - 100);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        server.post({ query: VIEWER, padding }, { 'x-forwarded-for': `2001:db8:1:2::${n}` }),
      ),
    );
    expect(answers.some(({ status }) => status === 429)).toBe(true);
  });
});

describe('JSON that is nested deep', () => {
  test.each([33, 5_000, 7_900])('%d brackets are refused wherever they stand, whoever sends them', async (depth) => {
    for (const headers of [address, bearer()]) {
      for (const body of [
        nested(depth),
        `{"query":"${VIEWER}","variables":${nested(depth)}}`,
        `{"query":"${VIEWER}","variables":{"v":${nested(depth)}}}`,
        `{"query":"${VIEWER}","extensions":{"v":${nested(depth)}}}`,
        `{"query":"${VIEWER}","variables":${'{"a":'.repeat(depth / 4)}1`.padEnd(depth, ' '),
        `{"query":${nested(depth)}}`,
      ]) {
        const answer = await server.post(body, headers);
        expect([body.slice(0, 60), refusal(answer)]).toMatchObject([{}, { status: 400 }]);
      }
      for (const name of ['variables', 'extensions']) {
        const answer = await server.get(
          { query: VIEWER, [name]: `{"v":${nested(Math.min(depth, 2_000))}}` },
          { ...headers, 'apollo-require-preflight': '1' },
        );
        expect(refusal(answer)).toMatchObject({
          status: 400,
          message: `${name} nests JSON deeper than 32: send flatter JSON`,
        });
      }
    }
  });
});

describe('a client that is signed in', () => {
  test.each([
    ['numbers', Array(500_000).fill(1), /more than 20100 values/],
    ['empty lists', Array(300_000).fill([]), /more than 20100 values/],
    [
      'keys',
      Object.fromEntries(Array.from({ length: 80_000 }, (_, n) => [n, 1])),
      /more than 1000 members in one JSON object/,
    ],
  ])('may not send so many %s, which are counted before they are parsed', async (_, v, message) => {
    expect(refusal(await server.post({ query: VIEWER, variables: { v } }, bearer()))).toEqual({
      status: 400,
      code: 'VARIABLES_TOO_LARGE',
      message: expect.stringMatching(message),
    });
  });
});
