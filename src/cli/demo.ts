import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { Command } from 'commander';
import { type Config, readConfig } from '../config.js';
import { migrate } from '../database/migrate.js';
import type { Module } from '../database/module.js';
import { databaseLimits, openDatabase } from '../database/open.js';
import { generateConnectorToken } from '../features/integration/connector-token.service.js';
import { type RunningServer, serve } from '../server/serve.js';
import { type Loaded, loadDemo } from '../sources/demo/load-demo.js';
import { runConnector } from './connector/import.js';
import { lockDirectory } from './connector/lock.js';
import { loadWithProgress, printIncidents, startOfToday } from './demo-data.js';
import { Progress } from './progress.js';

const FOLDER = 'data/demo';
const LOCK = 'data/demo-lock';
const SIZE = { seed: 1, resources: 500, users: 200, audits: 100_000, days: 180 };

export function demoCommand(): Command {
  return new Command('demo')
    .description('make demo data in a database of its own, serve it, and import it as a connector would')
    .action(async () => {
      const config: Config = {
        ...readConfig(process.env),
        databaseUrl: `sqlite:${FOLDER}/gateway.db`,
        logLevel: 'warn',
      };
      await checkFree(config);
      await checkAlone();
      await rm(FOLDER, { recursive: true, force: true });
      const { added, world } = await makeData(config);
      const server = await serve(config);
      const user = world.users[0]!.userName;
      const token = await generateConnectorToken(server.db, user);
      await importAll(server, token, added);
      printIncidents(world);
      console.log(nextSteps(server.address, user, token));
    });
}

/** A demo that runs already must not lose its database to a second one, on whatever port. */
async function checkAlone(): Promise<void> {
  await mkdir(LOCK, { recursive: true });
  try {
    await lockDirectory(LOCK);
  } catch (error) {
    throw new Error('a demo runs in this folder already: stop it first, or run this one elsewhere', { cause: error });
  }
}

/** Before data is made that nobody could then ask for. */
async function checkFree({ host, port }: Config): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(port, host, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}

async function makeData(config: Config): Promise<Loaded> {
  await migrate(config.databaseUrl);
  const db = await openDatabase(config.databaseUrl, databaseLimits(config));
  try {
    const options = { ...SIZE, until: startOfToday() };
    return await loadWithProgress((onProgress) => loadDemo(db, options, onProgress), options);
  } finally {
    await db.close();
  }
}

/** Imports over HTTP and holds what came through against what was made. */
async function importAll({ address }: RunningServer, token: string, made: Record<Module, number>): Promise<void> {
  const progress = new Progress('Imported', { total: made.RESOURCES + made.USER_ACCOUNTS + made.AUDITS });
  const rows: Record<string, number> = {};
  const results = await runConnector({
    url: address,
    token,
    out: `${FOLDER}/import`,
    format: 'ndjson',
    pageSize: 10_000,
    onProgress: (page) => {
      rows[page.module] = page.rows;
      progress.update(Object.values(rows).reduce((sum, count) => sum + count));
    },
  });
  progress.finish();
  console.log('\nImported over HTTP, as a connector does:');
  for (const { module, total, rowsPerSecond, file } of results) {
    const verdict = total === made[module] ? 'all that were made' : `BUT ${made[module]} WERE MADE`;
    console.log(
      `  ${module.padEnd(14)} ${String(total).padStart(7)} rows, ${verdict}; ${Math.round(rowsPerSecond)} rows a second  ${file}`,
    );
  }
  if (results.some(({ module, total }) => total !== made[module])) throw new Error('the import is not what was made');
}

function nextSteps(address: string, user: string, token: string): string {
  return `
The gateway serves on ${address}. The token has the view of ${user}, an administrator of the demo. In another terminal:

  export PAM_GATEWAY_TOKEN=${token}

  curl -s ${address}/graphql -H "Authorization: Bearer $PAM_GATEWAY_TOKEN" -H 'Content-Type: application/json' \\
    -d '{"query":"{ audits(first: 3, orderBy: { direction: DESC }) { nodes { occurredAt operatedBy operation resourceName } } }"}'

  npx pam-gateway connector --url ${address} --out data/demo/import    imports what is new since the import above

Ctrl-C stops it.
`;
}
