import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { lastSuccess } from '../../../src/features/ingest/source.queries.js';
import { SourceKind, SourceRunStatus } from '../../../src/features/ingest/source-run.js';
import { beginRun, endRun } from '../../../src/features/ingest/source-run.service.js';
import { Privilege } from '../../../src/graphql/access.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';

const counts = { rowsRead: 3, added: 1, changed: 0, unchanged: 2, deleted: 0, refused: 0, conflicts: 0 };
const { SUCCEEDED, FAILED } = SourceRunStatus;

interface Answer {
  readonly sources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly nextRunAt: string | null;
    readonly runs: readonly {
      readonly status: string;
      readonly messages: readonly string[];
      readonly rowsRead: number;
    }[];
  }[];
}

onEveryEngine('the sources of records', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase(engine);
  });
  afterAll(() => database.drop());

  const of = (source: string) => ({ source, kind: SourceKind.PULL, module: Module.AUDITS });
  const run = async (source: string, status: typeof SUCCEEDED | typeof FAILED, messages: string[] = []) => {
    const id = await beginRun(database.db, of(source));
    await endRun(database.db, id, of(source), status, counts, messages);
  };
  const read = async (environment: Record<string, string> = {}) => {
    const actor = anActor({ kind: 'SESSION', privileges: new Set([Privilege.INGEST]) });
    const query = '{ sources { name kind nextRunAt runs { status messages rowsRead } } }';
    return (await new Gateway(database.db, environment).read<Answer>(actor, query)).sources;
  };
  const runsOf = async (name: string) => (await read()).find((source) => source.name === name)!.runs;

  test('one that is set and was never pulled is there, and due', async () => {
    const pam = { PAM_URL: 'https://pam.example', PAM_AUTHTOKEN: 'token', PULL_EVERY: '1h' };
    const before = Date.now();
    const [source] = await read({ ...pam, PAM_SOURCE: 'fresh' });
    expect(source).toMatchObject({ name: 'fresh', kind: 'PULL', runs: [] });
    expect(Date.parse(source!.nextRunAt!)).toBeGreaterThanOrEqual(before);
    await run('fresh', SUCCEEDED);
    const soon = Date.parse((await read({ ...pam, PAM_SOURCE: 'fresh' }))[0]!.nextRunAt!);
    expect(soon - before).toBeLessThan(3_600_000);
    const id = await beginRun(database.db, { ...of('fresh'), module: Module.RESOURCES });
    await endRun(database.db, id, { ...of('fresh'), module: Module.RESOURCES }, FAILED, counts, []);
    const later = Date.parse((await read({ ...pam, PAM_SOURCE: 'fresh' }))[0]!.nextRunAt!);
    expect(later - before).toBeGreaterThanOrEqual(3_600_000);
  });

  test('a run from before the clock was set back is not waited for, and counts as no success', async () => {
    const pam = { PAM_URL: 'https://pam.example', PAM_AUTHTOKEN: 'token', PULL_EVERY: '1h', PAM_SOURCE: 'ahead' };
    const next = async () => Date.parse((await read(pam)).find(({ name }) => name === 'ahead')!.nextRunAt!);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 });
    await run('ahead', SUCCEEDED);
    vi.useRealTimers();
    expect(await lastSuccess(database.db, of('ahead'))).toBeNull();
    expect(await next()).toBeLessThanOrEqual(Date.now());
    const before = Date.now();
    for (const module of [Module.AUDITS, Module.RESOURCES]) {
      await endRun(
        database.db,
        await beginRun(database.db, { ...of('ahead'), module }),
        { ...of('ahead'), module },
        SUCCEEDED,
        counts,
        [],
      );
    }
    expect(await next()).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(await lastSuccess(database.db, of('ahead'))).not.toBeNull();
  });

  test('of many runs the last fifty are kept, and the last one that succeeded', async () => {
    await run('busy', SUCCEEDED);
    const success = await lastSuccess(database.db, of('busy'));
    for (let count = 0; count < 55; count++) await run('busy', FAILED, [`failure ${count}`]);
    const runs = await runsOf('busy');
    expect(runs.map(({ status }) => status)).toEqual([...Array(50).fill('FAILED'), 'SUCCEEDED']);
    expect(runs[0]!.messages).toEqual(['failure 54']);
    expect(await lastSuccess(database.db, of('busy'))).toBe(success);
  });

  test('a run of a process that died is told so by the next one', async () => {
    await beginRun(database.db, of('killed'));
    expect(await runsOf('killed')).toMatchObject([{ status: 'RUNNING', messages: [] }]);
    await run('killed', SUCCEEDED);
    expect(await runsOf('killed')).toMatchObject([
      { status: 'SUCCEEDED', rowsRead: 3 },
      { status: 'FAILED', messages: ['the process ended before the run did'] },
    ]);
  });

  test('messages are kept in part where they are many or long', async () => {
    await run(
      'talkative',
      FAILED,
      Array.from({ length: 30 }, () => `two\nlines ${'😀'.repeat(600)}`),
    );
    const messages = (await runsOf('talkative'))[0]!.messages;
    expect(messages).toHaveLength(21);
    expect(messages[0]).toMatch(/^two lines 😀+$/u);
    expect([...messages[0]!]).toHaveLength(500);
    expect(messages[20]).toBe('and 10 more');
  });
});
