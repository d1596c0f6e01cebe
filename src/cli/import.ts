import { stat } from 'node:fs/promises';
import { Argument, Command, Option } from 'commander';
import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { Module } from '../database/module.js';
import { transaction } from '../database/transaction.js';
import { commandLine } from '../features/audits/own-audits.js';
import { quote } from '../lib/quote.js';
import type { FileFormat } from '../sources/files/import-file.js';
import { readImportFile } from '../sources/files/import-file.js';
import { type LoadOptions, loadFile, type Tally } from '../sources/files/load-file.js';
import { withDatabase } from './database.js';
import { Progress } from './progress.js';
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
    .action(async (name: string, file: string, options: ImportOptions) => {
      const tally = await withDatabase((db, config) => run(db, config, modules[name]!, file, options));
      const { conflicts, ...usual } = tally;
      const counts = Object.entries({ ...usual, ...(conflicts > 0 && { conflicts }) });
      if (counts.every(([, count]) => count === 0)) console.error(`${file}: it holds no records`);
      console.log(counts.map(([what, count]) => `${count} ${what}`).join(', '));
      if (tally.refused + tally.conflicts > 0) process.exitCode = 1;
    });
}

async function run(
  db: Database,
  { sourceTimeZone: zone }: Config,
  module: Module,
  file: string,
  { source, format, strict }: ImportOptions,
): Promise<Tally> {
  const progress = new Progress('Imported', { unit: 'lines' });
  let begun = false;
  const onRefused = (line: number, reason: string): void => {
    if (strict) throw new Error(`line ${line}: ${reason}; nothing was written`);
    console.error(`line ${line}: ${reason}`);
  };
  const onConflict = (line: number, sourceId: string, reason: string): void => {
    console.error(`line ${line}: sourceId ${quote(sourceId)}: ${reason}`);
  };
  const options: LoadOptions = {
    source,
    by: commandLine,
    zone,
    onRefused,
    onConflict,
    onProgress: (lines) => {
      begun ||= lines > 0;
      progress.update(lines);
    },
    ...(format && { format }),
  };
  try {
    return strict ? await runStrictly(db, module, file, options) : await loadFile(db, module, file, options);
  } catch (error) {
    // A fault of the file may say which; one of its lines never does.
    const { message } = error as Error;
    throw new Error(message.includes(file) ? message : `${file}: ${message}`, { cause: error });
  } finally {
    if (begun) progress.finish();
  }
}

/**
 * Reads the whole file before anything is written. Resources and user accounts may still be refused by the database,
 * so they are written in one transaction; audits cannot be, and are too many for one.
 */
async function runStrictly(db: Database, module: Module, file: string, options: LoadOptions): Promise<Tally> {
  const found = await stat(file).catch(() => null);
  if (found && !found.isFile()) throw new Error('--strict reads a file twice, so it needs a regular file');
  for await (const line of readImportFile(module, file, options)) {
    if ('refused' in line) options.onRefused(line.line, line.refused);
  }
  if (module === Module.AUDITS) return loadFile(db, module, file, options);
  return transaction(db, (tx) => loadFile(tx, module, file, options));
}
