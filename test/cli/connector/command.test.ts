import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ConnectorFixture } from './connector.fixture.js';
import { idsIn } from './imported.js';
import { Program } from './program.js';
import { audit, fill, numbers } from './rows.js';
import { TOKEN } from './stand-in-gateway.js';

const fixture = new ConnectorFixture();
const program = new Program();
const args = (...more: string[]) => ['--url', fixture.gateway.url, '--out', fixture.out, ...more];
const withToken = { PAM_GATEWAY_TOKEN: TOKEN };

test('says at the end what was imported of each module and how fast', async () => {
  fill(fixture.gateway);
  const { code, stdout } = await program.run(args('--token', TOKEN));
  expect(code).toBe(0);
  expect(stdout).toMatch(/^RESOURCES +12 rows {2}12 added or changed, 0 deleted, [\d.]+ s, [\d,]+ rows\/s/m);
  expect(stdout).toMatch(/^AUDITS +40 rows/m);
});

test('says how little the token sees and why, at a first run and where a module has no rows', async () => {
  const none = ['its access scope is OWNED_AND_SHARED'];
  fixture.gateway.audits.upsert(audit(1));
  fixture.gateway.seen = [
    { module: 'RESOURCES', count: 0, isMore: false, reasons: none },
    { module: 'USER_ACCOUNTS', count: 10_000, isMore: true, reasons: none },
    { module: 'AUDITS', count: 1, isMore: false, reasons: [] },
  ];
  const first = await program.run(args(), withToken);
  const said = `RESOURCES: the token sees 0 rows: ${none}\nUSER_ACCOUNTS: the token sees more than 10,000 rows: ${none}\n`;
  expect([first.code, first.stderr]).toEqual([0, expect.stringContaining(said)]);
  fill(fixture.gateway);
  await program.run(args(), withToken);
  expect((await program.run(args(), withToken)).stderr).not.toContain('the token sees');
});

test('shows its progress on standard error', async () => {
  fill(fixture.gateway);
  const { stderr } = await program.run(args(), withToken);
  expect(stderr).toMatch(/^RESOURCES: 12 rows, .*\nUSER_ACCOUNTS: 7 rows, .*\nAUDITS: 40 rows, /);
});

test('asks for pages of 10,000 rows unless it is told otherwise', async () => {
  await program.run(args(), withToken);
  await program.run(args('--page-size', '7'), withToken);
  const sizes = fixture.gateway.requests.flatMap(({ variables }) => variables.first ?? []);
  expect(sizes).toEqual([10_000, 10_000, 10_000, 7, 7, 7]);
});

test('takes the token from a file', async () => {
  const file = join(fixture.out, 'token');
  writeFileSync(file, `${TOKEN}\n`);
  expect((await program.run(args('--token-file', file))).code).toBe(0);
  expect((await program.run(args('--token-file', `${file}.none`))).stderr).toMatch(/ENOENT/);
});

test.each([{}, { PAM_GATEWAY_TOKEN: '' }])(
  'without a token, as in %j, it says how to give one',
  async (environment) => {
    const { code, stderr } = await program.run(args(), environment);
    expect([code, stderr]).toEqual([1, expect.stringContaining('PAM_GATEWAY_TOKEN')]);
  },
);

test('ends with 1 and the words of the gateway where the token is refused, and never prints it', async () => {
  const token = `pag_${'c'.repeat(49)}`;
  const { code, stdout, stderr } = await program.run(args('--token', token));
  expect([code, stdout]).toEqual([1, '']);
  expect(stderr).toContain('The token is not valid.');
  expect(stderr).not.toContain(token);
});

test.each([
  'ftp://gateway.example',
  'gateway.example:4000',
  'https://user:secret@gateway.example',
  `https://gateway.example/?token=${TOKEN}`,
  `https://gateway.example/${TOKEN}/`,
])('refuses the address %s and does not repeat it', async (url) => {
  const { code, stderr } = await program.run(['--url', url, '--out', fixture.out], withToken);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^The URL must /);
  expect(stderr).not.toMatch(/secret|pag_/);
});

test('with --every it goes on importing what is new, and a signal ends it', async () => {
  fill(fixture.gateway);
  const connector = program.start(args('--every', '1s'), withToken);
  fixture.gateway.onRequest = () => {
    if (fixture.gateway.requests.length === 4) fixture.gateway.audits.upsert(audit(41));
    if (fixture.gateway.requests.length === 10) connector.kill('SIGTERM');
  };
  const [code] = await once(connector, 'exit');
  expect(code).toBe(143);
  expect(idsIn(fixture.out, 'audits')).toEqual(numbers(1, 41));
});

test.each([
  ['--every', '15'],
  ['--every', '0m'],
  ['--page-size', '0'],
  ['--format', 'xml'],
  ['--resync', 'EVERYTHING'],
])('refuses %s %s', async (option, value) => {
  const { code, stderr } = await program.run(args(option, value), withToken);
  expect(code).toBe(1);
  expect(stderr).toContain(value);
});

test('says that a directory cannot be made', async () => {
  const { code, stderr } = await program.run(['--url', fixture.gateway.url, '--out', '/proc/none'], withToken);
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^E[A-Z]+: .*\/proc/)]);
});
