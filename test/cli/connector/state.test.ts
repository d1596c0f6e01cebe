import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesAndTruth, idsIn, stateIn } from './imported.js';
import { fill, numbers } from './rows.js';
import { Scene } from './scene.js';
import { TOKEN } from './stand-in-gateway.js';

const scene = new Scene();
const SINCE = '2026-01-01T00:21:00Z';

describe('since', () => {
  test('leaves out the audits that occurred before, at later runs too', async () => {
    fill(scene.gateway);
    await scene.run({ since: SINCE });
    expect(idsIn(scene.out, 'audits')).toEqual(numbers(21, 40));
    expect(idsIn(scene.out, 'resources')).toEqual(numbers(1, 12));
    await scene.run();
    expect(idsIn(scene.out, 'audits')).toEqual(numbers(21, 40));
  });

  test('is sent with the first page only', async () => {
    fill(scene.gateway);
    await scene.run({ since: SINCE });
    const sent = scene.gateway.requests.filter(({ variables }) => variables.since !== undefined);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.variables).toEqual({ first: 5, since: '2026-01-01T00:21:00.000Z' });
  });

  test('is remembered where the first run ended before the audits', async () => {
    fill(scene.gateway);
    scene.gateway.forbidden = 'userAccountFeed';
    await expect(scene.run({ since: SINCE })).rejects.toThrow('may not read');
    scene.gateway.forbidden = '';
    await scene.run();
    expect(idsIn(scene.out, 'audits')).toEqual(numbers(21, 40));
  });

  test('the same time written otherwise is the same', async () => {
    await scene.run({ since: SINCE });
    await scene.run({ since: '2026-01-01T01:21:00+01:00' });
  });

  test('another one is refused, unless the audits are imported anew', async () => {
    fill(scene.gateway);
    await scene.run({ since: SINCE });
    const since = '2026-01-01T00:31:00Z';
    await expect(scene.run({ since })).rejects.toThrow(/begun with --since 2026-01-01T00:21:00.000Z.*--resync AUDITS/);
    await scene.run({ since, resync: ['AUDITS'] });
    expect(idsIn(scene.out, 'audits')).toEqual(numbers(31, 40));
  });

  test('without an offset is refused with what to write', async () => {
    await expect(scene.run({ since: '2026-01-01T00:00:00' })).rejects.toThrow(/^--since: /);
    expect(scene.gateway.requests).toEqual([]);
  });
});

test('formulas are disarmed in every run on a directory, or in none', async () => {
  fill(scene.gateway);
  await scene.run({ format: 'csv', safe: true });
  expect(readFileSync(join(scene.out, 'resources.csv'), 'utf8')).toContain(`,'=1+1,`);
  await scene.run({ format: 'csv', safe: true });
  await expect(scene.run({ format: 'csv' })).rejects.toThrow(/begun with --safe\. Give --safe, or import into another/);
  await expect(scene.run({ format: 'ndjson', safe: true })).rejects.toThrow(/^--safe is for --format csv/);
});

test('another format than before is refused', async () => {
  await scene.run({ format: 'csv' });
  await expect(scene.run({ format: 'ndjson' })).rejects.toThrow('was begun with --format csv');
});

test('another gateway than before is refused', async () => {
  await scene.run();
  await expect(scene.run({ url: 'http://other.example' })).rejects.toThrow(
    `begun with the gateway ${scene.gateway.url}`,
  );
});

test('the address of the gateway and of its /graphql are the same gateway', async () => {
  await scene.run();
  await scene.run({ url: `${scene.gateway.url}/graphql/` });
});

test('the token is not in the directory', async () => {
  fill(scene.gateway);
  await scene.run();
  expect(readFileSync(join(scene.out, 'state.json'), 'utf8')).not.toContain(TOKEN);
});

test('what lies behind the last whole page is cut off', async () => {
  fill(scene.gateway);
  await scene.run();
  appendFileSync(join(scene.out, 'audits.ndjson'), '{"id":"41","occurr');
  await scene.run();
  expect(idsIn(scene.out, 'audits')).toEqual(numbers(1, 40));
});

test('a file of audits that is shorter than it was is refused and can be imported anew', async () => {
  fill(scene.gateway);
  await scene.run();
  truncateSync(join(scene.out, 'audits.ndjson'), 100);
  await expect(scene.run()).rejects.toThrow(/audits.ndjson is missing or not as the last run left it.*--resync AUDITS/);
  await scene.run({ resync: ['AUDITS'] });
  expect(idsIn(scene.out, 'audits')).toEqual(numbers(1, 40));
});

test.each([
  ['is gone', (path: string) => rmSync(path)],
  ['ends in the middle of a row', (path: string) => truncateSync(path, 500)],
])('a file of resources that %s is refused and can be imported anew', async (_what, harm) => {
  fill(scene.gateway);
  await scene.run();
  harm(join(scene.out, 'resources.ndjson'));
  await expect(scene.run()).rejects.toThrow(/resources.ndjson is missing or not .*--resync RESOURCES/);
  await scene.run({ resync: ['RESOURCES'] });
  const [files, truth] = filesAndTruth(scene.out, scene.gateway);
  expect(files).toEqual(truth);
});

test('a module taken out of the state is imported from its beginning', async () => {
  fill(scene.gateway);
  await scene.run();
  const state = stateIn(scene.out);
  delete state.modules.AUDITS;
  writeFileSync(join(scene.out, 'state.json'), JSON.stringify(state));
  await scene.run();
  expect(idsIn(scene.out, 'audits')).toEqual(numbers(1, 40));
});

test('a file that the connector did not write is never overwritten', async () => {
  writeFileSync(join(scene.out, 'audits.ndjson'), 'somebody else\n');
  await expect(scene.run()).rejects.toThrow('holds audits.ndjson but no state.json');
  expect(readFileSync(join(scene.out, 'audits.ndjson'), 'utf8')).toBe('somebody else\n');
});

const negative = {
  version: 1,
  url: 'http://127.0.0.1/graphql',
  format: 'ndjson',
  since: null,
  modules: { AUDITS: { cursor: 'abc', bytes: -5, rows: 1 } },
};

test.each(['', '{', '[]', '{"version":2}', '{"version":1,"modules":{"AUDITS":{}}}', JSON.stringify(negative)])(
  'a state that reads %j is refused',
  async (text) => {
    writeFileSync(join(scene.out, 'state.json'), text);
    await expect(scene.run()).rejects.toThrow('is damaged or of another version');
  },
);
