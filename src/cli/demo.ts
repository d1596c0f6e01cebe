import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { Command } from 'commander';
import { type Config, readConfig } from '../config.js';
import type { Db } from '../database/db.js';
import { migrate } from '../database/migrate.js';
import type { Module } from '../database/module.js';
import { databaseLimits, openDatabase } from '../database/open.js';
import { transaction } from '../database/transaction.js';
import { commandLine, countOwnAudits } from '../features/audits/activity-log.js';
import { generateConnectorToken } from '../features/integration/connector-token.service.js';
import { preparePassword, setPassword } from '../features/sign-in/password.service.js';
import type { UserAccountRecord } from '../features/users/user-account.record.js';
import { makeDirectory } from '../lib/make-directory.js';
import { type RunningServer, serve } from '../server/serve.js';
import { type Loaded, loadDemo } from '../sources/demo/load-demo.js';
import { runConnector } from './connector/import.js';
import { lockDirectory } from './connector/lock.js';
import { loadWithProgress, printIncidents, startOfToday } from './demo-data.js';
import { Progress } from './progress.js';
import { countWithProgress } from './rebuild-counts.js';

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
      const [administrator] = world.users as [UserAccountRecord];
      const auditor = world.users.find(({ roles }) => roles?.includes('Password Auditor'));
      const signIns = await makeSignIns(server.db, auditor ? [administrator, auditor] : [administrator]);
      const token = await generateConnectorToken(server.db, administrator.userName);
      await importAll(server, token, added);
      printIncidents(world);
      console.log(nextSteps(server.address, administrator.userName, token, signIns));
    });
}

/** A demo that runs already must not lose its database to a second one, on whatever port. */
async function checkAlone(): Promise<void> {
  makeDirectory(LOCK);
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
    const loaded = await loadWithProgress((onProgress) => loadDemo(db, options, onProgress), options);
    // Else the import that is shown would be shown beside it.
    await countWithProgress(db);
    return loaded;
  } finally {
    await db.close();
  }
}

interface SignIn {
  readonly userName: string;
  readonly roles: readonly string[];
  readonly password: string;
}

/** Gives users random passwords: a demo, too, may stand open to others. */
function makeSignIns(db: Db, users: readonly UserAccountRecord[]): Promise<SignIn[]> {
  return Promise.all(
    users.map(async ({ userName, roles = [] }) => {
      const password = randomBytes(12).toString('base64url');
      const prepared = await preparePassword(commandLine, userName, password);
      await transaction(db, (tx) => setPassword(tx, commandLine, prepared));
      return { userName, roles, password };
    }),
  );
}

/** Imports over HTTP and holds what came through against what was made, and what was done here meanwhile. */
async function importAll({ address, db }: RunningServer, token: string, made: Record<Module, number>): Promise<void> {
  // The first use of the token will be one more.
  const ownAudits = (await countOwnAudits(db)) + 1;
  const total = made.RESOURCES + made.USER_ACCOUNTS + made.AUDITS + ownAudits;
  const progress = new Progress('Imported', { total });
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
  const own = { RESOURCES: 0, USER_ACCOUNTS: 0, AUDITS: await countOwnAudits(db) };
  const isWhole = ({ module, total }: (typeof results)[number]) => total === made[module] + own[module];
  for (const result of results) {
    const { module, total, rowsPerSecond, file } = result;
    const beside = own[module] > 0 ? `, and ${own[module]} of what was done in the gateway itself` : '';
    const verdict = isWhole(result)
      ? `all ${made[module]} that were made${beside}`
      : `BUT ${made[module]} WERE MADE${beside}`;
    console.log(
      `  ${module.padEnd(14)} ${String(total).padStart(7)} rows, ${verdict}; ${Math.round(rowsPerSecond)} rows a second  ${file}`,
    );
  }
  if (!results.every(isWhole)) throw new Error('the import is not what was made');
}

function nextSteps(address: string, user: string, token: string, signIns: readonly SignIn[]): string {
  const people = signIns.map(
    ({ userName, roles, password }) => `  ${userName.padEnd(24)} ${password}   ${roles.join(', ')}`,
  );
  return `
Sign-ins of this demo, with passwords that were made for it (mutation signIn):

${people.join('\n')}

The gateway serves on ${address}. The token has the view of ${user}, an administrator of the demo. In another terminal:

  export PAM_GATEWAY_TOKEN=${token}

  curl -s ${address}/graphql -H "Authorization: Bearer $PAM_GATEWAY_TOKEN" -H 'Content-Type: application/json' \\
    -d '{"query":"{ audits(first: 3, orderBy: { direction: DESC }) { nodes { occurredAt operatedBy operation resourceName } } }"}'

  npx pam-gateway connector --url ${address} --out data/demo/import    imports what is new since the import above

Ctrl-C stops it.
`;
}
