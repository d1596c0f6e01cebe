import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConnectorFixture } from './connector.fixture.js';
import { filesAndTruth, idsIn, stateIn } from './imported.js';
import { audit, fill, numbers } from './rows.js';

const fixture = new ConnectorFixture();

describe.each(['ndjson', 'csv'] as const)('when more rows can be seen than before, in %s', (format) => {
  test('the modules are imported anew and replace the old files', async () => {
    fill(fixture.gateway);
    await fixture.run({ format });
    fixture.gateway.scope = 2;
    const results = await fixture.run({ format });
    expect(results.map(({ resynced, total }) => [resynced, total])).toEqual([
      [true, 12],
      [true, 7],
      [true, 40],
    ]);
    const [files, truth] = filesAndTruth(fixture.out, fixture.gateway, format);
    expect(files).toEqual(truth);
    expect(existsSync(join(fixture.out, `audits.resync.${format}`))).toBe(false);
  });

  test('the old audits stay readable until the new ones are there', async () => {
    fill(fixture.gateway);
    await fixture.run({ format });
    const before = readFileSync(join(fixture.out, `audits.${format}`), 'utf8');
    fixture.gateway.scope = 2;
    fixture.gateway.onRequest = ({ query }) => {
      if (query.includes('auditFeed')) expect(readFileSync(join(fixture.out, `audits.${format}`), 'utf8')).toBe(before);
    };
    await fixture.run({ format });
  });
});

test('an import anew that was stopped goes on where it was', async () => {
  fill(fixture.gateway, { audits: 50 });
  await fixture.run();
  const stop = new AbortController();
  fixture.gateway.scope = 2;
  fixture.gateway.onRequest = () => {
    if (stateIn(fixture.out).modules.AUDITS.resync?.rows >= 20) stop.abort();
  };
  await expect(fixture.run({ signal: stop.signal })).rejects.toThrow('aborted');
  fixture.gateway.onRequest = () => {};
  const [, , audits] = await fixture.run();
  expect(audits).toMatchObject({ resynced: true, total: 50 });
  expect(audits?.upserts).toBeLessThan(31);
  expect(idsIn(fixture.out, 'audits')).toEqual(numbers(1, 50));
});

test('a scope that widens during the import anew begins it once more', async () => {
  fill(fixture.gateway);
  await fixture.run();
  fixture.gateway.scope = 2;
  let asked = 0;
  fixture.gateway.onRequest = ({ query }) => {
    if (query.includes('auditFeed') && ++asked === 4) fixture.gateway.scope = 3;
  };
  await fixture.run();
  expect(idsIn(fixture.out, 'audits')).toEqual(numbers(1, 40));
});

/** Widens the scope before each request for a page of resources that `when` picks by its number. */
function widenAt(when: (request: number) => boolean): void {
  let asked = 0;
  fixture.gateway.onRequest = ({ query }) => {
    if (query.includes('resourceFeed') && when(++asked)) fixture.gateway.scope++;
  };
}

describe('a scope that widens between two pages of resources', () => {
  test('begins the first import once more', async () => {
    fill(fixture.gateway);
    widenAt((request) => request === 2);
    const [resources] = await fixture.run();
    expect(resources).toMatchObject({ resynced: true, upserts: 12, total: 12 });
    expect(idsIn(fixture.out, 'resources')).toEqual(numbers(1, 12));
  });

  test.each([{}, { resync: ['RESOURCES' as const] }])('begins the import anew once more, with %j', async (options) => {
    fill(fixture.gateway);
    await fixture.run();
    widenAt((request) => request <= 3);
    const [resources] = await fixture.run(options);
    expect(resources).toMatchObject({ resynced: true, upserts: 12, total: 12 });
    expect(idsIn(fixture.out, 'resources')).toEqual(numbers(1, 12));
  });

  test('ends the run where it never stops, with the file as it was', async () => {
    fill(fixture.gateway);
    await fixture.run();
    widenAt(() => true);
    await expect(fixture.run()).rejects.toThrow(/RESOURCES: .*the gateway asks for it again/);
    expect(idsIn(fixture.out, 'resources')).toEqual(numbers(1, 12));
  });
});

describe('when the database of the gateway was replaced', () => {
  test('the run stops and says what to do', async () => {
    fill(fixture.gateway);
    await fixture.run();
    fixture.gateway.epoch = 2;
    await expect(fixture.run()).rejects.toThrow(
      /was upgraded.*database was replaced.*--resync RESOURCES.*another directory/,
    );
    expect(idsIn(fixture.out, 'audits')).toEqual(numbers(1, 40));
  });

  test('--resync imports the modules that it names, and only those', async () => {
    fill(fixture.gateway);
    await fixture.run();
    fixture.gateway.audits.upsert(audit(41));
    const results = await fixture.run({ resync: ['AUDITS'] });
    expect(results.map(({ resynced }) => resynced)).toEqual([false, false, true]);
    expect(idsIn(fixture.out, 'audits')).toEqual(numbers(1, 41));
  });

  test('--resync of all modules makes the files those of the new database', async () => {
    fill(fixture.gateway);
    await fixture.run();
    fixture.gateway.epoch = 2;
    fixture.gateway.resources.delete('3');
    await fixture.run({ resync: ['RESOURCES', 'USER_ACCOUNTS', 'AUDITS'] });
    const [files, truth] = filesAndTruth(fixture.out, fixture.gateway);
    expect(files).toEqual(truth);
  });
});
