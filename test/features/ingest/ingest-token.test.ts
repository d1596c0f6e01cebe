import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../../src/database/open.js';
import { commandLine } from '../../../src/features/audits/activity-log.js';
import { storeRefusals } from '../../../src/features/audits/refusals/refusal-tally.js';
import { generateIngestToken, revokeIngestTokens } from '../../../src/features/ingest/ingest-token.service.js';
import { createRole } from '../../../src/features/roles/role.service.js';
import { Privilege } from '../../../src/graphql/access.js';
import { newToken, tokenHash } from '../../../src/lib/token.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { Gateway } from '../../helpers/gateway.js';
import { Browser, makeSignIn } from '../../server/browser.js';
import { refusal, TestServer } from '../../server/test-server.js';
import { empty } from '../list-laws.js';
import { ann, manager, ownAudits } from '../roles/role.fixture.js';
import { anAudit } from '../writing/records.js';
import { Pusher, pushes } from './push.fixture.js';

interface Token {
  readonly id: string;
  readonly name: string;
  readonly source: string | null;
  readonly hint: string;
  readonly lastUsedAt: string | null;
  readonly lastUsedFrom: string | null;
}

interface Generated {
  readonly payload: {
    readonly token: string | null;
    readonly ingestToken: Token | null;
    readonly userErrors: readonly { readonly code: string; readonly message: string }[];
  };
}

const shown = 'id name source hint generatedAt firstUsedAt lastUsedAt lastUsedFrom';
const GENERATE = `mutation ($name: String!, $source: String) { payload: generateIngestToken(name: $name, source: $source) {
  token ingestToken { ${shown} } userErrors { code message } } }`;
const REVOKE = 'mutation ($id: ID!) { payload: revokeIngestToken(id: $id) { revoked userErrors { code } } }';
const LIST = `{ ingestTokens { ${shown} } }`;

onEveryEngine('an ingest token', (engine) => {
  let database: TestDatabase;
  let server: TestServer;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase(engine);
    server = await TestServer.open(database.db);
    gateway = new Gateway(database.db);
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });
  beforeEach(async () => {
    // Of operations that a test before was refused.
    await storeRefusals(database.db);
    await empty(database.db);
    await database.db.execute(sql`DELETE FROM ingest_tokens`);
  });

  const generate = async (name: string, source: string | null = null) =>
    (await gateway.read<Generated>(manager, GENERATE, { name, source })).payload;
  const list = async () => (await gateway.read<{ ingestTokens: Token[] }>(manager, LIST)).ingestTokens;
  const revoke = async (id: string) =>
    (await gateway.read<{ payload: { revoked: boolean } }>(manager, REVOKE, { id })).payload.revoked;

  test('is shown once, listed without itself, and revoked for good', async () => {
    const { token, ingestToken } = await generate('vault-1', 'vault');
    expect(token).toMatch(/^pai_[0-9A-Za-z]{49}$/);
    expect(ingestToken).toMatchObject({
      name: 'vault-1',
      source: 'vault',
      hint: token!.slice(0, 10),
      lastUsedAt: null,
    });
    expect(await list()).toEqual([ingestToken]);
    expect(JSON.stringify(await database.db.query(sql`SELECT * FROM ingest_tokens`))).not.toContain(token);
    expect([await revoke(ingestToken!.id), await revoke(ingestToken!.id)]).toEqual([true, false]);
    expect(await list()).toEqual([]);
    expect(refusal(await new Pusher(server, token!).send('recordAudits', []))).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
    });
  });

  test('leaves an audit of each step of its life, once, and of its refusals', async () => {
    const { token, ingestToken } = await generate('vault-1', 'vault');
    const pusher = new Pusher(server, token!);
    await Promise.all([1, 2, 3].map(() => pusher.ask('{ viewer { kind } }')));
    await revokeIngestTokens(database.db, ann, 'id', Number(ingestToken!.id));
    const refused = refusal(await pusher.ask('{ viewer { kind } }'));
    await pusher.ask('{ viewer { kind } }');
    expect(refused.message).toBe('the ingest token was revoked: generate a new one');
    const reason = `the token ${ingestToken!.hint}... of vault-1, for the source vault`;
    const rows = await ownAudits(database.db);
    expect(rows.map(({ operation, operatedBy, reason }) => [operation, operatedBy, reason])).toEqual([
      ['Ingest Token Generated', 'ann', reason],
      ['Ingest Token First Used', 'ingest:vault-1', reason],
      ['Ingest Token Revoked', 'ann', reason],
      ['Ingest Token Refused', 'ingest:vault-1', reason],
    ]);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  test('says when it was last used, and from where', async () => {
    const { token } = await generate('vault-1');
    await new Pusher(server, token!).ask('{ viewer { kind } }');
    expect(await list()).toMatchObject([{ lastUsedAt: expect.any(String), lastUsedFrom: '127.0.0.1' }]);
  });

  test('sees itself, and nothing else', async () => {
    const pusher = await Pusher.open(server);
    const { body } = await pusher.ask('{ viewer { kind userName fullName roles privileges } }');
    const viewer = {
      kind: 'INGEST',
      userName: 'ingest:vault-1',
      fullName: 'vault-1',
      roles: [],
      privileges: ['INGEST'],
    };
    expect(body.data).toEqual({ viewer });
    for (const query of [
      '{ audits { nodes { id } } }',
      '{ resources { nodes { id } } }',
      '{ userAccountFeed { nextCursor } }',
      '{ integration { status } }',
      LIST,
    ]) {
      const { status, code, message } = refusal(await pusher.ask(query));
      expect([status, code]).toEqual([403, 'FORBIDDEN']);
      expect(message).toMatch(/an ingest token \(pai_\) only pushes records: send a token of another kind$/);
    }
    const feed = await server.send('/feeds/audits.csv', { headers: { authtoken: pusher.token } });
    expect([feed.status, feed.body.errors?.[0]?.extensions.code]).toEqual([403, 'FORBIDDEN']);
  });

  test('is what an auth token is not: that one reads, and pushes nothing', async () => {
    const token = await server.tokenFor('ann');
    const { code, message } = refusal(await new Pusher(server, token).send('recordAudits', [anAudit('1')]));
    expect(code).toBe('FORBIDDEN');
    expect(message).toMatch(
      /^Mutation.recordAudits needs the privilege INGEST, and an auth token \(pag_\) only reads: .* ingest token \(pai_\)$/,
    );
  });

  test('does nothing else that changes something', async () => {
    const pusher = await Pusher.open(server);
    for (const mutation of [
      'generateIngestToken(name: "x") { token }',
      'createRole(input: { name: "x", privileges: [] }) { role { name } }',
    ]) {
      expect(refusal(await pusher.ask(`mutation { ${mutation} }`)).code).toBe('FORBIDDEN');
    }
  });

  test('may be bound to one source, which it need not name', async () => {
    const bound = await Pusher.open(server, 'vault-1', 'vault');
    expect(await bound.push('recordAudits', [anAudit('1')], null)).toMatchObject({ added: 1 });
    expect(await bound.push('recordAudits', [anAudit('1')], 'vault')).toMatchObject({ unchanged: 1 });
    expect(refusal(await bound.send('recordAudits', [anAudit('1')], 'other'))).toMatchObject({
      code: 'FORBIDDEN',
      message: 'source: this token pushes for "vault" alone, not for "other"',
    });
  });

  test.each([
    ['cut', (token: string) => token.slice(0, -1), /it may have been cut/],
    ['mistyped', (token: string) => token.slice(0, -1) + (token.endsWith('a') ? 'b' : 'a'), /a character was mistyped/],
    ['of another gateway', () => newToken('pai_'), /^the ingest token is not known here/],
  ])('that is %s is refused with what is wrong', async (_, spoil, message) => {
    const { token } = await Pusher.open(server);
    expect(refusal(await new Pusher(server, spoil(token)).send('recordAudits', []))).toMatchObject({
      status: 401,
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(message),
    });
  });

  test('that was revoked elsewhere is dead within a second', async () => {
    const pusher = await Pusher.open(server);
    expect((await pusher.send('recordAudits', [])).status).toBe(200);
    const elsewhere = await openDatabase(database.url);
    expect(await revokeIngestTokens(elsewhere, commandLine, 'hash', tokenHash(pusher.token))).toBe(1);
    await elsewhere.close();
    await sleep(1_000);
    expect(refusal(await pusher.send('recordAudits', [])).code).toBe('UNAUTHENTICATED');
  });

  test.each([
    ['', null, 'INVALID_NAME', 'name: it must have 1 to 64 characters'],
    ['a\nb', null, 'INVALID_NAME', 'name: "a\\nb" has a control character or an invisible one: leave it out'],
    [newToken('pai_'), null, 'INVALID_NAME', 'name: this is a token: write a name'],
    ['vault-1', 'gateway', 'INVALID_SOURCE', 'source: gateway stands for this gateway itself: take another name'],
    ['vault-1', newToken('pag_'), 'INVALID_SOURCE', 'source: this is a token: write a name'],
  ])('is not generated for %j and the source %j', async (name, source, code, message) => {
    expect(await generate(name, source)).toEqual({ token: null, ingestToken: null, userErrors: [{ code, message }] });
    await expect(generateIngestToken(database.db, commandLine, { name, source })).rejects.toThrow(message);
    expect(await list()).toEqual([]);
  });

  test('is not all that pushes: a person whose role has INGEST does, too', async () => {
    await createRole(database.db, commandLine, { name: `Loader ${engine}`, privileges: [Privilege.INGEST] });
    await makeSignIn(server, 'ann', [`Loader ${engine}`]);
    const browser = new Browser(server);
    await browser.signIn('ann');
    const pushed = await browser.ask(pushes.recordAudits, { source: 'vault', records: [anAudit('1')] });
    expect(pushed.body.data?.pushed).toMatchObject({ added: 1 });
  });
});
