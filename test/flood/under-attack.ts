import { execFile } from 'node:child_process';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { Child } from '../bench/child.js';
import { Client } from './ask.js';
import { type Attack, attacks } from './attacks.js';
import { quantile } from './numbers.js';
import type { Seen } from './probe.js';

/** Connections of each attack, and unfinished bodies from one address. */
const CONNECTIONS = 8;
const UNFINISHED = 2_000;

export interface Tokens {
  readonly connector: string;
  readonly ingest: string;
}

/** Attacks a gateway of its own over a database in each way, for so many seconds each; the report of it. */
export async function underAttack(
  engine: string,
  url: string,
  tokens: Tokens,
  seconds: number,
  wanted: readonly Attack[] = attacks,
): Promise<string> {
  const gateway = await Child.start([resolve('dist/main.js'), 'serve'], { DATABASE_URL: url, LOG_LEVEL: 'error' });
  try {
    await gateway.answers({ path: '/health/ready' });
    await pushLongNames(gateway.port, tokens.ingest);
    const lines: string[] = [];
    const calm = await probe(gateway.port, tokens.connector, seconds);
    lines.push(lineOf('nothing', calm, calm, ''));
    for (const attack of wanted) {
      const before = Date.now();
      const [seen, answers] = await Promise.all([
        probe(gateway.port, tokens.connector, seconds),
        attackFor(gateway.port, attack, tokens, seconds),
      ]);
      lines.push(lineOf(attack.name, seen, calm, answers));
      console.error(`${engine}, ${attack.name}: ${Date.now() - before} ms`);
    }
    lines.push(await leaveBodiesOpen(gateway, tokens, seconds, calm));
    return `## Under attack, on ${engine}

| the attack | \`/health/live\`, median and longest, ms | pages a second | of those in calm | MiB | answers |
| --- | ---: | ---: | ---: | ---: | --- |
${lines.join('\n')}
`;
  } finally {
    await gateway.stop();
  }

  function lineOf(name: string, seen: Seen, calm: Seen, answers: string): string {
    const share = Math.round((100 * seen.pagesPerSecond) / calm.pagesPerSecond);
    const [median, longest] = [quantile(seen.live, 0.5), Math.max(...seen.live)].map((ms) => ms.toFixed(1));
    const failed = seen.failed > 0 ? ` (${seen.failed} failed)` : '';
    const pages = `${seen.pagesPerSecond.toFixed(0)}${failed}`;
    return `| ${name} | ${median}, ${longest} | ${pages} | ${share} % | ${gateway.mebibytes.toFixed(0)} | ${answers} |`;
  }

  async function leaveBodiesOpen(child: Child, { connector }: Tokens, seconds: number, calm: Seen): Promise<string> {
    const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 16000\r\n\r\n`;
    const sockets = Array.from({ length: UNFINISHED }, () => {
      const socket = connect({ host: '127.0.0.1', port: child.port, localAddress: '127.0.9.66' });
      socket.on('error', () => {});
      socket.write(head + '{'.padEnd(15_000, ' '));
      socket.resume();
      return socket;
    });
    const seen = await probe(child.port, connector, seconds);
    const open = sockets.filter(({ destroyed }) => !destroyed).length;
    const line = lineOf(`anonymous: ${UNFINISHED} unfinished bodies`, seen, calm, `${open} connections stay open`);
    for (const socket of sockets) socket.destroy();
    return line;
  }
}

async function probe(port: number, token: string, seconds: number): Promise<Seen> {
  const args = [resolve('dist/test/flood/probe.js'), String(port), token, String(seconds)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as Seen;
}

/** Sends an attack over each connection, again as soon as it is answered; what was answered how often. */
async function attackFor(port: number, attack: Attack, tokens: Tokens, seconds: number): Promise<string> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, localAddress: '127.0.9.66' });
  const token = attack.token === 'none' ? {} : { authtoken: tokens[attack.token] };
  const until = performance.now() + seconds * 1_000;
  const counts = new Map<string, number>();
  let number = 0;
  const client = async () => {
    while (performance.now() < until) {
      const { path = '/graphql', body } = attack.request(number++);
      const answer = await send(port, agent, path, token, body);
      counts.set(answer, (counts.get(answer) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  agent.destroy();
  return [...counts].map(([answer, count]) => `${count} times ${answer}`).join(', ');
}

function send(port: number, agent: Agent, path: string, token: object, body: string | undefined): Promise<string> {
  const headers = { ...token, ...(body !== undefined && { 'content-type': 'application/json' }) };
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  return new Promise((done) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path,
        agent,
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...headers, ...length },
      },
      (answer) => {
        text(answer).then(
          (answered) => done(`${answer.statusCode} ${/"code":"(\w+)"/.exec(answered)?.[1] ?? 'OK'}`),
          () => done('cut'),
        );
      },
    );
    // A body that is too large is refused before it was sent: the connection ends.
    sent.once('error', () => done('cut'));
    sent.end(body);
  });
}

/** Stores resources whose names and descriptions are of one letter, which a search has most work with. */
async function pushLongNames(port: number, token: string): Promise<void> {
  const client = new Client(port, '127.0.9.4', 1);
  const query = `mutation ($records: [PushedResource!]!) { upsertResources(source: "flood", records: $records) { added unchanged } }`;
  const records = Array.from({ length: 60 }, (_, n) => ({
    sourceId: `long ${n}`,
    name: 'a'.repeat(250),
    type: 'Linux',
    description: 'a'.repeat(15_000),
  }));
  const { code } = await client.ask({ query, variables: { records } }, { authtoken: token });
  if (code !== 'OK') throw new Error(`the long names were answered ${code}`);
  client.close();
}
