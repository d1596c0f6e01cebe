import { afterAll, beforeAll, expect, test } from 'vitest';
import { Pusher } from '../features/ingest/push.fixture.js';
import { sourceIds } from '../features/writing/records.js';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { JSON_TYPE, refusal, TestServer } from './test-server.js';

const KIB = 1024;
const MIB = 1024 * 1024;

let database: TestDatabase;
let server: TestServer;
let pusher: Pusher;
beforeAll(async () => {
  database = await testDatabase('sqlite');
  server = await TestServer.openForAnn(database.db);
  pusher = await Pusher.open(server);
});
afterAll(async () => {
  await server.close();
  await database.drop();
});

/** An operation in a body of so many bytes. */
const bodyOf = (bytes: number) => {
  const body = JSON.stringify({ query: '{ server { version } }' });
  return body + ' '.repeat(bytes - body.length);
};

/** A body that does not say how long it is. */
async function* inParts(body: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += MIB / 2) yield Buffer.from(body.slice(at, at + MIB / 2));
}

const send = (body: string, token: string | null, chunked: boolean) =>
  server.send('/graphql', {
    method: 'POST',
    headers: { ...JSON_TYPE, ...(token !== null && { authtoken: token }) },
    ...(chunked ? { body: inParts(body) as never, duplex: 'half' } : { body }),
  } as RequestInit);

test.each([
  ['nobody', () => null, 16 * KIB, '16 KiB: send a token, or sign in, to send more', false],
  ['nobody, in parts', () => null, 16 * KIB, '16 KiB: send a token, or sign in, to send more', true],
  ['a connector', () => server.token, MIB, '1 MiB', false],
  ['a connector, in parts', () => server.token, MIB, '1 MiB', true],
  ['what pushes', () => pusher.token, 4 * MIB, '4 MiB: push fewer records at once', false],
  ['what pushes, in parts', () => pusher.token, 4 * MIB, '4 MiB: push fewer records at once', true],
])('a body of %s is held to its limit', async (_, token, most, told, chunked) => {
  expect((await send(bodyOf(most), token(), chunked)).status).toBe(200);
  const refused = await send(bodyOf(most + 1), token(), chunked);
  expect(refusal(refused)).toEqual({
    status: 413,
    code: 'BAD_REQUEST',
    message: `the body is larger than ${told}`,
  });
  expect(refused.headers.get('connection')).toBe('close');
});

test('a bad token is refused before its body is held to anything', async () => {
  expect(refusal(await send(bodyOf(2 * MIB), 'pai_wrong', false))).toMatchObject({
    status: 401,
    code: 'UNAUTHENTICATED',
  });
});

test('many values are for what pushes, in a mutation', async () => {
  const ids = sourceIds(20_001);
  const variables = { filter: { ids } };
  const query = 'query ($filter: ResourceFilter) { resources(filter: $filter) { nodes { id } } }';
  const tooMany = { status: 400, code: 'VARIABLES_TOO_LARGE' };
  expect(refusal(await server.post({ query, variables }, { authtoken: server.token }))).toMatchObject(tooMany);
  expect(refusal(await pusher.ask(query, variables))).toMatchObject(tooMany);
  const pushed = await pusher.send('deleteResources', ids.slice(0, 5_000));
  expect(pushed.extensions?.cost).toMatchObject({ requested: 5_000 });
  expect(refusal(await pusher.send('deleteResources', ids)).code).toBe('TOO_MANY_RECORDS');
});

test('a large list of records is read as a small one is, and names the record that is wrong', async () => {
  const query =
    'mutation ($records: [PushedResource!]!) { upsertResources(source: "vault", records: $records) { added } }';
  const records = sourceIds(300).map((sourceId): object => ({ sourceId, name: 'web', type: 'Linux' }));
  const error = (change: object) => pusher.ask(query, { records: records.with(250, { ...records[250], ...change }) });
  expect((await error({})).body.data).toEqual({ upsertResources: { added: 300 } });
  expect(refusal(await error({ name: 5 }))).toMatchObject({
    status: 400,
    code: 'BAD_USER_INPUT',
    message:
      'Variable "$records" got invalid value 5 at "records[250].name"; String cannot represent a non string value: 5',
  });
  expect(refusal(await error({ nothing: 1 })).message).toMatch(/at "records\[250\]"; Field "nothing" is not defined/);
  expect(refusal(await error({ accounts: Array(5_001).fill({ name: 'root' }) }))).toMatchObject({
    status: 400,
    code: 'BAD_USER_INPUT',
    message: 'records[250].accounts has 5001 items: at most 5000 are taken',
  });
});

test('what pushes has a budget of records', async () => {
  const poor = await TestServer.open(database.db, { INGEST_COST_PER_SECOND: '5000' });
  const { token } = await Pusher.open(poor, 'vault-2');
  const ids = sourceIds(5_000);
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => new Pusher(poor, token).send('deleteResources', ids)),
  );
  const codes = answers.map(({ body }) => body.errors?.[0]?.extensions.code);
  expect(codes.filter((code) => code === 'RATE_LIMITED')).toHaveLength(2);
  expect(codes.filter((code) => code === undefined)).toHaveLength(2);
  await poor.close();
});
