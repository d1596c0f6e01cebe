import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/config.js';
import { makeBudgets, reserve } from '../../src/graphql/limits/budgets.js';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { type HttpAnswer, refusal, TestServer } from './test-server.js';

const PER_SECOND = 1_000;
/** Of what an operation without pages costs, nothing is given back: 1 + (1 + 10 * (1 + 1 + 10)), eight times. */
const EXPENSIVE = `{ ${Array.from(
  { length: 8 },
  (_, n) => `r${n}: resource(id: "${n + 1}") { owner { grants { level resource { id accounts { id } } } } }`,
).join(' ')} }`;
const EXPENSIVE_COST = 8 * 122;

let database: TestDatabase;
let server: TestServer;
let ann: Record<string, string>;
let bob: Record<string, string>;

beforeAll(async () => {
  database = await testDatabase('sqlite');
  server = await TestServer.open(database.db, { CONNECTOR_COST_PER_SECOND: String(PER_SECOND) });
  ann = { authtoken: await server.tokenFor('ann') };
  bob = { authtoken: await server.tokenFor('bob') };
});
afterAll(async () => {
  await server.close();
  await database.drop();
});

const ask = (query: string, headers: Record<string, string>) => server.post({ query }, headers);
const isRefused = ({ status }: HttpAnswer) => status === 429;

test('a storm of one actor is refused from some point on, and told when to come again; another is not refused', async () => {
  const storm = await Promise.all(Array.from({ length: 30 }, () => ask(EXPENSIVE, ann)));
  expect((await ask(EXPENSIVE, bob)).status).toBe(200);
  expect((await ask('{ server { version } }', {})).status).toBe(200);
  const refused = storm.filter(isRefused);
  expect([storm.filter(({ status }) => status === 200).length > 0, refused.length > 0]).toEqual([true, true]);
  const [first] = refused;
  expect(refusal(first!)).toEqual({
    status: 429,
    code: 'RATE_LIMITED',
    message: expect.stringMatching(/^the operation costs 976 and \d+ is left: send it again in 1 second$/),
  });
  expect(first!.extensions?.cost).toMatchObject({ requested: EXPENSIVE_COST, actual: 0, restoreRate: PER_SECOND });
  expect(first!.headers.get('retry-after')).toBe('1');
  await sleep(1_000 * Number(first!.headers.get('retry-after')));
  expect((await ask(EXPENSIVE, ann)).status).toBe(200);
});

test('an operation that costs more than is ever taken at once is refused for good', async () => {
  const connector = { authtoken: await server.tokenFor('cid') };
  expect((await ask('{ audits(first: 1000) { nodes { id } } }', connector)).status).toBe(200);
  const answer = await ask('{ audits(first: 1001) { nodes { id } } }', connector);
  expect(refusal(answer)).toEqual({
    status: 400,
    code: 'COST_TOO_HIGH',
    message: 'the operation costs 1001: at most 1000 is taken; ask for smaller pages, or for fewer lists within lists',
  });
  expect(answer.headers.get('retry-after')).toBeNull();
});

test('rows that were asked for and are not there are given back', async () => {
  const connector = { authtoken: await server.tokenFor('dan') };
  for (let n = 0; n < 30; n++) {
    const { status, extensions } = await ask('{ resources(first: 1000) { nodes { id } } }', connector);
    expect([status, extensions?.cost]).toMatchObject([200, { requested: 1_000, actual: 1, restoreRate: PER_SECOND }]);
  }
});

test('every answer says what is left, in headers that clients know', async () => {
  const connector = { authtoken: await server.tokenFor('eve') };
  for (const query of ['{ viewer { kind } }', '{ nothing }', '{', EXPENSIVE]) {
    const { headers } = await ask(query, connector);
    expect(headers.get('ratelimit-policy')).toBe('"connector";q=2000;w=2');
    expect(headers.get('ratelimit')).toMatch(/^"connector";r=\d{3,4}$/);
  }
  const { headers, extensions } = await ask('{ server { version } }', {});
  expect(headers.get('ratelimit-policy')).toBe('"nobody";q=1000;w=2');
  expect(extensions?.cost).toEqual({ requested: 1, actual: 1, available: 999, restoreRate: 500 });
});

test('an operation that is refused for what it asks for is a bad request', async () => {
  const connector = { authtoken: await server.tokenFor('fay') };
  const aliases = Array.from({ length: 101 }, (_, n) => `a${n}: version`).join(' ');
  for (const query of [
    `{ server { ${aliases} } }`,
    'mutation { a: signIn(userName: "a", password: "b") { __typename } b: signIn(userName: "a", password: "b") { __typename } }',
    `{ server { version } }#${'x'.repeat(100_000)}`,
    `{ server { ${'version '.repeat(10_000)} } }`,
  ]) {
    expect((await ask(query, connector)).status).toBe(400);
  }
});

test('with what is set by default a connector may read pages of 10,000 rows as fast as a million a second', () => {
  const { buckets } = makeBudgets(readConfig({})).connector;
  for (let now = 0; now < 10_000; now += 10) {
    expect(buckets.waitFor('token', 10_000, now)).toBe(0);
    buckets.charge('token', 10_000, now);
  }
});

test('and 10,000 resources with accounts, grants and usage some times at once, not twenty', () => {
  const account = { budget: makeBudgets(readConfig({})).connector, key: 'token' };
  const cost = 10_000 * (1 + 10 + (1 + 10) + 10);
  const waits = Array.from({ length: 20 }, () => reserve(account, cost));
  expect(waits).toEqual([...Array(6).fill(0), ...Array(14).fill(1_000)]);
});
