import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { type HttpAnswer, refusal, TestServer, VIEWER } from './test-server.js';

let database: TestDatabase;
let server: TestServer;

beforeAll(async () => {
  database = await testDatabase('sqlite');
  server = await TestServer.openForAnn(database.db);
});
afterAll(async () => {
  await server.close();
  await database.drop();
});

const bearer = () => ({ authorization: `Bearer ${server.token}` });
const QUERY_OF_ANN = {
  query: 'query Ann($first: Int) { viewer { userName } resources(first: $first) { nodes { id } } }',
};
const ANSWER_OF_ANN = { data: { viewer: { userName: 'ann' }, resources: { nodes: [] } } };
const REQUEST_ID = /^[0-9a-f-]{36}$/;

/** What is refused has GraphQL's shape, a code, and a request id. */
function expectRefusal(answer: HttpAnswer, status: number, message: RegExp, code = 'BAD_REQUEST'): void {
  expect(refusal(answer)).toEqual({ status, code, message: expect.stringMatching(message) });
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.headers.get('x-request-id')).toMatch(REQUEST_ID);
}

describe('an operation', () => {
  test('comes by POST', async () => {
    expect((await server.post({ ...QUERY_OF_ANN, variables: { first: 1 } }, bearer())).body).toEqual(ANSWER_OF_ANN);
  });

  test('comes by GET with its variables', async () => {
    const answer = await server.get({ ...QUERY_OF_ANN, variables: '{"first":1}', operationName: 'Ann' }, bearer());
    expect(answer.body).toEqual(ANSWER_OF_ANN);
  });

  test('is named where the document has several', async () => {
    const query = 'query A { server { version } } query B { viewer { userName } }';
    expect((await server.post({ query, operationName: 'B' })).body).toEqual({ data: { viewer: null } });
    expectRefusal(await server.post({ query }), 400, /operation name/, 'OPERATION_RESOLUTION_FAILURE');
    expectRefusal(await server.post({ query, operationName: 'C' }), 400, /"C"/, 'OPERATION_RESOLUTION_FAILURE');
  });

  test('that is no GraphQL, or asks for what is not there, is refused with the place', async () => {
    expectRefusal(await server.post({ query: '{ viewer { userName }' }), 400, /Syntax Error/, 'GRAPHQL_PARSE_FAILED');
    expectRefusal(await server.post({ query: '{ nothing }' }), 400, /"nothing"/, 'GRAPHQL_VALIDATION_FAILED');
  });

  test('with variables of the wrong type is refused', async () => {
    const answer = await server.post({ ...QUERY_OF_ANN, variables: { first: 'many' } }, bearer());
    expectRefusal(answer, 400, /\$first.*"many"/, 'BAD_USER_INPUT');
  });

  test('with a condition that is null is refused', async () => {
    const query = 'query ($v: Boolean = true) { server @include(if: $v) { version } }';
    expectRefusal(
      await server.post({ query, variables: { v: null } }),
      400,
      /"if" .* must not be null/,
      'BAD_USER_INPUT',
    );
  });

  test('without a name for its request gets one of its own', async () => {
    const ids = await Promise.all(
      [1, 2].map(async () => (await server.post({ query: VIEWER })).headers.get('x-request-id')),
    );
    expect(new Set(ids).size).toBe(2);
    expect((await server.post({ query: VIEWER }, { 'x-request-id': 'mine' })).headers.get('x-request-id')).not.toBe(
      'mine',
    );
  });
});

describe('a body', () => {
  test.each([
    ['no JSON', '{broken', /not valid JSON/],
    ['empty', '', /body is empty: send JSON such as/],
    ['null', 'null', /no operation: send JSON such as/],
    ['a number', '3', /no operation: send JSON such as/],
    ['a text', '"{ viewer { userName } }"', /no operation: send JSON such as/],
    ['an object without a query', '{"variables":{}}', /no operation: send JSON such as/],
    ['an empty object', '{}', /no operation: send JSON such as/],
    ['a list of operations', `[{"query":"${VIEWER}"}]`, /list: send one operation a request/],
    ['a query that is no text', '{"query":5}', /queries must be strings/],
    ['an empty query', '{"query":""}', /non-empty `query`/],
    ['variables that are a list', `{"query":"${VIEWER}","variables":[1]}`, /`variables`.*must be an object/],
    ['variables that are a text', `{"query":"${VIEWER}","variables":"{}"}`, /`variables`.*as an object/],
    ['an operation name that is no text', `{"query":"${VIEWER}","operationName":5}`, /`operationName`.*string/],
    ['a key __proto__', `{"query":"${VIEWER}","__proto__":{"admin":true}}`, /key that is not taken, such as __proto__/],
    ['a key __proto__ deep inside', `{"query":"${VIEWER}","variables":{"a":{"__proto__":1}}}`, /not taken/],
    ['a key constructor.prototype', `{"query":"${VIEWER}","constructor":{"prototype":{}}}`, /not taken/],
    ['JSON nested too deep', `{"query":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, /nests JSON deeper than 32/],
  ])('%s is refused', async (_, body, message) => {
    expectRefusal(await server.post(body), 400, message);
  });

  test('that is not UTF-8 is refused', async () => {
    const body = Buffer.concat([
      Buffer.from(`{"query":"${VIEWER}","operationName":"`),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]);
    expectRefusal(await server.post(body), 400, /not valid UTF-8/);
  });

  test('that is a Latin-1 name is refused, not misread', async () => {
    const query = 'query($n: [String!]) { audits(filter: { operatedBy: $n }) { nodes { id } } }';
    const body = Buffer.from(JSON.stringify({ query, variables: { n: ['Jürgen'] } }), 'latin1');
    expectRefusal(await server.post(body, bearer()), 400, /not valid UTF-8/);
  });

  test('of 1 MiB is read, and one byte more is refused', async () => {
    const room = 1024 * 1024 - JSON.stringify({ query: VIEWER, x: '' }).length;
    expect((await server.post({ query: VIEWER, x: ' '.repeat(room) }, bearer())).status).toBe(200);
    expectRefusal(await server.post({ query: VIEWER, x: ' '.repeat(room + 1) }, bearer()), 413, /larger than 1 MiB/);
  });

  test('that is too large is refused though its length was not said', async () => {
    const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
    const head =
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(await server.raw(head + chunk.repeat(17))).toMatch(/^HTTP\/1.1 413 .*larger than 16 KiB/s);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'x',
  ])('of the type %s is refused with the type to send', async (type) => {
    const answer = await server.post({ query: VIEWER }, { 'content-type': type });
    expectRefusal(answer, 415, /header Content-Type: application\/json/);
  });

  test('that says it is compressed is not taken for what it is not', async () => {
    const headers = { ...bearer(), 'content-encoding': 'gzip' };
    expectRefusal(await server.post(QUERY_OF_ANN, headers), 415, /without Content-Encoding/);
  });

  test('without a query is refused, whatever its extensions', async () => {
    const extensions = { persistedQuery: { version: 1, sha256Hash: 'a' } };
    expectRefusal(await server.post({ extensions }, bearer()), 400, /the body has no operation/);
  });

  test('of JSON with a charset is read', async () => {
    const type = { 'content-type': 'application/json; charset=utf-8' };
    expect((await server.post({ query: VIEWER }, type)).status).toBe(200);
  });

  test('deeply nested selections are refused, and the server goes on', async () => {
    const deep = `{ ${'a { '.repeat(20_000)} b ${'}'.repeat(20_000)} }`;
    expect((await server.post({ query: deep })).body.errors).toHaveLength(1);
    expect((await server.post({ query: VIEWER })).status).toBe(200);
  });
});

describe('a GET', () => {
  test('that another site could have sent is refused', async () => {
    expectRefusal(await server.get({ query: VIEWER }), 400, /Cross-Site Request Forgery.*authorization, authtoken/);
    const simple = { 'content-type': 'text/plain' };
    expectRefusal(await server.get({ query: VIEWER }, simple), 400, /Cross-Site Request Forgery/);
  });

  test.each(['authorization', 'authtoken'])('with a token in %s cannot be forged, and is answered', async (header) => {
    const token = header === 'authtoken' ? server.token : `Bearer ${server.token}`;
    expect((await server.get({ query: VIEWER }, { [header]: token })).body.data?.viewer?.userName).toBe('ann');
  });

  test('with a header that a browser asks for first is answered', async () => {
    expect((await server.get({ query: VIEWER }, { 'apollo-require-preflight': '1' })).status).toBe(200);
  });

  test('without a query, with two, or with variables that are no JSON is refused', async () => {
    expectRefusal(await server.get({}, bearer()), 400, /query/);
    expectRefusal(
      await server.send('/graphql?query={a}&query={b}', { headers: bearer() }),
      400,
      /only be specified once/,
    );
    expectRefusal(await server.get({ query: VIEWER, variables: '{' }, bearer()), 400, /variables.*invalid JSON/);
  });
});

describe('a request', () => {
  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'by %s is refused with the methods that there are',
    async (method) => {
      const answer = await server.send('/graphql', { method });
      expectRefusal(answer, 405, /answers GET and POST/, 'METHOD_NOT_ALLOWED');
      expect(answer.headers.get('allow')).toBe('GET, POST');
    },
  );

  test('to a path that is not there is told what is, and its query is not repeated', async () => {
    const answer = await server.send('/api?token=pag_secret');
    expectRefusal(answer, 404, /GET of this path is not here; what is: POST or GET \/graphql/, 'NOT_FOUND');
    expect(answer.text).not.toContain('pag_secret');
  });

  test('to an address that is no address is refused in the same shape', async () => {
    expectRefusal(await server.send('/%zz'), 400, /percent-encoded/);
  });

  test.each([
    ['is no HTTP', 'hello\r\n\r\n', 400, 'this is not an HTTP request'],
    [
      'has more headers than are taken',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'too long',
    ],
  ])('that %s is refused in the same shape', async (_, bytes, status, message) => {
    const answer = await server.raw(bytes);
    expect(answer).toMatch(
      new RegExp(`^HTTP/1.1 ${status} .*X-Request-Id: [0-9a-f-]{36}.*${message}.*BAD_REQUEST`, 's'),
    );
  });
});
