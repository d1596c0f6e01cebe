import { loadavg } from 'node:os';
import { Load } from './load/load.js';
import { describeRun } from './machine.js';
import { readOptions } from './options.js';
import { Report } from './report.js';
import { type Running, startPeers } from './running.js';
import { deepPages } from './sections/deep-pages.js';
import { feeds } from './sections/feeds.js';
import { ingest } from './sections/ingest.js';
import { memory } from './sections/memory.js';
import { pages } from './sections/pages.js';
import { resources } from './sections/resources.js';
import { rollupWorker } from './sections/rollup-worker.js';
import { startUp } from './sections/start-up.js';
import { syslog } from './sections/syslog.js';
import { tableSize } from './sections/table-size.js';
import { workers } from './sections/workers.js';
import { World } from './world.js';

const sections: Record<string, (running: Running) => Promise<void>> = {
  pages,
  resources,
  feeds,
  memory,
  'start-up': startUp,
  'deep-pages': deepPages,
  'table-size': tableSize,
  workers,
  ingest,
  syslog,
  rollupWorker,
};

const options = readOptions(process.argv.slice(2));
const names = options.only.length > 0 ? options.only : Object.keys(sections);
const unknown = names.filter((name) => !sections[name]);
if (unknown.length > 0)
  throw new Error(`--only: there is no ${unknown.join(', ')}; there are ${Object.keys(sections)}`);

if (loadavg()[0]! > 0.5) console.error(`The machine is busy (load ${loadavg()[0]!.toFixed(2)}): figures will be off.`);
const world = await World.start(options.sizes.reduce((sum, size) => sum + size, options.rows));
const load = new Load();
try {
  const [{ version }] = (await world.query<{ version: string }>('SELECT VERSION() AS version')) as [
    { version: string },
  ];
  const report = new Report(options.out, describeRun(options, version));
  console.error(`Filling ${options.rows} audits ...`);
  const database = await world.fill(options.rows);
  const running = await startPeers({ options, world, load, report, database });
  try {
    for (const name of names) {
      await sections[name]!(running);
      report.write();
    }
    console.log(`\n${report.write()}`);
  } finally {
    await running.stop();
  }
} finally {
  load.stop();
  await world.server.stop();
}
