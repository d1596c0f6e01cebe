import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConnectorFixture } from './connector.fixture.js';
import { filesAndTruth, idsIn, stateIn } from './imported.js';
import { fill, numbers } from './rows.js';
import { TOKEN } from './stand-in-gateway.js';

const fixture = new ConnectorFixture();
const SINCE = '2026-01-01T00:21:00Z';

describe('since', () => {
  test('leaves out the audits that occurred before, at later runs too', async () => {
    fill(fixture.gateway);
    await fixture.run({ since: SINCE });
    expect(idsIn(fixture.out, 'audits')).toEqual(numbers(21, 40));
    expect(idsIn(fixture.out, 'resources')).toEqual(numbers(1, 12));
    await fixture.run();
    expect(idsIn(fixture.out, 'audits')).toEqual(numbers(21, 40));
  });

  test('is sent with the first page only', async () => {
    fill(fixture.gateway);
    await fixture.run({ since: SINCE });
    const sent = fixture.gateway.requests.filter(({ variables }) => variables.since !== undefined);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.variables).toEqual({ first: 5, since: '2026-01-01T00:21:00.000Z' });
  });

  test('is remembered where the first run ended before the audits', async () => {
    fill(fixture.gateway);
    fixture.gateway.forbidden = 'userAccountFeed';
    await expect(fixture.run({ since: SINCE })).rejects.toThrow('may not read');
    fixture.gateway.forbidden = '';
    await fixture.run();
    expect(idsIn(fixture.out, 'audits')).toEqual(numbers(21, 40));
  });

  test('the same time written otherwise is the same', async () => {
    await fixture.run({ since: SINCE });
    await fixture.run({ since: '2026-01-01T01:21:00+01:00' });
  });

  test('another one is refused, unless the audits are imported anew', async () => {
    fill(fixture.gateway);
    await fixture.run({ since: SINCE });
    const since = '2026-01-01T00:31:00Z';
    await expect(fixture.run({ since })).rejects.toThrow(
      /begun with --since 2026-01-01T00:21:00.000Z.*--resync AUDITS/,
    );
    await fixture.run({ since, resync: ['AUDITS'] });
    expect(idsIn(fixture.out, 'audits')).toEqual(numbers(31, 40));
  });

  test('without an offset is refused with what to write', async () => {
    await expect(fixture.run({ since: '2026-01-01T00:00:00' })).rejects.toThrow(/^--since: /);
    expect(fixture.gateway.requests).toEqual([]);
  });
});

test('formulas are disarmed in every run on a directory, or in none', async () => {
  fill(fixture.gateway);
  await fixture.run({ format: 'csv', safe: true });
  expect(readFileSync(join(fixture.out, 'resources.csv'), 'utf8')).toContain(`,'=1+1,`);
  await fixture.run({ format: 'csv', safe: true });
  await expect(fixture.run({ format: 'csv' })).rejects.toThrow(
    /begun with --safe\. Give --safe, or import into another/,
  );
  await expect(fixture.run({ format: 'ndjson', safe: true })).rejects.toThrow(/^--safe is for --format csv/);
});

test('another format than before is refused', async () => {
  await fixture.run({ format: 'csv' });
  await expect(fixture.run({ format: 'ndjson' })).rejects.toThrow('was begun with --format csv');
});

test('another gateway than before is refused', async () => {
  await fixture.run();
  await expect(fixture.run({ url: 'http://other.example' })).rejects.toThrow(
    `begun with the gateway ${fixture.gateway.url}`,
  );
});

test('the address of the gateway and of its /graphql are the same gateway', async () => {
  await fixture.run();
  await fixture.run({ url: `${fixture.gateway.url}/graphql/` });
});

test('the token is not in the directory', async () => {
  fill(fixture.gateway);
  await fixture.run();
  expect(readFileSync(join(fixture.out, 'state.json'), 'utf8')).not.toContain(TOKEN);
});

test('what lies behind the last whole page is cut off', async () => {
  fill(fixture.gateway);
  await fixture.run();
  appendFileSync(join(fixture.out, 'audits.ndjson'), '{"id":"41","occurr');
  await fixture.run();
  expect(idsIn(fixture.out, 'audits')).toEqual(numbers(1, 40));
});

test('a file of audits that is shorter than it was is refused and can be imported anew', async () => {
  fill(fixture.gateway);
  await fixture.run();
  truncateSync(join(fixture.out, 'audits.ndjson'), 100);
  await expect(fixture.run()).rejects.toThrow(
    /audits.ndjson is missing or not as the last run left it.*--resync AUDITS/,
  );
  await fixture.run({ resync: ['AUDITS'] });
  expect(idsIn(fixture.out, 'audits')).toEqual(numbers(1, 40));
});

test.each([
  ['is gone', (path: string) => rmSync(path)],
  ['ends in the middle of a row', (path: string) => truncateSync(path, 500)],
])('a file of resources that %s is refused and can be imported anew', async (_what, harm) => {
  fill(fixture.gateway);
  await fixture.run();
  harm(join(fixture.out, 'resources.ndjson'));
  await expect(fixture.run()).rejects.toThrow(/resources.ndjson is missing or not .*--resync RESOURCES/);
  await fixture.run({ resync: ['RESOURCES'] });
  const [files, truth] = filesAndTruth(fixture.out, fixture.gateway);
  expect(files).toEqual(truth);
});

test('a module taken out of the state is imported from its beginning', async () => {
  fill(fixture.gateway);
  await fixture.run();
  const state = stateIn(fixture.out);
  delete state.modules.AUDITS;
  writeFileSync(join(fixture.out, 'state.json'), JSON.stringify(state));
  await fixture.run();
  expect(idsIn(fixture.out, 'audits')).toEqual(numbers(1, 40));
});

test('a file that the connector did not write is never overwritten', async () => {
  writeFileSync(join(fixture.out, 'audits.ndjson'), 'somebody else\n');
  await expect(fixture.run()).rejects.toThrow('holds audits.ndjson but no state.json');
  expect(readFileSync(join(fixture.out, 'audits.ndjson'), 'utf8')).toBe('somebody else\n');
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
    writeFileSync(join(fixture.out, 'state.json'), text);
    await expect(fixture.run()).rejects.toThrow('is damaged or of another version');
  },
);
