import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import sql from 'sql-template-tag';
import { beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.js';
import { Program } from '../helpers/program.js';

const program = new Program({ LOG_LEVEL: 'trace' });
const VIEWER = '/graphql?query={viewer{userName}}';
let token: string;

beforeAll(async () => {
  await program.succeed('user', 'create', 'ann', '--roles', 'Administrator', '--scope', 'ALL');
  token = (await program.succeed('token', 'generate', '--user', 'ann')).trim();
});

/** Every way in which a token comes to the server, with requests that are good, bad and broken. */
function requests(): [path: string, init: RequestInit][] {
  const bearer = { authorization: `Bearer ${token}` };
  const json = { ...bearer, 'content-type': 'application/json' };
  return [
    [VIEWER, { headers: bearer }],
    [VIEWER, { headers: { authtoken: token } }],
    [VIEWER, { headers: { ...bearer, authtoken: `${token}x` } }],
    [VIEWER, { headers: { authorization: token } }],
    [`${VIEWER}&token=${token}`, { headers: bearer }],
    ['/graphql?query={nothing}', { headers: bearer }],
    ['/%zz', { headers: bearer }],
    [`/graphql/${token}`, {}],
    [`/graphql;AUTHTOKEN=${token}`, {}],
    [`/${token}?x`, { method: 'PUT' }],
    [VIEWER, { headers: bearer, method: 'PUT' }],
    [VIEWER, { headers: json, method: 'POST', body: '{broken' }],
    [VIEWER, { headers: json, method: 'POST', body: ' '.repeat(1_100_000) }],
  ];
}

async function sendNoHttp(port: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  socket.write(`no HTTP\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  return text(socket);
}

test('a token stands in no answer, no line of the log and no file of the database', async () => {
  const server = await program.serve();
  const answers = await Promise.all(
    requests().map(async ([path, init]) => (await fetch(server.url + path, init)).text()),
  );
  answers.push(await sendNoHttp(server.port));
  const { stdout, stderr } = await server.stop();
  expect(stdout.match(/"msg":"request completed"/g)!.length).toBeGreaterThanOrEqual(answers.length - 2);
  const files = readdirSync(program.file('data')).map((name) => readFileSync(program.file(`data/${name}`), 'latin1'));
  const bytes = [...Buffer.from(token)].join();
  for (const written of [...answers, ...files, stdout, stderr]) {
    expect(written).not.toContain(token);
    expect(written).not.toContain(bytes);
  }
});

test('an unexpected error is masked, and stands in the log under the request id of its answer', async () => {
  const server = await program.serve();
  const db = await openDatabase(`sqlite:${program.file('data/gateway.db')}`);
  await db.execute(sql`ALTER TABLE audits RENAME TO audits_elsewhere`);
  const answer = await fetch(`${server.url}/graphql?query={audits{nodes{id}}}`, { headers: { authtoken: token } });
  await db.close();
  const masked = { message: expect.stringMatching(/X-Request-Id/), extensions: { code: 'INTERNAL_SERVER_ERROR' } };
  expect(await answer.json()).toMatchObject({ errors: [masked] });
  const { stdout } = await server.stop();
  const faults = stdout.split('\n').filter((line) => line.includes('"level":50'));
  expect(faults.map((line) => JSON.parse(line))).toMatchObject([
    { reqId: answer.headers.get('x-request-id'), path: ['audits'], err: { message: expect.stringMatching(/audits/) } },
  ]);
});
