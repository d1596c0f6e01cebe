import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../src/database/db.js';
import { Module } from '../../../src/database/module.js';
import { openDatabase } from '../../../src/database/open.js';
import { countRecords } from '../../../src/database/positions.js';
import { commandLine } from '../../../src/features/audits/activity-log.js';
import { TimeZone } from '../../../src/lib/time-zone.js';
import { loadFile } from '../../../src/sources/files/load-file.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';
import { anAudit, fileOf } from './read.js';

const CLOUDTRAIL = 'test/data/audits-cloudtrail.ndjson.gz';
const packed = await readFile(CLOUDTRAIL);
const rows = gunzipSync(packed)
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Record<string, string | null>);

const nothing = { added: 0, changed: 0, unchanged: 0, deleted: 0, refused: 0, conflicts: 0 };
const ndjson = (...list: unknown[]) =>
  list.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n');

function csvOf(list: Record<string, string | null>[]): string {
  const names = Object.keys(list[0]!);
  const cell = (value: string | null | undefined) => (value ? `"${value.replaceAll('"', '""')}"` : '');
  return [names.join(','), ...list.map((row) => names.map((name) => cell(row[name])).join(','))].join('\r\n');
}

onEveryEngine('a file of records', (engine) => {
  let database: TestDatabase;
  let refused: [number, string][];
  let conflicts: [number, string, string][];
  let progress: number[];
  beforeEach(async () => {
    database = await testDatabase(engine);
    refused = [];
    conflicts = [];
    progress = [];
  });
  afterEach(() => database.drop());

  const load = (module: Module, path: string, db: Database = database.db) =>
    loadFile(db, module, path, {
      source: 'file',
      by: commandLine,
      zone: new TimeZone('UTC'),
      onRefused: (line, reason) => refused.push([line, reason]),
      onConflict: (...conflict) => conflicts.push(conflict),
      onProgress: (lines) => progress.push(lines),
    });
  const loadRows = async (module: Module, ...list: unknown[]) =>
    load(module, await fileOf('rows.ndjson', ndjson(...list)));
  const sourceIds = async (table: 'audits' | 'resources' = 'audits') => {
    const statement =
      table === 'audits' ? sql`SELECT source_id AS id FROM audits` : sql`SELECT source_id AS id FROM resources`;
    return (await database.db.query<{ id: string }>(statement)).map(({ id }) => id).sort();
  };

  test('is stored whole, and a second time changes nothing', async () => {
    expect(await load(Module.AUDITS, CLOUDTRAIL)).toEqual({ ...nothing, added: 2_900 });
    expect(await load(Module.AUDITS, CLOUDTRAIL)).toEqual({ ...nothing, unchanged: 2_900 });
    expect(await sourceIds()).toEqual(rows.map(({ sourceId }) => sourceId).sort());
    expect(progress).toEqual([1_000, 2_000, 2_900, 1_000, 2_000, 2_900]);
  });

  test('is read back by a range of time and by the feed, to the last character', async () => {
    await load(Module.AUDITS, CLOUDTRAIL);
    const gateway = new Gateway(database.db);
    const fields = Object.keys(rows[0]!).filter((name) => name !== 'sourceId');
    const textOf = (list: Record<string, unknown>[]) =>
      list.map((row) => JSON.stringify(fields.map((name) => row[name]))).sort();
    type Page = { page: { nodes: Record<string, unknown>[] } };
    const range = 'dateRange: { from: "2023-07-10T12:00:00Z", to: "2023-07-10T12:30:00Z" }';
    const within = await gateway.read<Page>(
      anActor(),
      `{ page: audits(first: 3000, ${range}) { nodes { ${fields} } } }`,
    );
    const wanted = rows.filter(
      ({ occurredAt }) => occurredAt! >= '2023-07-10T12:00' && occurredAt! < '2023-07-10T12:30',
    );
    expect(textOf(within.page.nodes)).toEqual(textOf(wanted));
    const feed = await gateway.read<Page>(anActor(), `{ page: auditFeed(first: 3000) { nodes { ${fields} } } }`);
    expect(textOf(feed.page.nodes)).toEqual(textOf(rows));
  });

  test('says the same as CSV, as JSON and as NDJSON', async () => {
    await load(Module.AUDITS, CLOUDTRAIL);
    const same = { ...nothing, unchanged: 2_900 };
    expect(await load(Module.AUDITS, await fileOf('audits.csv', csvOf(rows)))).toEqual(same);
    expect(await load(Module.AUDITS, await fileOf('audits.json', JSON.stringify(rows)))).toEqual(same);
    expect(await sourceIds()).toHaveLength(2_900);
  });

  test('is stored whole as CSV, to the last character', async () => {
    expect(await load(Module.AUDITS, await fileOf('audits.csv', csvOf(rows)))).toEqual({ ...nothing, added: 2_900 });
    const stored = await database.db.query<Record<string, string | null>>(
      sql`SELECT source_id AS sourceId, operation, client_type AS clientType, resource_name AS resourceName FROM audits`,
    );
    const said = new Map(rows.map((row) => [row.sourceId, row]));
    for (const row of stored) expect(said.get(row.sourceId!)).toMatchObject(row);
  });

  test('that six loaders read at once is stored once', async () => {
    const others = await Promise.all(Array.from({ length: 5 }, () => openDatabase(database.url)));
    const tallies = await Promise.all([database.db, ...others].map((db) => load(Module.AUDITS, CLOUDTRAIL, db)));
    for (const other of others) await other.close();
    expect(tallies.map(({ added, unchanged }) => added + unchanged)).toEqual(Array(6).fill(2_900));
    expect(tallies.reduce((sum, { added }) => sum + added, 0)).toBe(2_900);
    expect(await countRecords(database.db, Module.AUDITS)).toBe(2_900);
  });

  test('with bad lines tells their numbers and reasons, and the rest is stored', async () => {
    const tally = await loadRows(
      Module.AUDITS,
      anAudit(1),
      '{"sourceId": ',
      anAudit(3),
      { ...anAudit(4), occurredAt: 'soon' },
      anAudit(5),
    );
    expect(tally).toEqual({ ...nothing, added: 3, refused: 2 });
    expect(refused.map(([line]) => line)).toEqual([2, 4]);
    expect(refused[1]![1]).toMatch(/occurredAt/);
    expect(await sourceIds()).toEqual(['1', '3', '5']);
  });

  test('with deletions is followed in its order', async () => {
    const web = { sourceId: 'web', name: 'web', type: 'Linux' };
    const gone = { sourceId: 'web', deleted: true };
    expect(await loadRows(Module.RESOURCES, web, gone, { ...web, sourceId: 'db' }, gone, web)).toEqual({
      ...nothing,
      added: 3,
      deleted: 1,
      unchanged: 1,
    });
    expect(await sourceIds('resources')).toEqual(['db', 'web']);
    expect(await loadRows(Module.RESOURCES, web, gone)).toEqual({ ...nothing, unchanged: 1, deleted: 1 });
    expect(await sourceIds('resources')).toEqual(['db']);
  });

  test('cannot delete audits', async () => {
    expect(await loadRows(Module.AUDITS, anAudit(1), { sourceId: '1', deleted: true })).toMatchObject({
      added: 1,
      refused: 1,
    });
    expect(refused).toEqual([[2, expect.stringMatching(/never deleted|deleted/)]]);
  });

  test('with what the database refuses tells the lines of those too', async () => {
    const user = (sourceId: string) => ({ sourceId, userName: 'ann' });
    const tally = await loadRows(Module.USER_ACCOUNTS, 'no json', user('1'), user('2'));
    expect(tally).toEqual({ ...nothing, added: 1, refused: 2 });
    expect(refused.map(([line]) => line)).toEqual([1, 3]);
  });

  test('names the line and id of an audit that comes under the id of another one', async () => {
    const response = { ...anAudit('r-1'), operation: 'response', occurredAt: '2026-11-22T08:30:00.004Z' };
    const reason = expect.stringContaining('occurredAt, operation');
    const tally = await loadRows(Module.AUDITS, anAudit('r-1'), 'no json', response, anAudit('r-1'));
    expect(tally).toEqual({ ...nothing, added: 1, unchanged: 1, refused: 1, conflicts: 1 });
    expect(conflicts).toEqual([[3, 'r-1', reason]]);
    expect(await loadRows(Module.AUDITS, response)).toEqual({ ...nothing, conflicts: 1 });
  });

  test('that is cut in the middle is kept up to where it was cut, and the rest can follow', async () => {
    const path = await fileOf('cut.ndjson.gz', packed.subarray(0, packed.length / 2));
    await expect(load(Module.AUDITS, path)).rejects.toThrow();
    const kept = await countRecords(database.db, Module.AUDITS);
    expect(kept).toBeGreaterThan(1_000);
    expect(await load(Module.AUDITS, CLOUDTRAIL)).toEqual({ ...nothing, added: 2_900 - kept, unchanged: kept });
  });

  test('whose lines cannot be written ends with that error, and tells no bad line twice', async () => {
    await database.db.execute(sql`DROP TABLE privileged_accounts`);
    const accounts = [{ name: 'root' }];
    const sound = Array.from({ length: 1_000 }, (_, n) => ({ sourceId: n, name: 'web', type: 'Linux', accounts }));
    const loading = loadRows(Module.RESOURCES, 'no json', { sourceId: 'x', deleted: true }, ...sound);
    await expect(loading).rejects.toThrow(/privileged_accounts/);
    expect(refused.map(([line]) => line)).toEqual([1]);
    expect(progress).toEqual([]);
  });

  test('that is empty holds nothing', async () => {
    expect(await load(Module.AUDITS, await fileOf('empty.ndjson', ''))).toEqual(nothing);
  });
});
