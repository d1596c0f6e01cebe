import { mkdtempSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '../../../src/database/module.js';
import type { RecordOf } from '../../../src/features/ingest/rules/record-schemas.js';
import { TimeZone } from '../../../src/lib/time-zone.js';
import { type FileFormat, type ImportLine, readImportFile } from '../../../src/sources/files/import-file.js';

/** All temporary files go when the run ends. */
const folder = mkdtempSync(join(tmpdir(), 'import-files-'));

/** Writes a file into a temporary folder; returns its path. */
export async function fileOf(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

type Line<M extends Module> = ImportLine<RecordOf<M>>;
type Options = { format?: FileFormat; zone?: string };

/** Reads a file until its end or its fault. */
export async function read<M extends Module>(
  module: M,
  path: string,
  { zone = 'UTC', ...options }: Options = {},
): Promise<{ lines: Line<M>[]; error?: Error }> {
  const lines: Line<M>[] = [];
  try {
    for await (const line of readImportFile(module, path, { ...options, zone: new TimeZone(zone) })) lines.push(line);
  } catch (error) {
    return { lines, error: error as Error };
  }
  return { lines };
}

/** Writes the content as a file of audits and reads it. */
export async function readAudits(name: string, content: string | Buffer, options?: Options) {
  return read(Module.AUDITS, await fileOf(name, content), options);
}

/** What one row turns out to be, its line left out. */
export async function readRow<M extends Module>(module: M, row: unknown, options?: Options) {
  const { lines, error: problem } = await read(module, await fileOf('row.ndjson', JSON.stringify(row)), options);
  if (problem || lines.length !== 1) throw problem ?? new Error(`${lines.length} lines`);
  const { line: _, ...outcome } = lines[0]!;
  return outcome as { record?: RecordOf<M>; deleted?: string; refused?: string };
}

/** An audit with all that it must have. */
export function anAudit(sourceId: string | number = '1') {
  return {
    sourceId,
    occurredAt: '2026-11-22T08:30:00.000Z',
    category: 'RESOURCE',
    operation: 'Password Retrieved',
    operatedBy: 'ann',
  };
}

/** What became of each line: the source id of its record, or why it was refused. */
export function outcomes(lines: Line<Module>[]): (string | number)[][] {
  return lines.map((entry) => [
    entry.line,
    'record' in entry ? entry.record.sourceId : 'deleted' in entry ? `deleted ${entry.deleted}` : entry.refused,
  ]);
}
