import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConnectorFixture } from './connector.fixture.js';
import { filesAndTruth, idsIn, rowsIn } from './imported.js';
import { audit, fill, numbers, resource } from './rows.js';

const fixture = new ConnectorFixture();

describe.each(['ndjson', 'csv'] as const)('an import into %s', (format) => {
  test('brings every row of the three modules once', async () => {
    fill(fixture.gateway);
    const results = await fixture.run({ format });
    expect(results.map(({ module, total, upserts }) => [module, total, upserts])).toEqual([
      ['RESOURCES', 12, 12],
      ['USER_ACCOUNTS', 7, 7],
      ['AUDITS', 40, 40],
    ]);
    const [files, truth] = filesAndTruth(fixture.out, fixture.gateway, format);
    expect(files).toEqual(truth);
  });

  test('brings only what is new, changed and deleted at a later run', async () => {
    fill(fixture.gateway);
    await fixture.run({ format });
    fixture.gateway.resources.upsert(resource(3, 1), resource(13));
    fixture.gateway.resources.delete('5', '6');
    fixture.gateway.audits.upsert(audit(41));
    const results = await fixture.run({ format });
    expect(results.map(({ upserts, deletes, total }) => [upserts, deletes, total])).toEqual([
      [2, 2, 11],
      [0, 0, 7],
      [1, 0, 41],
    ]);
    const [files, truth] = filesAndTruth(fixture.out, fixture.gateway, format);
    expect(files).toEqual(truth);
  });

  test('is the same file whatever the size of the pages', async () => {
    fill(fixture.gateway);
    await fixture.run({ format, pageSize: 3 });
    const before = readFileSync(join(fixture.out, `audits.${format}`), 'utf8');
    await fixture.run({ format, pageSize: 1000, out: join(fixture.out, 'again') });
    expect(readFileSync(join(fixture.out, 'again', `audits.${format}`), 'utf8')).toBe(before);
  });

  test('leaves files that can be read where a module is empty', async () => {
    await fixture.run({ format });
    expect(rowsIn(fixture.out, 'resources', format)).toEqual([]);
    expect(rowsIn(fixture.out, 'audits', format)).toEqual([]);
  });
});

test('NDJSON has the fields by their names, with grants flattened', async () => {
  fill(fixture.gateway);
  await fixture.run();
  const [user] = rowsIn(fixture.out, 'user-accounts');
  expect(user).toMatchObject({ id: '1', userName: 'user-1', roles: ['Password User', 'Password Auditor'] });
  expect(user?.grants).toEqual([
    {
      level: 'VIEW',
      resourceId: '7',
      resourceName: 'server-7',
      accountId: '71',
      accountName: 'root',
      grantedAt: expect.any(String),
    },
    {
      level: 'MODIFY',
      resourceId: null,
      resourceName: 'gone',
      accountId: null,
      accountName: null,
      grantedAt: expect.any(String),
    },
  ]);
  expect(rowsIn(fixture.out, 'resources')[0]?.accounts).toMatchObject([{ id: '11', name: 'root', compliant: false }]);
});

test('CSV has lists joined and nested values as JSON, lines ended by CRLF', async () => {
  fill(fixture.gateway);
  await fixture.run({ format: 'csv' });
  const [user] = rowsIn(fixture.out, 'user-accounts', 'csv');
  expect(user?.roles).toBe('Password User;Password Auditor');
  expect(JSON.parse(String(user?.grants))[0].resourceId).toBe('7');
  expect(readFileSync(join(fixture.out, 'audits.csv'), 'utf8')).toMatch(
    /^id,occurredAt,.*,userFullName,source,sourceId\r\n/,
  );
});

test('CSV files of an earlier version, with other columns, are written anew', async () => {
  fill(fixture.gateway);
  await fixture.run({ format: 'csv' });
  const paths = ['resources', 'user-accounts', 'audits'].map((name) => join(fixture.out, `${name}.csv`));
  const written = paths.map((path) => readFileSync(path, 'utf8'));
  // As long as before, so that nothing but the header tells it.
  for (const [n, path] of paths.entries()) writeFileSync(path, written[n]!.replace(',sourceId', ',otherOne'));
  await fixture.run({ format: 'csv' });
  expect(paths.map((path) => readFileSync(path, 'utf8'))).toEqual(written);
});

test('a run that finds nothing new asks one page of each module and leaves the files as they are', async () => {
  fill(fixture.gateway);
  await fixture.run();
  const before = readFileSync(join(fixture.out, 'resources.ndjson'), 'utf8');
  fixture.gateway.requests = [];
  await fixture.run();
  expect(fixture.gateway.requests).toHaveLength(3);
  expect(readFileSync(join(fixture.out, 'resources.ndjson'), 'utf8')).toBe(before);
});

test('an empty page that has not caught up is no end', async () => {
  fill(fixture.gateway);
  const { scope, epoch } = fixture.gateway;
  const cursor = Buffer.from(JSON.stringify({ feed: 'resourceFeed', position: 0, epoch, scope, since: null }));
  const nextCursor = cursor.toString('base64url');
  fixture.gateway.errors = [
    (_request, response) => {
      response.end(JSON.stringify({ data: { resourceFeed: { changes: [], nextCursor, caughtUp: false } } }));
    },
  ];
  await fixture.run();
  expect(idsIn(fixture.out, 'resources')).toEqual(numbers(1, 12));
});

test('rows that come while the import runs are in it or in the next one', async () => {
  fill(fixture.gateway);
  let next = 41;
  fixture.gateway.onRequest = () => fixture.gateway.audits.upsert(audit(next++));
  await fixture.run();
  fixture.gateway.onRequest = () => {};
  await fixture.run();
  expect(idsIn(fixture.out, 'audits')).toEqual(numbers(1, next - 1));
});

test('tells how far it has come, module by module', async () => {
  fill(fixture.gateway);
  const told: string[] = [];
  await fixture.run({
    pageSize: 20,
    onProgress: ({ module, rows, caughtUp }) => told.push(`${module} ${rows} ${caughtUp}`),
  });
  expect(told.slice(0, 2)).toEqual(['RESOURCES 0 false', 'RESOURCES 12 true']);
  expect(told.slice(-3)).toEqual(['AUDITS 0 false', 'AUDITS 20 false', 'AUDITS 40 true']);
});

test('leaves nothing in the directory but the three files and the state', async () => {
  fill(fixture.gateway);
  await fixture.run();
  expect(readdirSync(fixture.out).sort()).toEqual([
    'audits.ndjson',
    'resources.ndjson',
    'state.json',
    'user-accounts.ndjson',
  ]);
});
