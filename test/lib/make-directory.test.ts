import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeDirectory } from '../../src/lib/make-directory.js';

const folder = mkdtempSync(join(tmpdir(), 'make-directory-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a directory is made with those above it', () => {
  makeDirectory(join(folder, 'a', 'b', 'c'));
  expect(existsSync(join(folder, 'a', 'b', 'c'))).toBe(true);
});

test('one that is there is left alone', () => {
  makeDirectory(folder);
  makeDirectory(`${folder}/`);
  makeDirectory('/');
  makeDirectory('.');
});

test('where a file stands in the way, the system says so', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(() => makeDirectory(file)).toThrow(/EEXIST/);
  expect(() => makeDirectory(join(file, 'below'))).toThrow(/ENOTDIR/);
});

test('where nothing can be made it ends', () => {
  expect(() => makeDirectory('/proc/none/of/these')).toThrow();
});
