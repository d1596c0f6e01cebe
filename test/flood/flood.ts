import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { median, short } from '../bench/numbers.js';
import { World } from '../bench/world.js';
import { type Asked, Client, keepAsking } from './ask.js';
import { attackEachEngine } from './engines.js';
import { quantile } from './numbers.js';
import { signInTimings } from './timings.js';
import { FloodedWorld } from './world.js';

/** Ten thousand a minute. */
const FLOOD_PER_SECOND = 10_000 / 60;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    'attack-seconds': { type: 'string', default: '4' },
    /** Only the attacks whose names match this regular expression, and nothing else. */
    only: { type: 'string' },
    out: { type: 'string', default: 'test/flood/RESULTS.md' },
  },
});
const seconds = Number(values.seconds);
const { newToken } = (await import(pathToFileURL(resolve('dist/lib/token.js')).href)) as {
  newToken(prefix: string): string;
};

const attackSeconds = Number(values['attack-seconds']);
if (values.only !== undefined) {
  const world = await World.start(20_000);
  console.log(await attackEachEngine(world, attackSeconds, values.only).finally(() => world.server.stop()));
  process.exit();
}

const SAID_OF_ATTACKS = `Each attack below comes over 8 connections from one address for ${attackSeconds} s, each request as soon as the one before was answered.
Another process looks at \`/health/live\` every 50 ms, and reads pages of 1,000 audits with another token, one after another. Reached is:
\`/health/live\` answers within 200 ms each time, and the pages keep half of their speed in calm.
`;

const world = await FloodedWorld.start(12);
try {
  console.error('Timing sign-ins ...');
  const timings = await signInTimings(world);
  const calm = await beside(async () => []);
  console.error(`Flooding with unknown tokens, ${seconds} s ...`);
  const tokens = await beside((attacker) =>
    keepAsking(FLOOD_PER_SECOND, seconds, () => attacker.page(newToken('pag_'))),
  );
  console.error(`Flooding with wrong passwords, ${seconds} s ...`);
  const before = await failuresAccountedFor();
  const passwords = await beside((attacker) =>
    keepAsking(FLOOD_PER_SECOND, seconds, (number) =>
      attacker.signIn(number % 2 ? `person ${number % 12}` : `guess ${number}`, 'a password that nobody has'),
    ),
  );
  await world.gateway.stop();
  const after = await failuresAccountedFor();
  const attacked = await attackEachEngine(world.world, attackSeconds);
  const report = [
    describeRun(),
    describeFloods({ calm, tokens, passwords }),
    describeAudits(passwords.flood, after.rows - before.rows, after.attempts - before.attempts),
    timings,
    SAID_OF_ATTACKS,
    attacked,
  ].join('\n');
  writeFileSync(values.out, report);
  console.log(report);
} finally {
  await world.stop();
}

interface Phase {
  readonly flood: Asked[];
  /** A connector with a good token at another address, which asks for ten pages a second. */
  readonly connector: Asked[];
  /** A person at a third address, who signs in once a second. */
  readonly person: Asked[];
  /** A connector with a good token behind the address that floods. */
  readonly neighbour: Asked[];
}

async function beside(flood: (attacker: Client) => Promise<Asked[]>): Promise<Phase> {
  const { port } = world.gateway;
  const { token } = world.database;
  const [attacker, connector, person, neighbour] = [
    new Client(port, '127.0.9.66', 64),
    new Client(port, '127.0.9.2', 8),
    new Client(port, '127.0.9.3', 8),
    new Client(port, '127.0.9.66', 8),
  ];
  const { name, password } = world.people.at(-1)!;
  const [flooded, pages, signIns, pagesBeside] = await Promise.all([
    flood(attacker),
    keepAsking(10, seconds, () => connector.page(token)),
    keepAsking(1, seconds, () => person.signIn(name, password)),
    keepAsking(2, seconds, () => neighbour.page(token)),
  ]);
  for (const client of [attacker, connector, person, neighbour]) client.close();
  return { flood: flooded, connector: pages, person: signIns, neighbour: pagesBeside };
}

/** Audits of failures, and how many sign-ins they and the numbers that are still counted stand for. */
async function failuresAccountedFor(): Promise<{ rows: number; attempts: number }> {
  const failures = "FROM {db}.audits WHERE operation LIKE 'User Sign-In %' AND outcome = 'FAILURE'";
  const rows = await world.count(`SELECT COUNT(*) AS n ${failures}`);
  const attempts = await world.count(
    `SELECT SUM(CASE WHEN reason LIKE '% more %' THEN CAST(reason AS UNSIGNED) ELSE 1 END) AS n ${failures}`,
  );
  const open = await world.count('SELECT SUM(more) AS n FROM {db}.refusals');
  return { rows, attempts: attempts + open };
}

function describeRun(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  return `# What \`npm run flood\` found

- date: ${new Date().toISOString().slice(0, 16).replace('T', ' ')}
- commit: ${commit}
- machine: ${cpus()[0]!.model.trim()}, ${cpus().length} cores, load ${loadavg()[0]!.toFixed(2)} at the end
- each flood: ${Math.round(FLOOD_PER_SECOND * 60).toLocaleString('en')} a minute from one address, for ${seconds} s

Everything runs on this one machine: the database (MariaDB), the gateway, the flood, and those beside it, each at an address of its own.
`;
}

function describeFloods({ calm, tokens, passwords }: Record<'calm' | 'tokens' | 'passwords', Phase>): string {
  const phases = [
    ['nothing', calm],
    ['unknown tokens', tokens],
    ['wrong passwords', passwords],
  ] as const;
  const who = {
    connector: 'a connector elsewhere, a page of 100',
    person: 'a person elsewhere, a sign-in',
    neighbour: 'a connector behind the same address, a page of 100',
  };
  const rows = (Object.keys(who) as (keyof typeof who)[]).flatMap((key) =>
    phases.map(([flood, phase]) => {
      const times = phase[key].map(({ milliseconds }) => milliseconds);
      const good = phase[key].filter(({ code }) => code === 'OK').length;
      return `| ${who[key]} | ${flood} | ${good} of ${times.length} | ${short(median(times))} | ${short(quantile(times, 0.95))} |`;
    }),
  );
  return `## Who is slowed by a flood

| who asks | the flood | answered well | median, ms | 95 of 100, ms |
| --- | --- | ---: | ---: | ---: |
${rows.join('\n')}

What the flood itself was answered:

${phases
  .slice(1)
  .map(([flood, phase]) => `- ${flood}: ${codesOf(phase.flood)}`)
  .join('\n')}
`;
}

function codesOf(asked: readonly Asked[]): string {
  const counts = new Map<string, number>();
  for (const { status, code } of asked) {
    const key = `${status} ${code}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => `${count} times ${key}`).join(', ');
}

function describeAudits(flood: readonly Asked[], rows: number, attempts: number): string {
  const turnedAway = flood.filter(({ code }) => ['UNAVAILABLE', 'RATE_LIMITED'].includes(code)).length;
  return `## What is recorded of it

The flood of passwords was ${flood.length} sign-ins. ${turnedAway} of them were turned away unseen, answered UNAVAILABLE or RATE_LIMITED: nothing was tried. ${rows} audits,
and what is counted for the next ones, account for ${attempts}: ${attempts === flood.length ? 'all' : '**not all**'}.
`;
}
