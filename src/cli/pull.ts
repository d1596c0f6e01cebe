import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { withLease } from '../database/lease.js';
import { Module } from '../database/module.js';
import { commandLine } from '../features/audits/activity-log.js';
import type { RunCounts } from '../features/ingest/source-run.js';
import { parseInterval } from '../lib/interval.js';
import { type PulledModule, pamOf, pull, pullLease } from '../sources/pam360/pull.js';
import { count } from './count.js';
import { withDatabase } from './database.js';
import { describeError } from './describe-error.js';
import { PullReport } from './pull-report.js';

const modules: Record<string, Module> = {
  'user-accounts': Module.USER_ACCOUNTS,
  resources: Module.RESOURCES,
  audits: Module.AUDITS,
};

interface CommandOptions {
  every?: number;
  modules?: Module[];
  acceptDeletions?: boolean;
}

export function pullCommand(): Command {
  return new Command('pull')
    .description(
      'read what a PAM360 or Password Manager Pro server has over its API; what was read before is not doubled',
    )
    .option('--every <interval>', 'go on pulling, at intervals such as 15m or 1h', interval)
    .option('--modules <names...>', `some of ${Object.keys(modules).join(', ')}; all where it is left out`, moduleNames)
    .option('--accept-deletions', 'delete what is no longer listed, even if that is more than half')
    .action(execute);
}

async function execute(options: CommandOptions): Promise<void> {
  const stop = new AbortController();
  let stoppedBy = 0;
  const onSignal = (_name: string, number: number): void => {
    stoppedBy = number;
    stop.abort();
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    await withDatabase(async (db, config) => {
      checkModules(config, options);
      await (options.every === undefined
        ? pullOnce(db, config, options, stop.signal)
        : pullForEver(db, config, options, options.every, stop.signal));
    });
  } catch (error) {
    if (stoppedBy === 0) throw error;
    console.error('Stopped. The same command goes on from here.');
    process.exitCode = 128 + stoppedBy;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** Ends with 1 where something was refused or could not be read. */
async function pullOnce(db: Database, config: Config, options: CommandOptions, stop: AbortSignal): Promise<void> {
  const report = new PullReport();
  let pulled: readonly PulledModule[] = [];
  const { modules: wanted, acceptDeletions = false } = options;
  const isAlone = await withLease(db, pullLease(pamOf(config)), stop, async (signal) => {
    try {
      pulled = await pull(db, config, {
        by: commandLine,
        signal,
        acceptDeletions,
        ...(wanted && { modules: wanted }),
        onMessage: (...message) => report.message(...message),
        onProgress: (...progress) => report.progress(...progress),
      });
    } finally {
      report.end();
    }
  });
  if (!isAlone) throw new Error('another pull of this source runs, here or in a server: nothing was done');
  for (const { module, counts } of pulled) console.log(`${nameOf(module).padEnd(14)} ${inWords(counts)}`);
  if (config.pam?.scimUrl === undefined && !wanted)
    console.log(`${'user-accounts'.padEnd(14)} not pulled: PAM_SCIM_URL is not set`);
  if (pulled.some(({ isWhole }) => !isWhole)) process.exitCode = 1;
}

/** What goes wrong is said, and tried again the next time. */
async function pullForEver(
  db: Database,
  config: Config,
  options: CommandOptions,
  every: number,
  stop: AbortSignal,
): Promise<void> {
  for (;;) {
    const startedAt = performance.now();
    try {
      await pullOnce(db, config, options, stop);
    } catch (error) {
      stop.throwIfAborted();
      console.error(describeError(error));
    }
    await sleep(Math.max(0, every - (performance.now() - startedAt)), undefined, { signal: stop });
  }
}

function checkModules(config: Config, { modules: wanted }: CommandOptions): void {
  const { scimUrl } = pamOf(config);
  if (wanted?.includes(Module.USER_ACCOUNTS) && scimUrl === undefined) {
    throw new Error('user accounts are read over SCIM: set PAM_SCIM_URL');
  }
}

function inWords({ rowsRead, conflicts, ...usual }: RunCounts): string {
  const became = Object.entries(usual).map(([what, number]) => `${count(number)} ${what}`);
  if (conflicts > 0) became.push(`${count(conflicts)} ${conflicts === 1 ? 'conflict' : 'conflicts'}`);
  return `${count(rowsRead)} read: ${became.join(', ')}`;
}

function nameOf(module: Module): string {
  return Object.keys(modules).find((name) => modules[name] === module)!;
}

function interval(text: string): number {
  const milliseconds = parseInterval(text);
  if (milliseconds === null) throw new InvalidArgumentError('write a number and s, m, h or d, such as 15m.');
  return milliseconds;
}

/** Names apart, or in one word with commas. */
function moduleNames(text: string, before: Module[] = []): Module[] {
  const named = text.split(',').map((name) => {
    if (!Object.hasOwn(modules, name)) throw new InvalidArgumentError(`there are: ${Object.keys(modules).join(', ')}.`);
    return modules[name]!;
  });
  return [...before, ...named];
}
