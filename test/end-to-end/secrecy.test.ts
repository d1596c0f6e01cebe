import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import sql from 'sql-template-tag';
import { beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.js';
import { newToken } from '../../src/lib/token.js';
import { Program } from '../helpers/program.js';

const program = new Program({ LOG_LEVEL: 'trace' });
const VIEWER = '/graphql?query={viewer{userName}}';
const PUSH = `mutation ($records: [PushedAudit!]!) {
  recordAudits(source: "pam", records: $records) { added refused results { sourceId reason } }
}`;
let token: string;

/** Ingest tokens: one in effect, one that was mistyped, one that nobody generated, and one that is revoked. */
let ingest: Record<'good' | 'mistyped' | 'unknown' | 'revoked', string>;

beforeAll(async () => {
  await program.succeed('user', 'create', 'ann', '--roles', 'Administrator', '--scope', 'ALL');
  token = (await program.succeed('token', 'generate', '--user', 'ann')).trim();
  const generated = async (name: string) =>
    (await program.succeed('token', 'generate', '--kind', 'ingest', '--name', name)).trim();
  const [good, revoked] = [await generated('the pusher'), await generated('the pusher before')];
  const mistyped = good.replace(/^(pai_.{9})(.)/, (_, head, typed) => head + (typed === 'x' ? 'y' : 'x'));
  ingest = { good, mistyped, unknown: newToken('pai_'), revoked };
});

/** Every way in which a token comes to the server, with requests that are good, bad and broken. */
function requests(token: string): [path: string, init: RequestInit][] {
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
    ['/graphql', { headers: json, method: 'POST', body: JSON.stringify(push()) }],
    ['/feeds/audits.csv', { headers: bearer }],
  ];
}

/** A push that is good but for its third record. */
function push(): object {
  const occurredAt = '2026-11-26T12:00:00Z';
  const audit = { occurredAt, category: 'USER', operation: 'Signed In', operatedBy: 'ann', outcome: 'SUCCESS' };
  const sourceIds = [randomUUID(), randomUUID(), ''];
  return { query: PUSH, variables: { records: sourceIds.map((sourceId) => ({ ...audit, sourceId })) } };
}

async function sendNoHttp(port: number, token: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  socket.write(`no HTTP\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  return text(socket);
}

test('a token stands in no answer, no line of the log and no file of the database', async () => {
  const server = await program.serve();
  const ask = async ([path, init]: [string, RequestInit]) => (await fetch(server.url + path, init)).text();
  const before = await ask(requests(ingest.revoked).find(([path]) => path === '/graphql')!);
  expect(JSON.parse(before).data).toMatchObject({ recordAudits: { added: 2, refused: 1 } });
  const revoked = await program.run(['token', 'revoke'], `${ingest.revoked}\n`);
  expect(revoked.code).toBe(0);
  const tokens = [token, ...Object.values(ingest)];
  const answers = [before];
  for (const sent of tokens) {
    answers.push(...(await Promise.all(requests(sent).map(ask))), await sendNoHttp(server.port, sent));
  }
  const pushed = answers.filter((answer) => answer.includes('"recordAudits":{'));
  expect(pushed.map((answer) => JSON.parse(answer).data.recordAudits.added)).toEqual([2, 2]);
  const { stdout, stderr } = await server.stop();
  expect(stdout.match(/"msg":"request completed"/g)!.length).toBeGreaterThanOrEqual(answers.length - 2 * tokens.length);
  const files = readdirSync(program.file('data')).map((name) => readFileSync(program.file(`data/${name}`), 'latin1'));
  for (const sent of tokens) {
    const bytes = [...Buffer.from(sent)].join();
    for (const written of [...answers, ...files, stdout, stderr, revoked.stdout, revoked.stderr]) {
      expect(written).not.toContain(sent);
      expect(written).not.toContain(bytes);
    }
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
  // Who counts audits misses the table as well, and says so without a request.
  const problems = stdout.split('\n').filter((line) => line.includes('"level":50') && line.includes('"reqId"'));
  expect(problems.map((line) => JSON.parse(line))).toMatchObject([
    { reqId: answer.headers.get('x-request-id'), path: ['audits'], err: { message: expect.stringMatching(/audits/) } },
  ]);
});
