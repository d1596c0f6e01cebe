import { rmSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import mysql from 'mysql2/promise';
import { compare } from './compare.js';
import { push, Told } from './pusher.js';
import { Random } from './random.js';
import { type Victim, World } from './world.js';

const PUSHERS = 8;
/** Milliseconds between two kills. */
const SOONEST = 1_000;
const LATEST = 7_000;
const victims: readonly Victim[] = ['gateway', 'connector', 'MariaDB'];

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    out: { type: 'string', default: 'test/torture/REPORT.md' },
  },
});
const rows = Number(values.rows);
const seed = Number(values.seed);
console.log(`${rows.toLocaleString('en')} audits, seed ${seed}`);

const begin = performance.now();
const world = await World.start();
const told = new Told();
try {
  let isOver = false;
  const killing = (async () => {
    const random = new Random(seed);
    while (!isOver) {
      await sleep(SOONEST + random.below(LATEST - SOONEST));
      if (!isOver) await world.kill(victims[random.below(victims.length)]!);
      process.stderr.write(`\r${told.audits.toLocaleString('en')} audits, ${JSON.stringify(world.kills)}   `);
    }
  })();
  const pushing = Array.from({ length: PUSHERS }, (_, n) =>
    push(world, `p${n}`, new Random(seed + n + 1), told, () => told.audits >= rows),
  );
  await Promise.all(pushing).finally(() => {
    isOver = true;
  });
  await killing;
  await world.finish();
  const compared = {
    audits: await compare(world, 'audits'),
    resources: await compare(world, 'resources'),
    'user accounts': await compare(world, 'user-accounts'),
  };
  const connection = await mysql.createConnection(world.server.url('torture'));
  const [[stored]] = await connection.query<mysql.RowDataPacket[]>(
    "SELECT COUNT(*) AS audits, COUNT(DISTINCT source_id) AS ids FROM audits WHERE source = 'torture'",
  );
  await connection.end();
  const differences = Object.values(compared).flatMap((one) => one.differences);
  if (stored!.audits !== told.audits || stored!.ids !== told.audits) {
    differences.push(`${told.audits} audits were answered for, ${stored!.audits} are stored, with ${stored!.ids} ids`);
  }
  const report = `# What \`npm run torture\` found

${rows.toLocaleString('en')} audits and more were pushed by ${PUSHERS} programs while the gateway, the connector and MariaDB were killed (\`kill -9\`) at random
moments. Each call was sent again until it was answered. In the end the connector's files were compared with the database, row by row.

| | |
|---|---:|
| seed | ${seed} |
| minutes | ${((performance.now() - begin) / 60_000).toFixed(1)} |
| kills of the gateway | ${world.kills.gateway} |
| kills of the connector | ${world.kills.connector} |
| kills of MariaDB | ${world.kills.MariaDB} |
| calls sent again | ${told.repeated} |
| imports that came to their end between the kills | ${world.imports} |
| audits that were answered for | ${told.audits.toLocaleString('en')} |
${Object.entries(compared)
  .map(([name, one]) => `| ${name} compared | ${one.rows.toLocaleString('en')} |`)
  .join('\n')}
| differences | ${differences.length} |

${differences.map((one) => `- ${one}\n`).join('')}Machine: ${cpus().length} × ${cpus()[0]!.model.trim()}, Linux ${release()}, Node ${process.version}; MariaDB with
\`innodb_flush_log_at_trx_commit = 1\`.
`;
  writeFileSync(resolve(values.out), report);
  console.log(`\n${report}`);
  if (differences.length > 0) process.exitCode = 1;
} finally {
  await world.stop();
  rmSync(world.folder, { recursive: true, force: true });
}
