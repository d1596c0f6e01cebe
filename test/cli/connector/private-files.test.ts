import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConnectorFixture } from './connector.fixture.js';
import { fill } from './rows.js';

const fixture = new ConnectorFixture();
const FILES = ['resources.ndjson', 'user-accounts.ndjson', 'audits.ndjson', 'state.json'];
const modeOf = (path: string) => statSync(path).mode & 0o777;

test('the directory and the files of an import are for their owner alone', async () => {
  fill(fixture.gateway);
  rmSync(fixture.out, { recursive: true });
  await fixture.run();
  expect(modeOf(fixture.out)).toBe(0o700);
  for (const name of FILES) expect([name, modeOf(join(fixture.out, name))]).toEqual([name, 0o600]);
});

test('files that everybody may read are closed by the next run; a group that was let in stays', async () => {
  fill(fixture.gateway);
  await fixture.run();
  for (const name of FILES) chmodSync(join(fixture.out, name), name === 'resources.ndjson' ? 0o640 : 0o644);
  fill(fixture.gateway, { resources: 20, users: 20, audits: 20 });
  await fixture.run();
  for (const name of FILES) {
    const expected = name === 'resources.ndjson' ? 0o640 : 0o600;
    expect([name, modeOf(join(fixture.out, name))]).toEqual([name, expected]);
  }
});

test.each([...FILES, 'resources.ndjson'].map((name) => `${name}.tmp`))(
  'a link at %s is not written through',
  async (name) => {
    fill(fixture.gateway);
    const victim = join(fixture.folder, 'victim');
    writeFileSync(victim, 'mine');
    symlinkSync(victim, join(fixture.out, name));
    await fixture.run();
    expect(readFileSync(victim, 'utf8')).toBe('mine');
  },
);

test.each(['audits.ndjson', 'audits.resync.ndjson', 'state.json'])('a link at %s is refused', async (name) => {
  fill(fixture.gateway);
  await fixture.run();
  const victim = join(fixture.folder, 'victim');
  writeFileSync(victim, 'mine');
  rmSync(join(fixture.out, name), { force: true });
  symlinkSync(victim, join(fixture.out, name));
  const options = name.includes('.resync') ? { resync: ['AUDITS' as const] } : {};
  await expect(fixture.run(options)).rejects.toThrow(/is a link, or no regular file: the connector does not follow it/);
  expect(readFileSync(victim, 'utf8')).toBe('mine');
});

test('a directory in the place of a file is refused', async () => {
  fill(fixture.gateway);
  mkdirSync(join(fixture.out, 'state.json'));
  await expect(fixture.run()).rejects.toThrow(/is a link, or no regular file|EISDIR/);
});
