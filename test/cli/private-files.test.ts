import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { migrate } from '../../src/database/migrate.js';
import { openDatabase } from '../../src/database/open.js';
import { Program } from '../helpers/program.js';

const program = new Program();
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const modesIn = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, modeOf(join(folder, name))]));
const ALL_CLOSED = {
  'gateway.db': '600',
  'gateway.db-wal': '600',
  'gateway.db-shm': '600',
  'gateway.db.migrate': '600',
};

test.each(['0000', '0377'])('what the gateway makes is for its owner alone, also under the umask %s', async (umask) => {
  const main = resolve('dist/main.js');
  const folder = program.file(`umask-${umask}/data`);
  const url = `sqlite:${folder}/gateway.db`;
  execFileSync('sh', ['-c', `umask ${umask}; exec "$0" "$@"`, process.execPath, main, 'migrate'], {
    cwd: program.folder,
    env: { DATABASE_URL: url },
  });
  const db = await openDatabase(url);
  expect([modeOf(folder), modeOf(program.file(`umask-${umask}`))]).toEqual(['700', '700']);
  expect(modesIn(folder)).toEqual(ALL_CLOSED);
  await db.close();
});

test('a database that everybody may read is closed by the next start, and one that a group may read is left so', async () => {
  const folder = program.file('older');
  const url = `sqlite:${folder}/gateway.db`;
  await migrate(url);
  const db = await openDatabase(url);
  for (const name of Object.keys(ALL_CLOSED)) chmodSync(join(folder, name), 0o644);
  await migrate(url);
  expect(modesIn(folder)).toEqual(ALL_CLOSED);
  chmodSync(join(folder, 'gateway.db'), 0o640);
  await migrate(url);
  expect(modeOf(join(folder, 'gateway.db'))).toBe('640');
  await db.close();
});

test.each(['gateway.db', 'gateway.db.migrate', 'gateway.db-wal'])(
  'a link at %s is not written through',
  async (name) => {
    const folder = program.file(`link-at-${name}`);
    const victims = [join(folder, 'missing'), join(folder, 'empty')];
    for (const [at, victim] of victims.entries()) {
      const place = join(folder, String(at));
      mkdirSync(place, { recursive: true });
      if (victim.endsWith('empty')) writeFileSync(victim, '');
      symlinkSync(victim, join(place, name));
      await expect(migrate(`sqlite:${place}/gateway.db`)).rejects.toThrow(
        name.endsWith('-wal') ? /unable to open database file/ : /is a link to a file that is missing or empty/,
      );
    }
    expect(readdirSync(folder)).not.toContain('missing');
    expect(readFileSync(victims[1]!, 'utf8')).toBe('');
  },
);

test('a database that an administrator keeps elsewhere, behind a link, is used', async () => {
  const kept = program.file('elsewhere/kept.db');
  await migrate(`sqlite:${kept}`);
  const link = program.file('link.db');
  symlinkSync(kept, link);
  const db = await openDatabase(`sqlite:${link}`);
  expect(readdirSync(program.file('elsewhere'))).toContain('kept.db-wal');
  await db.close();
});

test('doctor warns about what is open to others, and says what to do', async () => {
  await program.succeed('migrate');
  writeFileSync(program.file('.env'), '', { mode: 0o600 });
  expect((await program.run(['doctor'])).stdout).toMatch(/^ok {4}files: \d+ files looked at, none is open to others$/m);
  mkdirSync(program.file('out'));
  for (const name of ['.env', 'key.pem', 'out/state.json']) {
    writeFileSync(program.file(name), '');
    chmodSync(program.file(name), 0o644);
  }
  chmodSync(program.file('data/gateway.db'), 0o604);
  chmodSync(program.file('data'), 0o777);
  const tls = { TLS_CERT_FILE: 'none.pem', TLS_KEY_FILE: 'key.pem' };
  const { stdout } = await program.run(['doctor', '--out', 'out'], '', tls);
  const warned = [...stdout.matchAll(/^WARN {2}files: (\S+) is open to others \(mode (\d+)\): (chmod \d+) (\S+)$/gm)];
  expect(warned.map(([, path, mode, advice, file]) => [path, mode, advice, file === program.file(path!)])).toEqual([
    ['./data/gateway.db', '0604', 'chmod 600', true],
    ['.env', '0644', 'chmod 600', true],
    ['key.pem', '0644', 'chmod 600', true],
    ['out/state.json', '0644', 'chmod 600', true],
    ['./data', '0777', 'chmod 700', true],
  ]);
});
