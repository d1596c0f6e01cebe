import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.js';

function errorsOf(environment: NodeJS.ProcessEnv): string {
  try {
    readConfig(environment);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the settings were accepted');
}

const settingsOf = (example: string) =>
  [...example.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name!, value!] as const);

test('without any setting the embedded database is served on the loopback', () => {
  expect(readConfig({})).toMatchObject({
    databaseUrl: 'sqlite:./data/gateway.db',
    host: '127.0.0.1',
    port: 4000,
    product: 'PAM360',
    sourceTimeZone: { name: 'UTC' },
    statementTimeout: 30_000,
    auditRetentionDays: undefined,
    tls: undefined,
  });
});

test('.env.example has every setting, with its default', () => {
  const example = settingsOf(readFileSync('.env.example', 'utf8'));
  const source = readFileSync('src/config.ts', 'utf8');
  const read = [...source.matchAll(/^ {2}([A-Z][A-Z_]+):/gm)].map(([, name]) => name);
  expect(example.map(([name]) => name)).toEqual(expect.arrayContaining(read));
  expect(readConfig(Object.fromEntries(example))).toEqual(readConfig({}));
});

test.each(['', ' ', '\t'])('a variable that is %j counts as not set', (nothing) => {
  const all = settingsOf(readFileSync('.env.example', 'utf8')).map(([name]) => [name, nothing]);
  expect(readConfig(Object.fromEntries(all))).toEqual(readConfig({}));
});

test('what is set is taken', () => {
  const set = {
    DATABASE_URL: 'mysql://u:p%40ss@db:3306/pam',
    HOST: '::1',
    PORT: '0',
    SOURCE_TIME_ZONE: 'Europe/Berlin',
  };
  expect(
    readConfig({ ...set, DATABASE_STATEMENT_SECONDS: '1.5', PASSWORD_RETRIEVAL_OPERATIONS: ' A , B,' }),
  ).toMatchObject({
    databaseUrl: 'mysql://u:p%40ss@db:3306/pam',
    host: '::1',
    port: 0,
    sourceTimeZone: { name: 'Europe/Berlin' },
    statementTimeout: 1_500,
    passwordRetrievalOperations: ['A', 'B'],
  });
});

test('all faults are reported at once, each with its name and what to write', () => {
  const errors = errorsOf({
    DATABASE_URL: 'postgres://u:secret@host/db',
    DATABASE_CONNECTIONS: '0.5',
    DATABASE_STATEMENT_SECONDS: 'ten',
    PORT: '65536',
    PRODUCT: 'pam360',
    SOURCE_TIME_ZONE: '+02:00',
    LOG_LEVEL: 'loud',
    TLS_CERT_FILE: 'cert.pem',
  });
  expect(errors.split('\n').map((line) => line.trim())).toEqual([
    'these settings cannot be used:',
    expect.stringMatching(/^DATABASE_URL: write sqlite:PATH or mysql:\/\/user:password@host:3306\/name/),
    'DATABASE_CONNECTIONS: write a whole number from 2 to 1000',
    'DATABASE_STATEMENT_SECONDS: write a number from 1 to 3600',
    'PORT: write a whole number from 0 to 65535',
    'PRODUCT: write one of PAM360, PASSWORD_MANAGER_PRO',
    expect.stringMatching(/^SOURCE_TIME_ZONE: .* write an IANA name such as Europe\/Berlin/),
    'LOG_LEVEL: write one of trace, debug, info, warn, error, fatal, silent',
    'TLS_CERT_FILE and TLS_KEY_FILE: set both or neither',
  ]);
});

describe('a DATABASE_URL', () => {
  test.each([
    'secret',
    'sqlite:',
    'mysql:secret',
    'mysql://user:secret@host:3306',
    'mysql://user:secret@host:3306/',
    'mysql://user:sec/ret@host:3306/name',
    'mysql://user:sec#ret@host:3306/name',
    'mysql://user:sec%ret@host:3306/name',
    'mysql://user:secret@host:port/name',
  ])('%s is refused, and its password is not repeated', (url) => {
    const problem = errorsOf({ DATABASE_URL: url });
    expect(problem).toMatch(/DATABASE_URL: write .* @ .* as %40/);
    expect(problem).not.toMatch(/sec.?ret/);
  });

  test.each(['sqlite:./data/x.db', 'mysql://u@h/n', 'mariadb://u:p@[::1]:3306/n', 'mysql://u:p%2F%40@h/n'])(
    '%s is taken',
    (url) => {
      expect(readConfig({ DATABASE_URL: url }).databaseUrl).toBe(url);
    },
  );
});

describe('the server that is pulled', () => {
  const pam = { PAM_URL: 'https://pam.example:8282/', PAM_AUTHTOKEN: 'secret' };

  test('is known by the product, unless PAM_SOURCE says otherwise', () => {
    expect(readConfig(pam).pam).toMatchObject({ url: 'https://pam.example:8282', source: 'pam360' });
    expect(readConfig({ ...pam, PRODUCT: 'PASSWORD_MANAGER_PRO' }).pam).toMatchObject({
      source: 'password-manager-pro',
    });
    expect(readConfig({ ...pam, PAM_SOURCE: 'vault 2' }).pam).toMatchObject({ source: 'vault 2' });
    expect(readConfig({ ...pam, PULL_MODULES: 'user-accounts' }).pam?.modules).toEqual(['USER_ACCOUNTS']);
    expect(readConfig({}).pam).toBeUndefined();
  });

  test('is pulled by an interval, or a cron expression in SOURCE_TIME_ZONE', () => {
    expect(readConfig({ ...pam, PULL_EVERY: '15m' }).pam?.schedule?.next(0)).toBe(900_000);
    const nightly = { ...pam, PULL_EVERY: '0 2 * * *', SOURCE_TIME_ZONE: 'Asia/Kolkata' };
    expect(readConfig(nightly).pam?.schedule?.next(0)).toBe(Date.parse('1970-01-01T20:30:00Z'));
  });

  test.each([
    [{ PAM_AUTHTOKEN: '' }, /PAM_URL and PAM_AUTHTOKEN: set both or neither/],
    [{ PAM_URL: 'http://pam.example' }, /PAM_URL: write an address such as https:/],
    [{ PAM_URL: 'https://user:secret@pam.example' }, /PAM_URL: write an address .* with no user/],
    [{ PAM_SCIM_URL: 'pam.example' }, /PAM_SCIM_URL: write an address such as https:/],
    [{ PAM_AUTHTOKEN: 'secret\u{1f600}' }, /PAM_AUTHTOKEN: write it as the PAM product shows it/],
    [{ PAM_SOURCE: 'gateway' }, /PAM_SOURCE: write 1 to 32 characters, and not gateway/],
    [{ PULL_MODULES: ',' }, /PULL_MODULES: name one at least/],
    [{ PULL_MODULES: 'audits,people' }, /PULL_MODULES.*: write one of resources, user-accounts, audits/],
    [{ PULL_EVERY: 'often' }, /PULL_EVERY: write an interval such as 15m, or a cron expression/],
    [{ PULL_EVERY: '15m', PAM_URL: '', PAM_AUTHTOKEN: '' }, /PULL_EVERY: set PAM_URL and PAM_AUTHTOKEN/],
  ])('with %j is refused, and nothing secret is repeated', (but, problem) => {
    const errors = errorsOf({ ...pam, ...but });
    expect(errors).toMatch(problem);
    expect(errors).not.toContain('secret');
  });
});

describe('SYSLOG_LISTEN', () => {
  test('lists where to listen, and how', () => {
    const { syslog } = readConfig({
      SYSLOG_LISTEN: 'udp://127.0.0.1:5514, tcp://[::1]:5514,tls://logs.example.com:6514',
      TLS_CERT_FILE: 'cert.pem',
      TLS_KEY_FILE: 'key.pem',
    });
    expect(syslog.listen.map(({ transport, host, port }) => [transport, host, port])).toEqual([
      ['udp', '127.0.0.1', 5514],
      ['tcp', '::1', 5514],
      ['tls', 'logs.example.com', 6514],
    ]);
  });

  test.each([
    ['127.0.0.1:514', /"127\.0\.0\.1:514" is no address to listen at: write it like udp:\/\/127/],
    ['http://127.0.0.1:514', /http is none of udp, tcp and tls/],
    ['UDP://127.0.0.1:514', /UDP is none of udp, tcp and tls/],
    ['udp://127.0.0.1', /has no host and port/],
    ['udp://:514', /has no host and port/],
    ['tcp://127.0.0.1:514/x', /has no host and port/],
    ['tcp://127.0.0.1:70000', /there is no port 70000: they go from 1 to 65535/],
    ['tcp://127.0.0.1:0', /there is no port 0/],
    ['tcp://a:1,tcp://a:1', /tcp:\/\/a:1 stands there twice/],
    ['tls://127.0.0.1:6514', /SYSLOG_LISTEN: tls needs TLS_CERT_FILE and TLS_KEY_FILE/],
  ])('that is %s is refused, with what to write', (text, problem) => {
    expect(errorsOf({ SYSLOG_LISTEN: text })).toMatch(problem);
  });

  test('does not take lines for what this gateway records of itself', () => {
    expect(errorsOf({ SYSLOG_SOURCE: 'gateway' })).toMatch(/SYSLOG_SOURCE: write 1 to 64 characters, and not gateway/);
  });

  test('is answered by the networks of SYSLOG_ALLOW', () => {
    expect(readConfig({ SYSLOG_ALLOW: '10.0.0.5, 10.1.0.0/16' }).syslog.allow).toEqual(['10.0.0.5', '10.1.0.0/16']);
    expect(errorsOf({ SYSLOG_ALLOW: '10.0.0.0/33' })).toMatch(/SYSLOG_ALLOW.*: write addresses or networks/);
  });
});
