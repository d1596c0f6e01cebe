import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { emptyDatabase, onEveryEngine } from '../helpers/databases.js';
import { freePort } from '../helpers/free-port.js';
import { Program, type Served } from '../helpers/program.js';
import { SlowReader } from './slow-reader.js';

const READY = '/health/ready';

async function serve(program: Program, workers: number): Promise<Served> {
  const port = await freePort();
  const running = program.start(['serve', '--workers', String(workers)], { PORT: String(port) });
  await running.says(/Server listening at/);
  return Object.assign(running, { url: `http://127.0.0.1:${port}`, port });
}

/** The processes that a process started. */
function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

const workersOf = ({ child }: Served) => childrenOf(child.pid!);

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Each on a connection of its own, so that they come to all workers. */
function requests(count: number, url: string, init: RequestInit = {}): Promise<Response>[] {
  return Array.from({ length: count }, () =>
    fetch(url, { ...init, headers: { connection: 'close', ...init.headers } }),
  );
}

const statuses = async (answers: Promise<Response>[]) => [
  ...new Set((await Promise.all(answers)).map(({ status }) => status)),
];

onEveryEngine('several workers', (engine) => {
  const program = new Program();
  const PASSWORD = 'correct horse battery staple';
  let token: string;

  beforeAll(async () => {
    if (engine === 'mariadb') program.environment.DATABASE_URL = (await emptyDatabase('mariadb')).url;
    const roles = 'Administrator,ManageEngine Integration';
    const create = ['user', 'create', 'ann', '--roles', roles, '--scope', 'ALL', '--password-stdin'];
    expect((await program.run(create, `${PASSWORD}\n`)).code).toBe(0);
    await program.succeed('demo-data', '--resources', '20', '--users', '20', '--audits', '10000', '--days', '30');
    token = (await program.succeed('token', 'generate', '--user', 'ann')).trim();
  });

  const post = (server: Served, query: string, headers: Record<string, string>) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close', ...headers },
      body: JSON.stringify({ query }),
    });

  async function signIn(server: Served): Promise<string> {
    const query = `mutation { signIn(userName: "ann", password: "${PASSWORD}") { viewer { userName } } }`;
    const answer = await post(server, query, {});
    return answer.headers.get('set-cookie')!.split(';')[0]!;
  }

  test('answer on one port, say so once, and end with 0', async () => {
    const server = await serve(program, 3);
    expect(await statuses(requests(30, server.url + READY))).toEqual([200]);
    expect(workersOf(server)).toHaveLength(3);
    const { code, stdout, stderr } = await server.stop();
    expect([code, stderr, stdout.match(/Server listening at/g)]).toEqual([0, '', ['Server listening at']]);
    expect(stdout.match(/a worker listens at/g)).toHaveLength(3);
  });

  test('serve while one of them stands still', async () => {
    const server = await serve(program, 2);
    const [first] = workersOf(server);
    process.kill(first!, 'SIGSTOP');
    const answers = requests(6, server.url + READY);
    expect((await Promise.race(answers)).status).toBe(200);
    process.kill(first!, 'SIGCONT');
    expect(await statuses(answers)).toEqual([200]);
    expect((await server.stop()).code).toBe(0);
  });

  test('are two again after one was killed', async () => {
    const server = await serve(program, 2);
    const [killed] = workersOf(server);
    process.kill(killed!, 'SIGKILL');
    await server.says(/a worker ended: it is started again/);
    expect((await fetch(server.url + READY)).status).toBe(200);
    await expect.poll(() => server.stdout.match(/a worker listens at/g)?.length).toBe(3);
    expect(workersOf(server)).toHaveLength(2);
    expect(await statuses(requests(10, server.url + READY))).toEqual([200]);
    expect((await server.stop()).code).toBe(0);
  });

  test('finish an answer that a slow client is reading', async () => {
    const server = await serve(program, 2);
    const reader = await SlowReader.begin(server.port, token);
    server.signal('SIGTERM');
    await server.says(/"msg":"stopping"/);
    expect(JSON.parse(await reader.finish()).data.f.nodes).toHaveLength(10_000);
    expect(await server.ended).toMatchObject({ code: 0, signal: null });
  });

  test('end at once with a second signal, all of them', async () => {
    const server = await serve(program, 2);
    const workers = workersOf(server);
    const reader = await SlowReader.begin(server.port, token);
    server.signal('SIGTERM');
    await server.says(/"msg":"stopping"/);
    server.signal('SIGINT');
    expect((await server.ended).code).toBe(1);
    await expect.poll(() => workers.filter(isThere)).toEqual([]);
    reader.leave();
  });

  test('finish their answers where they were told to stop before the signal reaches them, too', async () => {
    const server = await serve(program, 2);
    const reader = await SlowReader.begin(server.port, token);
    server.signal('SIGINT');
    await server.says(/"msg":"stopping"/);
    for (const pid of workersOf(server)) process.kill(pid, 'SIGINT');
    expect(JSON.parse(await reader.finish()).data.f.nodes).toHaveLength(10_000);
    expect((await server.ended).code).toBe(0);
  });

  test('stop as one where the signal reaches every process, as Ctrl-C does', async () => {
    const server = await serve(program, 2);
    for (const pid of workersOf(server)) process.kill(pid, 'SIGINT');
    server.signal('SIGINT');
    expect((await server.ended).code).toBe(0);
  });

  test('are gone when the first process was killed', async () => {
    const server = await serve(program, 2);
    const workers = workersOf(server);
    await server.kill();
    await expect.poll(() => workers.filter(isThere)).toEqual([]);
  });

  test('are measured together, whichever of them is asked', async () => {
    const server = await serve(program, 2);
    await Promise.all(requests(20, `${server.url}/health/live`));
    const counted = async () => {
      const [metrics] = await Promise.all(requests(1, `${server.url}/metrics`));
      return (await metrics!.text()).match(/request_seconds_count{route="\/health\/live",.*} (\d+)/)?.[1];
    };
    await expect.poll(counted).toBe('20');
    expect(await Promise.all([1, 2, 3, 4].map(counted))).toEqual(['20', '20', '20', '20']);
    expect((await server.stop()).code).toBe(0);
  });

  test('write at the same time, and each sees what the others wrote', async () => {
    const server = await serve(program, 3);
    const cookie = await signIn(server);
    const generate = 'mutation { generateAuthToken { token userErrors { message } } }';
    const answers = await Promise.all(Array.from({ length: 40 }, () => post(server, generate, { cookie })));
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as {
      data: Generated;
      errors?: unknown;
    }[];
    expect(bodies.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    const tokens = bodies.map(({ data }) => data.generateAuthToken.token);
    expect(new Set(tokens).size).toBe(40);
    const viewers = await Promise.all(
      Array.from({ length: 12 }, () => post(server, '{ viewer { userName } }', { cookie })),
    );
    for (const viewer of viewers) expect(await viewer.json()).toMatchObject({ data: { viewer: { userName: 'ann' } } });
    expect((await server.stop()).code).toBe(0);
  });

  test('all refuse a token within a second after it was revoked', async () => {
    const server = await serve(program, 3);
    const revoked = (await program.succeed('token', 'generate', '--user', 'ann')).trim();
    const viewers = () =>
      requests(9, `${server.url}/graphql?query={viewer{userName}}`, { headers: { authtoken: revoked } });
    expect(await statuses(viewers())).toEqual([200]);
    expect((await program.run(['token', 'revoke'], revoked)).code).toBe(0);
    await expect.poll(() => statuses(viewers())).toEqual([401]);
    expect((await server.stop()).code).toBe(0);
  });
});

interface Generated {
  readonly generateAuthToken: { readonly token: string };
}

describe('workers that cannot begin', () => {
  test('end all with the words that one would say, said once', async () => {
    const program = new Program();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const environment = { PORT: String(port) };
    const alone = await program.run(['serve'], '', environment);
    const several = await program.run(['serve', '--workers', '3'], '', environment);
    expect(several.stderr).toMatch(new RegExp(`^pam-gateway: port ${port} is in use: .*\\n$`));
    expect([several.code, several.stderr]).toEqual([1, alone.stderr]);
    taken.close();
  });

  test.each([
    ['a setting', { PORT: 'x' }],
    ['a file', { TLS_CERT_FILE: 'none.pem', TLS_KEY_FILE: 'none.pem' }],
    ['the database', { DATABASE_URL: 'mysql://gw:pw@127.0.0.1:1/gateway' }],
  ])('end as one would, because of %s', async (_, environment) => {
    const program = new Program();
    const alone = await program.run(['serve'], '', environment);
    const several = await program.run(['serve', '--workers', '2'], '', environment);
    expect([several.code, several.stderr]).toEqual([1, alone.stderr]);
  });

  test('are not begun where their number is none', async () => {
    const { code, stderr } = await new Program().run(['serve', '--workers', '0']);
    expect([code, stderr]).toEqual([1, expect.stringContaining('it must be a whole number from 1 on')]);
  });
});

test('the first of several workers says how to begin with an empty database', async () => {
  const server = await serve(new Program(), 2);
  await server.says(/The database is empty/);
  const { code, stderr } = await server.stop();
  expect([code, stderr.match(/The database is empty/g)]).toEqual([0, ['The database is empty']]);
});
