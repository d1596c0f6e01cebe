import { existsSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyDatabase, onEveryEngine } from '../helpers/databases.js';
import { counted, ImportFixture, once, SIZE } from './import.fixture.js';

onEveryEngine('a connector', (engine) => {
  const fixture = new ImportFixture();
  let drop: () => Promise<void>;
  let audits: number;

  beforeAll(async () => {
    const database = await emptyDatabase(engine);
    drop = database.drop;
    await fixture.begin(database.url);
    audits = fixture.audits;
  });
  afterAll(async () => {
    await fixture.server.kill();
    await drop();
  });

  const anAudit = (sourceId: string) => {
    audits += 1;
    const when = { occurredAt: '2026-01-01T00:00:00Z', category: 'RESOURCE' };
    return { sourceId, ...when, operation: 'Password Retrieved', operatedBy: 'ann', reason: 'a "quoted", cell' };
  };

  test('imports every row of the three modules, in NDJSON and in CSV', async () => {
    const [summary] = await Promise.all([fixture.connect('all'), fixture.connect('csv', '--format', 'csv')]);
    expect(audits).toBeGreaterThan(SIZE.audits);
    expect(summary).toMatch(/^RESOURCES +60 rows .*\nUSER_ACCOUNTS +41 rows .*\nAUDITS +4,0\d\d rows /);
    expect(counted(fixture.rows('all', 'resources'))).toEqual(once(SIZE.resources));
    expect(counted(fixture.rows('all', 'user-accounts'))).toEqual(once(SIZE.users + 1));
    expect(counted(fixture.rows('all', 'audits'))).toEqual(once(audits));
    const ids = (rows: { id: string }[]) => rows.map(({ id }) => id).sort();
    for (const module of ['resources', 'user-accounts', 'audits']) {
      expect(ids(fixture.csvRows('csv', module))).toEqual(ids(fixture.rows('all', module)));
    }
  });

  test('run again imports only what is new, and takes out what was deleted', async () => {
    const before = fixture.rows('all', 'resources').map(({ name }) => name);
    await fixture.store(
      'resources',
      { sourceId: 'demo-resource-00001', deleted: true },
      { sourceId: 'demo-resource-00002', name: 'renamed', type: 'Linux' },
      { sourceId: 'one-more', name: 'one more', type: 'Linux' },
    );
    await fixture.store('audits', anAudit('new-1'), anAudit('new-2'));
    const summary = await fixture.connect('all');
    expect(summary).toMatch(/^RESOURCES +60 rows +2 added or changed, 1 deleted/);
    expect(summary).toMatch(/^AUDITS +4,0\d\d rows +2 added or changed/m);
    const after = fixture.rows('all', 'resources').map(({ name }) => name);
    expect(after.filter((name) => !before.includes(name)).toSorted()).toEqual(['one more', 'renamed']);
    expect(before.filter((name) => !after.includes(name))).toHaveLength(2);
  });

  test('run once more has nothing to do', async () => {
    const summary = await fixture.connect('all');
    expect(summary.match(/ 0 added or changed, 0 deleted,/g)).toHaveLength(3);
  });

  test('with --since leaves out the audits before it', async () => {
    const all = fixture.rows('all', 'audits').map(({ occurredAt }) => String(occurredAt));
    const since = all.toSorted()[1_500]!;
    await fixture.connect('since', '--since', since);
    const imported = fixture.rows('since', 'audits').map(({ occurredAt }) => String(occurredAt));
    expect(imported.toSorted()).toEqual(all.filter((time) => time >= since).toSorted());
  });

  test('that is killed at any moment, with rows coming in meanwhile, has every row once', async () => {
    for (let round = 0; round < 4; round++) {
      const running = fixture.start('killed', '--page-size', '50');
      await fileBegins('killed');
      await sleep(Math.random() * 150);
      await Promise.all([running.kill(), fixture.store('audits', anAudit(`while-${round}`))]);
    }
    await fixture.connect('killed');
    expect(counted(fixture.rows('killed', 'audits'))).toEqual(once(audits));
    expect(counted(fixture.rows('killed', 'resources'))).toEqual(once(SIZE.resources));
    expect(counted(fixture.rows('killed', 'user-accounts'))).toEqual(once(SIZE.users + 1));
  });

  test('whose server is killed in the middle goes on when there is one again, and has every row once', async () => {
    const running = fixture.start('cut', '--page-size', '50');
    await fileBegins('cut');
    await fixture.server.kill();
    await fixture.serveAgain();
    expect((await running.ended).code).toBe(0);
    expect(counted(fixture.rows('cut', 'audits'))).toEqual(once(audits));
  });

  /** Rows of the first module are in its file: the import is under way. */
  async function fileBegins(out: string): Promise<void> {
    const file = fixture.program.file(`${out}/resources.ndjson`);
    await expect.poll(() => existsSync(file) && statSync(file).size > 0, { interval: 5 }).toBe(true);
  }
});
