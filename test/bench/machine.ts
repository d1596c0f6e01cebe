import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, release, totalmem } from 'node:os';
import type { Options } from './options.js';

const packages = ['@apollo/server', 'fastify', 'graphql', 'mercurius', 'mysql2', 'type-graphql', 'typeorm'];

/** The beginning of the results: what was measured, on what, and how to read it. */
export function describeRun({ rows, rounds, seconds }: Options, database: string): string {
  const commit =
    git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', 'src') ? ' and changes of it' : '');
  const facts = [
    ['date', new Date().toISOString().slice(0, 16).replace('T', ' ')],
    ['commit', commit],
    ['machine', `${cpus()[0]!.model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['busy before', `load ${loadavg()[0]!.toFixed(2)}`],
    ['system', `Linux ${release()}, Node ${process.versions.node}, MariaDB ${database}`],
    ['packages', packages.map((name) => `${name} ${versionOf(name)}`).join(', ')],
    ['audits', rows.toLocaleString('en')],
    ['rounds', `${rounds} of ${seconds} s for each peer, in turn; a round before them to warm up`],
  ];
  return `# What \`npm run bench\` found

${facts.map(([name, fact]) => `- ${name}: ${fact}`).join('\n')}

Everything runs on this one machine: the database, the peer that is asked, and the client. Only ratios tell something, and only
those of one table. A ratio is the gateway's figure for the peer's in the same round, the median of all rounds.

- **gateway**: \`pam-gateway serve\` as it is, with its guard, its limits and its log, asked with a token.
- **rest**: fastify and a mysql2 pool; one \`SELECT\` with the same columns, by the same index; \`JSON.stringify\`. It asks nobody who is
  there, and leaves times as the database writes them.
- **stock**: Apollo Server with its default plugins, type-graphql resolvers, TypeORM entities and repositories, as their guides show.
- **mercurius**: mercurius with its JIT, on the rows of mysql2.

Before anything is measured, pages of all peers are compared, value by value.`;
}

function versionOf(name: string): string {
  const file = createRequire(import.meta.url)
    .resolve.paths(name)!
    .map((folder) => `${folder}/${name}/package.json`);
  for (const path of file) {
    try {
      return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
    } catch {}
  }
  return 'of unknown version';
}

function git(...args: string[]): string {
  return execFileSync('git', args, { encoding: 'utf8' }).trim();
}
