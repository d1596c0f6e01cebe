import type { IncomingMessage } from 'node:http';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Privilege } from '../../../src/graphql/access.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';
import { pullFrom } from './pull.fixture.js';
import {
  anUpstreamAudit,
  anUpstreamResource,
  anUpstreamUser,
  type Call,
  type Failure,
  failed,
  StandInPam,
  TOKEN,
} from './stand-in.js';

const answering =
  (status: number, body: string, headers: Record<string, string> = {}): Failure =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

const refusing = (message: string): Failure => answering(200, JSON.stringify(failed(message)));

const resetting: Failure = ({ socket }: IncomingMessage, response, answer) => {
  response.writeHead(200, { 'content-length': answer.length });
  response.write(answer.slice(0, answer.length / 2), () => socket.destroy());
};

/** Answers the first byte and no more. */
const stalling: Failure = (_, response, answer) => void response.write(answer.slice(0, 1));

/** What may pass: a pull that meets it twice in a row is whole nevertheless. */
const passing: [string, Failure][] = [
  ['HTTP 429 with Retry-After', answering(429, '', { 'retry-after': '0' })],
  ['HTTP 503', answering(503, '<h1>busy</h1>')],
  ['a reset in the middle of an answer', resetting],
  ['no body at all', answering(200, '')],
  ['an answer that never ends', stalling],
];

/** What stays: how the run that meets it says so. */
const staying: [string, Failure, RegExp][] = [
  ['Failed under HTTP 200', refusing('Invalid input.'), /it says "Invalid input\."/],
  [
    'a token of nobody',
    refusing('API key received is not associated to any user. Authentication failed.'),
    /not associated to any user.*look at PAM_AUTHTOKEN/,
  ],
  [
    'a call from the wrong host',
    refusing('User is not allowed to access from this host'),
    /not allowed to access from this host"; add this host/,
  ],
  ['no body at all', answering(200, ''), /it answered with nothing at all.*cannot resolve the name of the host/],
  [
    'HTTP 429 for longer than a pull waits',
    answering(429, '', { 'retry-after': '3600' }),
    /asked too often \(HTTP 429\)/,
  ],
  ['HTTP 500', answering(500, 'oops'), /it failed \(HTTP 500\)/],
  ['HTTP 401', answering(401, '{"detail":"who are you?"}'), /refuses the token \(HTTP 401\): it says "who are you\?"/],
  ['a redirect', answering(302, '', { location: 'https://elsewhere.example/' }), /sends the call elsewhere.*PAM_URL/],
  ['HTTP 404', answering(404, '<html>'), /does not know what was asked \(HTTP 404\).*PAM_URL/],
  ['a web page', answering(200, '<html>Sign in</html>'), /did not answer in JSON/],
  ['JSON without an envelope', answering(200, '{"status":"ok"}'), /something else than/],
  ['bytes that are no text', (_, response) => void response.end(Buffer.from([0xff])), /not UTF-8/],
];

/** The places where a pull can meet a fault. */
const places: [string, (call: Call) => boolean][] = [
  ['the list of resources', ({ path }) => path.endsWith('/v1/resources')],
  ['the accounts of resources', ({ path }) => path.endsWith('/accounts')],
  ['the audits', ({ path }) => path.endsWith('/audit')],
  ['the users of SCIM', ({ path }) => path.endsWith('/Users')],
];

onEveryEngine('a pull that meets', (engine) => {
  let database: TestDatabase;
  let pam: StandInPam;
  beforeEach(async () => {
    [database, pam] = await Promise.all([testDatabase(engine), new StandInPam().start()]);
    pam.cap = 5;
    pam.resources = [1, 2, 3].map((id) => anUpstreamResource(pam, id));
    pam.users = [1, 2].map((id) => anUpstreamUser(id));
    pam.audits = { Resource: { TODAY: Array.from({ length: 12 }, (_, id) => anUpstreamAudit(id + 1)).reverse() } };
  });
  afterEach(async () => {
    await pam.stop();
    await database.drop();
  });

  const run = () => pullFrom(pam, database.db);
  const counted = async () => {
    const [row] = await database.db.query(
      sql`SELECT (SELECT COUNT(*) FROM resources) AS resources, (SELECT COUNT(*) FROM user_accounts) AS users,
            (SELECT COUNT(*) FROM audits WHERE source = 'pam360') AS audits`,
    );
    return row;
  };

  test.each(passing)('%s, wherever that is, is whole nevertheless', async (_, error) => {
    // Waiting is what the last of them is about: once is enough.
    for (const [, isThere] of error === stalling ? places.slice(0, 1) : places) {
      let times = 0;
      pam.onCall = (call) => (isThere(call) && ++times <= 2 ? error : undefined);
      const { whole } = await run();
      expect(whole).toEqual({ USER_ACCOUNTS: true, RESOURCES: true, AUDITS: true });
      expect(times).toBeGreaterThan(2);
    }
    expect(await counted()).toEqual({ resources: 3, users: 2, audits: 12 });
  });

  test.each(staying)('%s, says so and deletes nothing, and the next pull is whole', async (_, error, message) => {
    await run();
    pam.resources.splice(0, 1);
    pam.audits.Resource!.TODAY!.unshift(anUpstreamAudit(13));
    pam.onCall = ({ path }) => (/resources$|audit$/.test(path) ? error : undefined);
    const { said, whole } = await run();
    expect(whole).toEqual({ USER_ACCOUNTS: true, RESOURCES: false, AUDITS: false });
    expect(said).toContainEqual(expect.stringMatching(message));
    expect(said.join()).not.toContain(TOKEN);
    expect(await counted()).toEqual({ resources: 3, users: 2, audits: 12 });
    pam.onCall = () => undefined;
    expect((await run()).whole).toEqual({ USER_ACCOUNTS: true, RESOURCES: true, AUDITS: true });
    expect(await counted()).toEqual({ resources: 2, users: 2, audits: 13 });
  });

  test.each(places)(
    'a server that fails at %s, keeps what it gave, and the next pull takes the rest',
    async (_, isThere) => {
      let times = 0;
      pam.onCall = (call) => (isThere(call) && ++times > 1 ? answering(500, '') : undefined);
      expect(Object.values((await run()).whole)).toContain(false);
      expect(await counted()).not.toEqual({ resources: 0, users: 0, audits: 0 });
      pam.onCall = () => undefined;
      expect((await run()).whole).toEqual({ USER_ACCOUNTS: true, RESOURCES: true, AUDITS: true });
      expect(await counted()).toEqual({ resources: 3, users: 2, audits: 12 });
    },
  );

  test('a refusal of one resource stores the others, keeps it, and names it', async () => {
    await run();
    pam.resources[1]!['RESOURCE NAME'] = 'renamed';
    pam.resources[2]!['RESOURCE NAME'] = 'renamed too';
    pam.onCall = ({ path }) => (path.endsWith('/resources/2/accounts') ? refusing('Access denied.') : undefined);
    const { counts, said, whole } = await run();
    expect(counts.RESOURCES).toEqual({
      rowsRead: 3,
      added: 0,
      changed: 1,
      unchanged: 1,
      deleted: 0,
      refused: 1,
      conflicts: 0,
    });
    expect(said).toEqual([expect.stringMatching(/^PROBLEM resource 2: GET .*: it says "Access denied\."$/)]);
    expect(whole.RESOURCES).toBe(false);
    expect(await counted()).toEqual({ resources: 3, users: 2, audits: 12 });
  });

  test('one resource, or one type of audits, that the server always fails at stores the others and deletes nothing', async () => {
    await run();
    pam.resources[2]!['RESOURCE NAME'] = 'renamed';
    pam.resources.splice(0, 1);
    pam.audits.User = { TODAY: [anUpstreamAudit(99)] };
    pam.onCall = ({ path, query }) =>
      path.endsWith('/resources/2/accounts') || query.get('AUDITTYPE') === 'Resource' ? answering(500, '') : undefined;
    const { counts, said, whole } = await run();
    expect(whole).toEqual({ USER_ACCOUNTS: true, RESOURCES: false, AUDITS: false });
    expect([counts.RESOURCES.changed, counts.RESOURCES.deleted, counts.AUDITS.added]).toEqual([1, 0, 1]);
    expect(said).toEqual([
      expect.stringMatching(/^FAILED GET \/resources\/2\/accounts: it failed \(HTTP 500\)/),
      expect.stringMatching(/^FAILED audits of the type Resource: .*HTTP 500/),
    ]);
  });

  test('a refusal of one account keeps what the list says of it', async () => {
    pam.accounts.delete('20');
    const { said } = await run();
    expect(said).toEqual([
      expect.stringMatching(/^PROBLEM account 20 of resource 2 without its times: .*does not exist/),
    ]);
    const rows = await database.db.query(sql`SELECT name FROM privileged_accounts`);
    expect(rows).toHaveLength(3);
  });

  test('audits of a type that the server does not know stores the others', async () => {
    pam.onCall = ({ query }) => (query.get('AUDITTYPE') === 'Resource' ? refusing('Invalid AUDITTYPE.') : undefined);
    pam.audits.User = { TODAY: [anUpstreamAudit(99)] };
    const { counts, said } = await run();
    expect(counts.AUDITS.added).toBe(1);
    expect(said).toEqual([
      expect.stringMatching(/^FAILED audits of the type Resource: .*PAM_AUDIT_TYPES says which types/),
    ]);
  });

  test('rows that go while they are read, reads again and loses none of the others', async () => {
    const audits = Array.from({ length: 40 }, (_, id) => anUpstreamAudit(id + 1)).reverse();
    pam.audits = { Resource: { TODAY: audits } };
    let calls = 0;
    pam.onCall = ({ path }) => {
      if (path.endsWith('/audit') && ++calls === 3) audits.splice(0, 7);
      return undefined;
    };
    const { whole, counts } = await run();
    expect([whole.AUDITS, counts.AUDITS.added]).toEqual([true, 40]);
    expect(calls).toBeGreaterThan(14);
  });

  test('rows that come while they are read, reads them once', async () => {
    const audits = Array.from({ length: 40 }, (_, id) => anUpstreamAudit(id + 1)).reverse();
    pam.audits = { Resource: { TODAY: audits } };
    let id = 100;
    pam.onCall = ({ path }) => {
      if (path.endsWith('/audit') && audits.length < 60) audits.unshift(anUpstreamAudit(id++), anUpstreamAudit(id++));
      return undefined;
    };
    const first = await run();
    const second = await run();
    expect([first.whole.AUDITS, second.whole.AUDITS]).toEqual([true, true]);
    expect(first.counts.AUDITS.added + second.counts.AUDITS.added).toBe(60);
    expect(await counted()).toMatchObject({ audits: 60 });
  });

  test('a list of resources that shrinks while it is read deletes only what is gone', async () => {
    pam.resources = Array.from({ length: 30 }, (_, id) => anUpstreamResource(pam, id + 1));
    await run();
    let listed = 0;
    pam.onCall = ({ path }) => {
      if (path.endsWith('/v1/resources') && ++listed === 4) pam.resources.splice(0, 6);
      return undefined;
    };
    const { counts, whole } = await run();
    expect([whole.RESOURCES, counts.RESOURCES.deleted]).toEqual([true, 6]);
  });

  test('a list that says more than it gives deletes nothing, and says so', async () => {
    await run();
    pam.resources.splice(0, 1);
    pam.onCall = ({ path }) =>
      path.endsWith('/v1/resources')
        ? (_, response, answer) => response.end(answer.replace('"totalRows":2', '"totalRows":"3"'))
        : undefined;
    const { counts, said, whole } = await run();
    expect([whole.RESOURCES, counts.RESOURCES.deleted]).toEqual([false, 0]);
    expect(said).toEqual([expect.stringMatching(/^FAILED resources: read 5 times/)]);
  });

  test('a fault leaves it in the runs of the source, with what was wrong', async () => {
    pam.onCall = ({ path }) => (path.endsWith('/audit') ? refusing('Invalid input.') : undefined);
    await run();
    pam.onCall = () => undefined;
    await run();
    const gateway = new Gateway(database.db, pam.settings);
    const actor = anActor({ kind: 'SESSION', privileges: new Set([Privilege.INGEST]) });
    const pusher = anActor({ ...actor, kind: 'INGEST' });
    expect((await gateway.refusal(pusher, '{ sources { name } }')).code).toBe('FORBIDDEN');
    const { sources } = await gateway.read<{ sources: { name: string; runs: { module: string }[] }[] }>(
      actor,
      '{ sources { name kind nextRunAt runs { module status endedAt rowsRead added unchanged refused messages } } }',
    );
    expect(sources).toMatchObject([{ name: 'pam360', kind: 'PULL', nextRunAt: null }]);
    expect(sources[0]!.runs.filter(({ module }) => module === 'AUDITS')).toEqual([
      {
        module: 'AUDITS',
        status: 'SUCCEEDED',
        endedAt: expect.any(String),
        rowsRead: 12,
        added: 12,
        unchanged: 0,
        refused: 0,
        messages: [],
      },
      {
        module: 'AUDITS',
        status: 'FAILED',
        endedAt: expect.any(String),
        rowsRead: 0,
        added: 0,
        unchanged: 0,
        refused: 0,
        messages: [expect.stringMatching(/Invalid input/), expect.stringMatching(/Invalid input/)],
      },
    ]);
  });

  test('a server that hides the token in its words does not bring it into ours', async () => {
    pam.onCall = () => refusing(`API key ${TOKEN} received is not associated to any user.`);
    const { said } = await run();
    expect(said.join()).not.toContain(TOKEN);
    const runs = await database.db.query<{ lines: string }>(sql`SELECT message_lines AS \`lines\` FROM source_runs`);
    expect(JSON.stringify(runs)).not.toContain(TOKEN);
  });
});
