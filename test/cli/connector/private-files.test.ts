import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fill } from './rows.js';
import { Scene } from './scene.js';

const scene = new Scene();
const FILES = ['resources.ndjson', 'user-accounts.ndjson', 'audits.ndjson', 'state.json'];
const modeOf = (path: string) => statSync(path).mode & 0o777;

test('the directory and the files of an import are for their owner alone', async () => {
  fill(scene.gateway);
  rmSync(scene.out, { recursive: true });
  await scene.run();
  expect(modeOf(scene.out)).toBe(0o700);
  for (const name of FILES) expect([name, modeOf(join(scene.out, name))]).toEqual([name, 0o600]);
});

test('files that everybody may read are closed by the next run; a group that was let in stays', async () => {
  fill(scene.gateway);
  await scene.run();
  for (const name of FILES) chmodSync(join(scene.out, name), name === 'resources.ndjson' ? 0o640 : 0o644);
  fill(scene.gateway, { resources: 20, users: 20, audits: 20 });
  await scene.run();
  for (const name of FILES) {
    const expected = name === 'resources.ndjson' ? 0o640 : 0o600;
    expect([name, modeOf(join(scene.out, name))]).toEqual([name, expected]);
  }
});

test.each([...FILES, 'resources.ndjson'].map((name) => `${name}.tmp`))(
  'a link at %s is not written through',
  async (name) => {
    fill(scene.gateway);
    const victim = join(scene.folder, 'victim');
    writeFileSync(victim, 'mine');
    symlinkSync(victim, join(scene.out, name));
    await scene.run();
    expect(readFileSync(victim, 'utf8')).toBe('mine');
  },
);

test.each(['audits.ndjson', 'audits.resync.ndjson', 'state.json'])('a link at %s is refused', async (name) => {
  fill(scene.gateway);
  await scene.run();
  const victim = join(scene.folder, 'victim');
  writeFileSync(victim, 'mine');
  rmSync(join(scene.out, name), { force: true });
  symlinkSync(victim, join(scene.out, name));
  const options = name.includes('.resync') ? { resync: ['AUDITS' as const] } : {};
  await expect(scene.run(options)).rejects.toThrow(/is a link, or no regular file: the connector does not follow it/);
  expect(readFileSync(victim, 'utf8')).toBe('mine');
});

test('a directory in the place of a file is refused', async () => {
  fill(scene.gateway);
  mkdirSync(join(scene.out, 'state.json'));
  await expect(scene.run()).rejects.toThrow(/is a link, or no regular file|EISDIR/);
});
