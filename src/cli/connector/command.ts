import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseInterval } from '../../lib/interval.js';
import { wholeNumber } from '../option-types.js';
import { ConnectorError } from './connector-error.js';
import { type ConnectorOptions, runConnector } from './import.js';
import { MODULE_NAMES, type ModuleName } from './modules.js';
import { reporter, summary } from './report.js';
import type { FormatName } from './row-format.js';
import { type Seen, seenLines } from './seen.js';
import { tokenFrom } from './token.js';

interface CommandOptions {
  url: string;
  token?: string;
  tokenFile?: string;
  out: string;
  format: FormatName;
  since?: string;
  pageSize: number;
  safe?: boolean;
  every?: number;
  resync?: ModuleName[];
}

/** `pam-gateway connector`: imports the three modules into files, again and again only what is new. */
export function connectorCommand(): Command {
  return new Command('connector')
    .description('import resources, user accounts and audits from a gateway into files; run again, only what is new')
    .requiredOption('--url <url>', 'address of the gateway')
    .addOption(
      new Option('--token <token>', 'auth token; on a shared machine give it otherwise').env('PAM_GATEWAY_TOKEN'),
    )
    .option('--token-file <file>', 'file that holds the auth token')
    .requiredOption('--out <directory>', 'directory of the files and of the state between runs')
    .addOption(new Option('--format <format>', 'format of the files').choices(['ndjson', 'csv']).default('ndjson'))
    .option('--safe', 'in CSV, put an apostrophe before text that a spreadsheet would run as a formula')
    .option('--since <date>', 'leave out audits before this time, such as 2026-01-01T00:00:00Z')
    .option('--page-size <rows>', 'rows a request', wholeNumber(1), 10_000)
    .option('--every <interval>', 'go on importing, at intervals such as 15m or 1h', interval)
    .addOption(
      new Option('--resync <module...>', 'import these modules again from the beginning').choices(MODULE_NAMES),
    )
    .action(execute);
}

async function execute({ every, token, tokenFile, ...given }: CommandOptions): Promise<void> {
  const stop = new AbortController();
  let stoppedBy = 0;
  const onSignal = (_name: string, number: number) => {
    stoppedBy = number;
    stop.abort();
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const options = { ...given, token: await tokenFrom(token, tokenFile), signal: stop.signal };
    await (every === undefined ? importOnce(options) : importForEver(options, every));
  } catch (error) {
    process.exitCode = report(error, stoppedBy);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function importOnce(options: ConnectorOptions): Promise<void> {
  const progress = reporter();
  try {
    let seen: readonly Seen[] = [];
    const onSeen = (told: readonly Seen[]): void => {
      seen = told;
    };
    const results = await runConnector({ ...options, onProgress: progress.show, onSeen });
    progress.end();
    process.stdout.write(summary(results));
    for (const line of seenLines(seen)) process.stderr.write(`${line}\n`);
  } catch (error) {
    progress.end();
    throw error;
  }
}

/** What may pass is said and tried again the next time; what a person must mend ends the command. */
async function importForEver({ resync, ...options }: ConnectorOptions, everyMs: number): Promise<void> {
  let toResync = resync;
  for (;;) {
    const startedAt = performance.now();
    try {
      await importOnce({ ...options, ...(toResync ? { resync: toResync } : {}) });
      toResync = undefined;
    } catch (error) {
      if (!(error instanceof ConnectorError && error.transient)) throw error;
      process.stderr.write(`${error.message}\n`);
    }
    await sleep(Math.max(0, everyMs - (performance.now() - startedAt)), undefined, {
      ...(options.signal ? { signal: options.signal } : {}),
    });
  }
}

/** Says what went wrong; returns the exit code, for a signal that which shells give it. */
function report(error: unknown, stoppedBy: number): number {
  if (stoppedBy > 0) {
    process.stderr.write('Stopped. The same command goes on from here.\n');
    return 128 + stoppedBy;
  }
  const expected = error instanceof ConnectorError || (error instanceof Error && 'syscall' in error);
  if (!expected) throw error;
  process.stderr.write(`${error.message}\n`);
  return 1;
}

function interval(text: string): number {
  const ms = parseInterval(text);
  if (ms === null) throw new InvalidArgumentError('Write a number and s, m, h or d, such as 15m.');
  return ms;
}
