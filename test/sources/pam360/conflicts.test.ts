import { afterEach, beforeEach, expect, test } from 'vitest';
import { Privilege } from '../../../src/graphql/access.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';
import { pullFrom } from './pull.fixture.js';
import { anUpstreamAudit, StandInPam } from './stand-in.js';

onEveryEngine('audits of one id and instant that a server gives', (engine) => {
  let database: TestDatabase;
  let pam: StandInPam;
  beforeEach(async () => {
    [database, pam] = await Promise.all([testDatabase(engine), new StandInPam().start()]);
  });
  afterEach(async () => {
    await pam.stop();
    await database.drop();
  });

  const run = () => pullFrom(pam, database.db, {}, { modules: ['AUDITS' as never] });
  const lastRun = async () => {
    const actor = anActor({ kind: 'SESSION', privileges: new Set([Privilege.INGEST]) });
    const query = '{ sources { runs { conflicts messages } } }';
    const { sources } = await new Gateway(database.db).read<{
      sources: { runs: { conflicts: number; messages: string[] }[] }[];
    }>(actor, query);
    return sources[0]!.runs[0]!;
  };

  test('are one where they say the same, in whichever window or type they are', async () => {
    pam.audits = { Resource: { TODAY: [anUpstreamAudit(2), anUpstreamAudit(1)], YESTERDAY: [anUpstreamAudit(1)] } };
    expect((await run()).counts.AUDITS).toMatchObject({ rowsRead: 2, added: 2, conflicts: 0 });
    expect((await run()).counts.AUDITS).toMatchObject({ rowsRead: 2, unchanged: 2, conflicts: 0 });
  });

  test('are in conflict where they differ: in one pull, and in the next one', async () => {
    pam.audits = {
      Resource: { TODAY: [anUpstreamAudit(1)] },
      User: { TODAY: [anUpstreamAudit(1, { 'Operation Type': 'User Logged in' })] },
    };
    const first = await run();
    expect(first.counts.AUDITS).toMatchObject({ rowsRead: 2, added: 1, refused: 0, conflicts: 1 });
    expect(first.said).toEqual([
      expect.stringMatching(/^PROBLEM audit 1@\d+: another audit .* with other values of category, operation/),
    ]);
    expect(first.whole.AUDITS).toBe(false);
    expect(await lastRun()).toEqual({ conflicts: 1, messages: [expect.stringMatching(/^audit 1@/)] });
    pam.audits.Resource = { TODAY: [anUpstreamAudit(1, { Reason: 'changed since' })] };
    expect((await run()).counts.AUDITS).toMatchObject({ added: 0, conflicts: 2 });
  });
});
