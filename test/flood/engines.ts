import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UNTIL, type World } from '../bench/world.js';
import { attacksOf } from './attacks.js';
import { underAttack } from './under-attack.js';

const AUDITS = '20000';

/** The most records that a push may have. */
const RECORDS = 5_000;

/** Attacks a gateway on SQLite, then one on MariaDB, with databases of their own; `only` is a regular expression that chooses attacks by their names. */
export async function attackEachEngine(world: World, seconds: number, only = ''): Promise<string> {
  const wanted = attacksOf(RECORDS).filter(({ name }) => new RegExp(only).test(name));
  const folder = mkdtempSync(join(tmpdir(), 'pam-gateway-flood-'));
  try {
    await world.query('CREATE DATABASE attacked');
    const reports: string[] = [];
    for (const [engine, url] of [
      ['SQLite', `sqlite:${join(folder, 'gateway.db')}`],
      ['MariaDB', world.server.url('attacked')],
    ] as const) {
      console.error(`Attacking a gateway on ${engine} ...`);
      reports.push(await underAttack(engine, url, await fill(world, url), seconds, wanted));
    }
    return reports.join('\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Fills a database with demo data; tokens of an attacked connector, of another one that attacks, and of a client that pushes. */
async function fill(world: World, url: string) {
  await world.run(url, ['demo-data', '--resources', '2000', '--users', '100', '--audits', AUDITS, '--until', UNTIL]);
  const tokenOf = async (user: string) => {
    await world.run(url, ['user', 'create', user, '--roles', 'Password Auditor', '--scope', 'ALL']);
    return (await world.run(url, ['token', 'generate', '--user', user])).trim();
  };
  const victim = await tokenOf('flooded');
  const connector = await tokenOf('attacker');
  const ingest = await world.run(url, [
    'token',
    'generate',
    '--kind',
    'ingest',
    '--name',
    'flood',
    '--source',
    'flood',
  ]);
  return { victim, connector, ingest: ingest.trim() };
}
