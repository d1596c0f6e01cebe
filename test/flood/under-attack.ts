import { execFile } from 'node:child_process';
import { connect } from 'node:net';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { Child } from '../bench/child.js';
import { Client } from './ask.js';
import type { Attack } from './attacks.js';
import { quantile } from './numbers.js';
import type { Seen } from './probe.js';
import { sendAttack, type Tokens } from './send-attack.js';

/** Unfinished bodies from one address. */
const UNFINISHED = 2_000;

/** The bar: milliseconds of the longest look at `/health/live`, and the share of the pages. */
const LONGEST = 200;
const SHARE = 0.5;

/** Attacks a gateway of its own over a database in each way, for so many seconds each; the report of it. */
export async function underAttack(
  engine: string,
  url: string,
  tokens: Tokens & { readonly victim: string },
  seconds: number,
  wanted: readonly Attack[],
): Promise<string> {
  const gateway = await Child.start([resolve('dist/main.js'), 'serve'], { DATABASE_URL: url, LOG_LEVEL: 'error' });
  try {
    await gateway.answers({ path: '/health/ready' });
    await pushLongNames(gateway.port, tokens.ingest);
    const report = new Report(engine, gateway);
    let token = '';
    for (const attack of wanted) {
      // The pushes make the database larger, and the process warm.
      if (token !== attack.token) report.calm(await probe(gateway.port, tokens.victim, seconds));
      token = attack.token;
      const until = performance.now() + seconds * 1_000;
      const [seen, answers] = await Promise.all([
        probe(gateway.port, tokens.victim, seconds),
        sendAttack(gateway.port, attack, tokens, '127.0.9.66', () => performance.now() < until, until + GRACE),
      ]);
      report.add(attack.name, seen, [...answers].map(([answer, count]) => `${count} times ${answer}`).join(', '));
    }
    const { seen, open } = await leaveBodiesOpen(gateway, tokens.victim, seconds);
    report.add(`anonymous: ${UNFINISHED} unfinished bodies`, seen, `${open} connections stay open`);
    return report.text();
  } finally {
    await gateway.stop();
  }
}

/** Milliseconds that the last answers of an attack have. */
const GRACE = 3_000;

/** What was seen under each attack, beside what was seen in calm. */
class Report {
  readonly #engine: string;
  readonly #gateway: Child;
  readonly #lines: string[] = [];
  readonly #missed: string[] = [];
  #calm!: Seen;

  constructor(engine: string, gateway: Child) {
    this.#engine = engine;
    this.#gateway = gateway;
  }

  calm(seen: Seen): void {
    this.#calm = seen;
    this.#line('nothing', seen, '', '');
  }

  add(name: string, seen: Seen, answers: string): void {
    const reached = Math.max(...seen.live) <= LONGEST && this.#shareOf(seen) >= SHARE;
    if (!reached) this.#missed.push(name);
    this.#line(name, seen, reached ? 'yes' : '**no**', answers);
  }

  text(): string {
    const missed = this.#missed.length > 0 ? `**Missed** by ${this.#missed.join('; ')}` : 'Reached by all';
    return `## Under attack, on ${this.#engine}

${missed}.

| the attack | \`/health/live\`, median and longest, ms | pages a second | of those in calm | reached | MiB | answers |
| --- | ---: | ---: | ---: | --- | ---: | --- |
${this.#lines.join('\n')}
`;
  }

  #shareOf({ pagesPerSecond }: Seen): number {
    return pagesPerSecond / this.#calm.pagesPerSecond;
  }

  #line(name: string, seen: Seen, reached: string, answers: string): void {
    const [median, longest] = [quantile(seen.live, 0.5), Math.max(...seen.live)].map((ms) => ms.toFixed(1));
    const failed = seen.failed > 0 ? ` (${seen.failed} failed)` : '';
    const share = `${Math.round(100 * this.#shareOf(seen))} %`;
    const pages = `${seen.pagesPerSecond.toFixed(0)}${failed}`;
    const line = `| ${name} | ${median}, ${longest} | ${pages} | ${share} | ${reached} | ${this.#gateway.mebibytes.toFixed(0)} | ${answers} |`;
    console.error(`${this.#engine} ${line}`);
    this.#lines.push(line);
  }
}

async function leaveBodiesOpen(child: Child, victim: string, seconds: number): Promise<{ seen: Seen; open: number }> {
  const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 16000\r\n\r\n`;
  const sockets = Array.from({ length: UNFINISHED }, () => {
    const socket = connect({ host: '127.0.0.1', port: child.port, localAddress: '127.0.9.66' });
    socket.on('error', () => {});
    socket.write(head + '{'.padEnd(15_000, ' '));
    socket.resume();
    return socket;
  });
  const seen = await probe(child.port, victim, seconds);
  const open = sockets.filter(({ destroyed }) => !destroyed).length;
  for (const socket of sockets) socket.destroy();
  return { seen, open };
}

async function probe(port: number, token: string, seconds: number): Promise<Seen> {
  const args = [resolve('dist/test/flood/probe.js'), String(port), token, String(seconds)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 });
  return JSON.parse(stdout) as Seen;
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
