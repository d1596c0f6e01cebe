import { afterAll, beforeAll, expect, test } from 'vitest';
import { Pusher } from '../features/ingest/push-scene.js';
import { sourceIds } from '../features/writing/records.js';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { FrontDoor, JSON_TYPE, refusal } from './front-door.js';

const MIB = 1024 * 1024;

let database: TestDatabase;
let door: FrontDoor;
let pusher: Pusher;
beforeAll(async () => {
  database = await testDatabase('sqlite');
  door = await FrontDoor.openForAnn(database.db);
  pusher = await Pusher.open(door);
});
afterAll(async () => {
  await door.close();
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
  door.send('/graphql', {
    method: 'POST',
    headers: { ...JSON_TYPE, ...(token !== null && { authtoken: token }) },
    ...(chunked ? { body: inParts(body) as never, duplex: 'half' } : { body }),
  } as RequestInit);

test.each([
  ['nobody', () => null, 1, false],
  ['nobody, in parts', () => null, 1, true],
  ['a connector', () => door.token, 1, false],
  ['a connector, in parts', () => door.token, 1, true],
  ['what pushes', () => pusher.token, 16, false],
  ['what pushes, in parts', () => pusher.token, 16, true],
])('a body of %s is held to its limit', async (_, token, most, chunked) => {
  expect((await send(bodyOf(most * MIB), token(), chunked)).status).toBe(200);
  const refused = await send(bodyOf(most * MIB + 1), token(), chunked);
  expect(refusal(refused)).toMatchObject({
    status: 413,
    code: 'BAD_REQUEST',
    message: expect.stringMatching(new RegExp(`^the body is larger than ${most} MiB`)),
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
  expect(refusal(await door.post({ query, variables }, { authtoken: door.token }))).toMatchObject(tooMany);
  expect(refusal(await pusher.ask(query, variables))).toMatchObject(tooMany);
  const pushed = await pusher.send('deleteResources', ids.slice(0, 5_000));
  expect(pushed.extensions?.cost).toMatchObject({ requested: 5_000 });
  expect(refusal(await pusher.send('deleteResources', ids)).code).toBe('TOO_MANY_RECORDS');
});

test('what pushes has a budget of records', async () => {
  const poor = await FrontDoor.open(database.db, { INGEST_COST_PER_SECOND: '5000' });
  const { token } = await Pusher.open(poor, 'vault-2');
  const ids = sourceIds(5_000);
  const codes: (string | undefined)[] = [];
  for (let n = 0; n < 4; n++) {
    const { body } = await new Pusher(poor, token).send('deleteResources', ids);
    codes.push(body.errors?.[0]?.extensions.code);
  }
  expect(codes.slice(0, 2)).toEqual([undefined, undefined]);
  expect(codes).toContain('RATE_LIMITED');
  await poor.close();
});
