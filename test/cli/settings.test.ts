import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import mysql from 'mysql2/promise';
import { describe, expect, test } from 'vitest';
import { migrate } from '../../src/database/migrate.js';
import { emptyDatabase, onEveryEngine, testDatabase } from '../helpers/databases.js';
import { freePort } from '../helpers/free-port.js';
import { Program } from '../helpers/program.js';

const program = new Program();

test('.env in the folder is read, and a variable of the shell goes before it', async () => {
  writeFileSync(program.file('.env'), 'PORT=4555\nSOURCE_TIME_ZONE=Europe/Berlin\n');
  const { stdout, stderr } = await program.run(['doctor'], '', { PORT: '4666' });
  expect(stdout).toMatch(/^PORT +4666$/m);
  expect(stdout).toMatch(/^SOURCE_TIME_ZONE +Europe\/Berlin$/m);
  expect(stderr).toBe('');
  writeFileSync(program.file('.env'), '');
});

test('doctor shows every setting that .env.example has', async () => {
  const example = readFileSync('.env.example', 'utf8');
  const names = [...example.matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name!);
  const { stdout } = await program.run(['doctor']);
  const shown = [...stdout.matchAll(/^([A-Z][A-Z_]+)\b/gm)].map(([, name]) => name);
  expect(names.filter((name) => !shown.includes(name) && name !== 'PAM_GATEWAY_TOKEN')).toEqual([]);
});

test('settings that cannot be used end a command with 1 and what to write', async () => {
  const { code, stderr } = await program.run(['serve'], '', { PORT: 'http', LOG_LEVEL: 'loud' });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^pam-gateway: these settings cannot be used:\n {2}PORT: write .*\n {2}LOG_LEVEL: write .*\n$/,
  );
});

test('doctor tries the addresses that syslog is heard at', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const free = await freePort();
  const environment = { SYSLOG_LISTEN: `udp://127.0.0.1:${free},tcp://127.0.0.1:${port},tcp://192.0.2.1:${free}` };
  const { stdout } = await program.run(['doctor'], '', environment);
  expect(stdout).toMatch(new RegExp(`^ok {4}syslog udp://127.0.0.1:${free}: can be listened at$`, 'm'));
  expect(stdout).toMatch(
    new RegExp(`^ok {4}syslog tcp://127.0.0.1:${port}: is in use: by the gateway, if it runs$`, 'm'),
  );
  expect(stdout).toMatch(/^FAIL {2}syslog tcp:\/\/192\.0\.2\.1:\d+: is not an address of this machine$/m);
  taken.close();
});

onEveryEngine('doctor', (engine) => {
  test('says that the tables are missing, and after a migration what they hold', async () => {
    const { url, drop } = await emptyDatabase(engine);
    if (engine === 'sqlite') writeFileSync(url.slice('sqlite:'.length), '');
    const before = await program.run(['doctor'], '', { DATABASE_URL: url });
    expect([before.code, before.stdout]).toEqual([
      1,
      expect.stringMatching(/^FAIL {2}tables: .*run pam-gateway migrate/m),
    ]);
    await program.run(['migrate'], '', { DATABASE_URL: url });
    const after = await program.run(['doctor'], '', { DATABASE_URL: url });
    expect([after.code, after.stdout]).toEqual([
      0,
      expect.stringMatching(/^ok {4}tables: .*AUDITS 0, RESOURCES 0, USER_ACCOUNTS 0/m),
    ]);
    expect(after.stdout).toMatch(/^ok {4}rollups: every audit is counted$/m);
    await drop();
  });
});

describe('doctor on a certificate', () => {
  const pem = (name: string) => join(import.meta.dirname, '../server/tls', name);
  const own = pem('certificate.pem');
  const other = program.file('other.pem');
  writeFileSync(
    other,
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  );

  test.each([
    ['says how long it is valid', own, pem('key.pem'), /^ok {4}certificate: .* is valid until 2126-10-29T/m],
    [
      'names a file that is not there',
      'none.pem',
      pem('key.pem'),
      /^FAIL {2}certificate: TLS_CERT_FILE: none\.pem cannot be/m,
    ],
    [
      'names a file that is no certificate',
      other,
      pem('key.pem'),
      /^FAIL {2}certificate: TLS_CERT_FILE: .* has no certificate/m,
    ],
    ['names a file that is no key', own, own, /^FAIL {2}certificate: TLS_KEY_FILE: .* has no private key/m],
    ['names a key of another one', own, other, /^FAIL {2}certificate: TLS_KEY_FILE: .* has another key/m],
  ])('%s', async (_, TLS_CERT_FILE, TLS_KEY_FILE, says) => {
    const { stdout } = await program.run(['doctor'], '', { TLS_CERT_FILE, TLS_KEY_FILE });
    expect(stdout).toMatch(says);
  });
});

test('a certificate with a key that is not its own keeps the gateway from starting', async () => {
  const { code, stderr } = await program.run(['serve'], '', {
    TLS_CERT_FILE: join(import.meta.dirname, '../server/tls/certificate.pem'),
    TLS_KEY_FILE: program.file('other.pem'),
  });
  expect([code, stderr]).toEqual([1, expect.stringMatching(/TLS_KEY_FILE: .* has another key/)]);
});

test('doctor on an embedded database that is not there yet says what makes it, and does not', async () => {
  const { code, stdout } = await program.run(['doctor'], '', { DATABASE_URL: 'sqlite:fresh/gateway.db' });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^FAIL {2}database: it is not there yet: pam-gateway migrate or npm start makes it$/m);
  expect(existsSync(program.file('fresh'))).toBe(false);
});

test.each([['doctor'], ['token', 'generate', '--user', 'ann']])(
  '%s gives a statement DATABASE_STATEMENT_SECONDS',
  async (...args) => {
    const { url, drop } = await testDatabase('mariadb');
    const other = await mysql.createConnection(url);
    await other.query('LOCK TABLES positions WRITE, user_accounts WRITE');
    const patience = setTimeout(() => other.destroy(), 15_000);
    const settings = { DATABASE_URL: url, DATABASE_STATEMENT_SECONDS: '1' };
    const { code, stdout, stderr } = await program.run(args, '', settings);
    expect([code, stdout + stderr]).toEqual([1, expect.stringContaining('the database did not answer in time')]);
    clearTimeout(patience);
    other.destroy();
    await drop();
  },
);

test('doctor says why a database file cannot be used', async () => {
  const { url, drop } = await emptyDatabase('sqlite');
  await migrate(url);
  const file = url.slice('sqlite:'.length);
  const damaged = new Sqlite(file);
  const { page } = damaged.prepare("SELECT rootpage AS page FROM sqlite_master WHERE name = 'gateway'").get() as {
    page: number;
  };
  damaged.close();
  const size = 4_096;
  writeFileSync(file, readFileSync(file).fill(0, (page - 1) * size, page * size));
  const { code, stdout } = await program.run(['doctor'], '', { DATABASE_URL: url });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^FAIL .*the database file cannot be used \(database disk image is malformed\)/m);
  await drop();
});

describe.concurrent('with the database away, the password is never printed', () => {
  test.each(['mysql://gw:geheim@127.0.0.1:1/db', 'mysql://gw:ge@heim@127.0.0.1:1/db'])('for %s', async (url) => {
    const { code, stdout, stderr } = await program.run(['doctor'], '', { DATABASE_URL: url });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^DATABASE_URL +mysql:\/\/gw:\*\*\*@127\.0\.0\.1:1\/db$/m);
    expect(stdout).toMatch(/^FAIL {2}database: the database cannot be reached.*is DATABASE_URL right\?$/m);
    expect(stdout + stderr).not.toMatch(/geheim|heim/);
  });

  test.each([['migrate'], ['serve'], ['token', 'generate', '--user', 'ann'], ['demo-data']])(
    '%s says what to look at',
    async (...args) => {
      const { code, stderr } = await program.run(args, '', { DATABASE_URL: 'mysql://gw:geheim@127.0.0.1:1/db' });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^pam-gateway: the database cannot be reached.*is DATABASE_URL right\?\n$/);
      expect(stderr).not.toMatch(/geheim/);
    },
  );
});

describe.concurrent('serve', () => {
  test('on a port that is in use says so', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    const { code, stderr } = await program.run(['serve'], '', { PORT: String(port) });
    expect([code, stderr]).toEqual([
      1,
      `pam-gateway: port ${port} is in use: stop what uses it, or set another PORT\n`,
    ]);
    other.close();
  });

  test('on an address that is none of this machine, or without its certificate, says which setting it is', async () => {
    const elsewhere = await program.run(['serve'], '', { HOST: '192.0.2.1', PORT: '0' });
    expect([elsewhere.code, elsewhere.stderr]).toEqual([
      1,
      expect.stringMatching(/HOST: 192\.0\.2\.1 is not an address/),
    ]);
    const files = { TLS_CERT_FILE: 'nix.pem', TLS_KEY_FILE: 'nix.pem' };
    const bare = await program.run(['serve'], '', files);
    expect([bare.code, bare.stderr]).toEqual([1, 'pam-gateway: TLS_CERT_FILE: nix.pem cannot be read (ENOENT)\n']);
  });

  test('on an empty database says how to begin, and on another does not', async () => {
    const fresh = new Program();
    const first = await fresh.serve();
    await first.says(/npx pam-gateway demo-data .*npx pam-gateway user create NAME/s);
    await first.stop();
    await fresh.succeed('user', 'create', 'ann', '--roles', 'Administrator');
    const second = await fresh.serve();
    expect((await second.stop()).stderr).toBe('');
  });
});
