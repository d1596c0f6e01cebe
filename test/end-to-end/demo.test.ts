import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from '../helpers/free-port.js';
import { Program } from '../helpers/program.js';

const program = new Program();
const linesOf = (file: string) => readFileSync(program.file(file), 'utf8').trimEnd().split('\n');

test('the demo imports all that it made, and serves until it is stopped; another on its port leaves its data alone', async () => {
  const port = String(await freePort());
  const demo = program.start(['demo'], { PORT: port });
  await demo.says(/Ctrl-C stops it/);
  expect(demo.stdout).toMatch(
    /RESOURCES +500 rows, all 500 that were made;.*USER_ACCOUNTS +200 rows, all 200 that were made;.*AUDITS +100\d{3} rows, all 100000 that were made, and \d+ of what was done in the gateway itself;/s,
  );
  expect(new Set(linesOf('data/demo/import/audits.ndjson').map((line) => JSON.parse(line).id)).size).toBe(
    Number(/AUDITS +(\d+) rows/.exec(demo.stdout)![1]),
  );
  expect(linesOf('data/demo/import/resources.ndjson')).toHaveLength(500);
  expect(demo.stderr).toMatch(/^Imported: 100%, ([\d,]+) of \1 rows/m);
  const [, token] = /export PAM_GATEWAY_TOKEN=(pag_\w+)/.exec(demo.stdout)!;
  const [, query] = /-d '(.*)'/.exec(demo.stdout)!;

  const second = await program.run(['demo'], '', { PORT: port });
  expect([second.code, second.stderr]).toEqual([
    1,
    `pam-gateway: port ${port} is in use: stop what uses it, or set another PORT\n`,
  ]);

  const beside = await program.run(['demo'], '', { PORT: String(await freePort()) });
  expect([beside.code, beside.stderr]).toEqual([
    1,
    'pam-gateway: a demo runs in this folder already: stop it first, or run this one elsewhere\n',
  ]);

  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(`http://127.0.0.1:${port}/graphql`, { method: 'POST', headers, body: query! });
  expect(await answer.json()).toMatchObject({ data: { audits: { nodes: [{}, {}, {}] } } });
  expect(await signIns(demo.stdout, port)).toEqual([['MANAGEENGINE_INTEGRATION', 'MANAGE_USERS'], []]);
  expect((await demo.stop()).code).toBe(0);
});

/** What those who sign in as the demo says may do beside reading. */
function signIns(printed: string, port: string): Promise<string[][]> {
  const query = `mutation ($name: String!, $password: String!) {
    signIn(userName: $name, password: $password) { viewer { privileges } } }`;
  const lines = [...printed.matchAll(/^ {2}(\S+) +([\w-]{16}) {3}/gm)];
  return Promise.all(
    lines.map(async ([, name, password]) => {
      const answer = await fetch(`http://127.0.0.1:${port}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables: { name, password } }),
      });
      const { data } = (await answer.json()) as { data: { signIn: { viewer: { privileges: string[] } } } };
      const { privileges } = data.signIn.viewer;
      return ['MANAGEENGINE_INTEGRATION', 'MANAGE_USERS'].filter((privilege) => privileges.includes(privilege));
    }),
  );
}

test('a demo whose port is in use makes nothing', async () => {
  const other = createServer();
  const port = await freePort();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  const fresh = new Program();
  expect((await fresh.run(['demo'], '', { PORT: String(port) })).stderr).toMatch(
    /is in use: stop what uses it, or set another PORT/,
  );
  expect(existsSync(fresh.file('data'))).toBe(false);
  other.close();
});

test('the database of the demo is not the one of the settings', async () => {
  expect(existsSync(program.file('data/gateway.db'))).toBe(false);
  expect(statSync(program.file('data/demo/gateway.db')).size).toBeGreaterThan(0);
});
