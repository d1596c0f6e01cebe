import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { countRecords } from '../../../src/database/positions.js';
import { FeedReader } from '../../database/feed-readers.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { TestServer, VIEWER } from '../../server/test-server.js';
import { empty } from '../list-laws.js';
import { anAudit, aResource, aUser, sourceIds } from '../writing/records.js';
import { type Pushed, Pusher } from './push.fixture.js';

onEveryEngine('many who push the same at once', (engine) => {
  let database: TestDatabase;
  let server: TestServer;
  let pushers: Pusher[];
  beforeAll(async () => {
    database = await testDatabase(engine);
    server = await TestServer.open(database.db);
    pushers = await Promise.all(sourceIds(6).map((n) => Pusher.open(server, `vault-${n}`)));
    for (const pusher of pushers) await pusher.ask(VIEWER);
  });
  afterAll(async () => {
    await server.close();
    await database.drop();
  });
  beforeEach(() => empty(database.db));

  const sum = (answers: readonly Pushed[], outcome: 'added' | 'unchanged' | 'refused' | 'conflicts') =>
    answers.reduce((total, answer) => total + answer[outcome], 0);

  test('add each audit once, and readers meanwhile have each once', async () => {
    const audits = sourceIds(400).map((id) => anAudit(id));
    const reader = new FeedReader(database.db, Module.AUDITS);
    let isOver = false;
    const following = reader.follow(() => isOver);
    const answers = await Promise.all(
      pushers.map((pusher, n) => pusher.push('recordAudits', n % 2 === 0 ? audits : audits.toReversed())),
    );
    isOver = true;
    await following;
    expect([sum(answers, 'added'), sum(answers, 'unchanged')]).toEqual([400, 5 * 400]);
    expect(await countRecords(database.db, Module.AUDITS)).toBe(400);
    expect([reader.upserts.length, reader.held.size]).toEqual([400, 400]);
  });

  test('add the first audit of each id, and have a conflict wherever theirs is another one', async () => {
    const audits = (n: number) => sourceIds(200).map((id) => anAudit(id, { operation: `of ${n % 2}` }));
    const answers = await Promise.all(pushers.map((pusher, n) => pusher.push('recordAudits', audits(n))));
    expect(sum(answers, 'added')).toBe(200);
    // Three of six say the same of each id, whoever came first.
    expect([sum(answers, 'unchanged'), sum(answers, 'conflicts')]).toEqual([2 * 200, 3 * 200]);
    const again = await Promise.all(pushers.slice(0, 2).map((pusher, n) => pusher.push('recordAudits', audits(n))));
    expect(sum(again, 'unchanged') + sum(again, 'conflicts')).toBe(2 * 200);
    expect(sum(again, 'conflicts')).toBe(200);
  });

  test('add each resource and user account once', async () => {
    const resources = sourceIds(60).map((id) => aResource(id, { accounts: [{ name: 'root' }] }));
    const users = sourceIds(60).map((id) => aUser(id));
    const pushed = await Promise.all(pushers.map((pusher) => pusher.push('upsertResources', resources)));
    expect([sum(pushed, 'added'), sum(pushed, 'unchanged')]).toEqual([60, 5 * 60]);
    const added = await Promise.all(pushers.map((pusher) => pusher.push('upsertUserAccounts', users)));
    expect([sum(added, 'added'), sum(added, 'unchanged')]).toEqual([60, 5 * 60]);
    expect(await countRecords(database.db, Module.USER_ACCOUNTS)).toBe(60);
  });

  test('and one who never heard the answer sends it again, and nothing is doubled', async () => {
    const audits = sourceIds(1_000).map((id) => anAudit(id));
    const body = JSON.stringify({
      query: 'mutation ($records: [PushedAudit!]!) { recordAudits(source: "vault", records: $records) { added } }',
      variables: { records: audits },
    });
    const headers = { authtoken: pushers[0]!.token, 'content-type': 'application/json' };
    const gone = new AbortController();
    const cut = fetch(`${server.url}/graphql`, { method: 'POST', headers, body, signal: gone.signal });
    gone.abort();
    await expect(cut).rejects.toThrow();
    const cutLater = server.connect();
    cutLater.end(
      `POST /graphql HTTP/1.1\r\nHost: x\r\nAUTHTOKEN: ${pushers[0]!.token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    const again = await pushers[0]!.push('recordAudits', audits);
    expect(again.added + again.unchanged).toBe(1_000);
    expect(await pushers[0]!.push('recordAudits', audits)).toMatchObject({ added: 0, unchanged: 1_000 });
    expect(await countRecords(database.db, Module.AUDITS)).toBe(1_000);
  });
});
