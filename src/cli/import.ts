import { stat } from 'node:fs/promises';
import { Argument, Command, Option } from 'commander';
import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { Module } from '../database/module.js';
import { transaction } from '../database/transaction.js';
import { commandLine } from '../features/audits/activity-log.js';
import { pluralize } from '../lib/pluralize.js';
import { checkFile } from '../sources/files/check-file.js';
import type { FileFormat } from '../sources/files/import-file.js';
import { readImportFile } from '../sources/files/import-file.js';
import { type LoadOptions, loadFile } from '../sources/files/load-file.js';
import { withDatabase } from './database.js';
import { ImportReport } from './import-report.js';
import { sourceName } from './source-name.js';

const modules: Record<string, Module> = {
  resources: Module.RESOURCES,
  'user-accounts': Module.USER_ACCOUNTS,
  audits: Module.AUDITS,
};

interface ImportOptions {
  source: string;
  format?: FileFormat;
  strict?: boolean;
  dryRun?: boolean;
}

export function importCommand(): Command {
  return new Command('import')
    .description(
      'read records from a file of NDJSON, JSON or CSV, gzip or not; what was imported before is not doubled',
    )
    .addArgument(new Argument('<module>', 'which module').choices(Object.keys(modules)))
    .argument('<file>')
    .option(
      '--source <name>',
      'where the records come from; with their sourceId it is what they are known by',
      sourceName,
      'import',
    )
    .addOption(
      new Option('--format <format>', 'where the name of the file does not tell').choices(['ndjson', 'json', 'csv']),
    )
    .option('--strict', 'stop at the first bad line, with nothing written')
    .option('--dry-run', 'check the file and say what would become of its rows, with nothing written')
    .action(async (name: string, file: string, options: ImportOptions) => {
      const stop = new AbortController();
      let stoppedBy = 0;
      const onSignal = (_name: string, number: number): void => {
        stoppedBy = number;
        stop.abort(new Error('stopped'));
      };
      process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
      const report = new ImportReport(options.dryRun ? 'Checked' : 'Imported');
      try {
        await withDatabase((db, config) => run(db, config, modules[name]!, file, options, report, stop.signal));
      } catch (error) {
        if (stoppedBy === 0) throw error;
        process.exitCode = 128 + stoppedBy;
      } finally {
        process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
      }
    });
}

/** Imports a file, and says what was done however that ends. */
async function run(
  db: Database,
  { sourceTimeZone: zone }: Config,
  module: Module,
  file: string,
  options: ImportOptions,
  report: ImportReport,
  signal: AbortSignal,
): Promise<void> {
  const { source, format, strict, dryRun } = options;
  const load: LoadOptions = { source, by: commandLine, zone, signal, ...report.callbacks, ...(format && { format }) };
  /** Whether nothing is stored unless all is. */
  const isWhole = dryRun || (strict && module !== Module.AUDITS);
  try {
    if (strict) await checkStrictly(db, module, file, load, report);
    if (dryRun) await checkFile(db, module, file, load);
    else if (isWhole) await transaction(db, (tx) => loadFile(tx, module, file, strictly(load)));
    else await loadFile(db, module, file, load);
  } catch (error) {
    sayStopped(report, signal, isWhole || error instanceof StrictError);
    // A fault of the file may say which; one of its lines never does.
    const { message } = error as Error;
    throw new Error(message.includes(file) ? message : `${file}: ${message}`, { cause: error });
  }
  report.sayErrors();
  if (report.rows === 0) console.error(`${file}: it holds no records`);
  console.log(dryRun ? `${report.summary} (dry run: nothing was stored)` : report.summary);
  if (report.hasErrors) process.exitCode = 1;
}

/** Says what an import did that did not come to its end. */
function sayStopped(report: ImportReport, signal: AbortSignal, isWhole: boolean): void {
  report.sayErrors();
  const stored = isWhole ? 'nothing was stored' : 'what is stored stays, and the same command goes on from there';
  const rows = pluralize(report.rows, 'row');
  if (report.rows > 0 && !isWhole) console.log(`${report.summary}; stopped after ${rows}: ${stored}`);
  else if (report.rows > 0 || signal.aborted) console.error(`stopped after ${rows}: ${stored}`);
}

/** A row that ends an import with --strict. */
class StrictError extends Error {}

/** The same load, ended by the first row that is not stored. */
function strictly(load: LoadOptions): LoadOptions {
  const stopAt = (line: number, reason: string): never => {
    throw new StrictError(`line ${line}: ${reason}; nothing was written`);
  };
  return { ...load, onRefused: stopAt, onConflict: (line, _sourceId, reason) => stopAt(line, reason) };
}

/** Reads the whole file before anything is written. What is wrong with audits only the database knows is found here, too. */
async function checkStrictly(
  db: Database,
  module: Module,
  file: string,
  load: LoadOptions,
  report: ImportReport,
): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found && !found.isFile()) throw new Error('--strict reads a file twice, so it needs a regular file');
  const { onRefused, ...options } = strictly(load);
  try {
    for await (const line of readImportFile(module, file, options)) {
      if ('refused' in line) onRefused(line.line, line.refused);
      load.signal?.throwIfAborted();
    }
    if (module === Module.AUDITS) await checkFile(db, module, file, { ...options, onRefused });
  } finally {
    report.clear();
  }
}
