import sql, { raw } from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import type { Module } from '../../database/module.js';
import { update } from '../../database/rows.js';
import { transaction } from '../../database/transaction.js';
import { type RunCounts, type SourceKind, SourceRun, SourceRunStatus } from './source-run.js';

/** What a run takes in. */
export interface RunOf {
  readonly source: string;
  readonly kind: SourceKind;
  readonly module: Module;
}

/** Runs that are kept of each source and module. */
const RUNS_KEPT = 50;

const MESSAGES_KEPT = 20;
const MAX_MESSAGE_LENGTH = 500;

/** Begins a run; its id. Others of the same source and module that never ended are told to have been broken off. */
export function beginRun(db: Db, { source, kind, module }: RunOf): Promise<number> {
  return transaction(db, async (tx) => {
    const now = tx.dialect.timeValue(new Date().toISOString());
    await tx.execute(
      sql`UPDATE source_runs SET status = ${SourceRunStatus.FAILED}, ended_at = ${now},
            message_lines = 'the process ended before the run did'
          WHERE source = ${source} AND kind = ${kind} AND module = ${module} AND status = ${SourceRunStatus.RUNNING}`,
    );
    return tx.insert(
      sql`INSERT INTO source_runs (source, kind, module, status, started_at, rows_read, added, changed, unchanged, deleted, refused, conflicts, message_lines)
          VALUES (${source}, ${kind}, ${module}, ${SourceRunStatus.RUNNING}, ${now}, 0, 0, 0, 0, 0, 0, 0, '')`,
    );
  });
}

/** Ends a run. Of the runs before it the last ones are kept, and the last one that succeeded. */
export async function endRun(
  db: Db,
  id: number,
  { source, kind, module }: RunOf,
  status: SourceRunStatus.SUCCEEDED | SourceRunStatus.FAILED,
  counts: RunCounts,
  messages: readonly string[],
): Promise<void> {
  await transaction(db, async (tx) => {
    const endedAt = new Date().toISOString();
    await update(tx, SourceRun, id, { ...counts, status, endedAt, messageLines: linesOf(messages) });
    const ofModule = sql`source = ${source} AND kind = ${kind} AND module = ${module}`;
    const [oldest] = await tx.query<{ id: number }>(
      sql`SELECT id FROM source_runs WHERE ${ofModule} ORDER BY id DESC LIMIT 1 OFFSET ${raw(String(RUNS_KEPT - 1))}`,
    );
    if (!oldest) return;
    const [whole] = await tx.query<{ id: number | null }>(
      sql`SELECT MAX(id) AS id FROM source_runs WHERE ${ofModule} AND status = ${SourceRunStatus.SUCCEEDED}`,
    );
    await tx.execute(sql`DELETE FROM source_runs WHERE ${ofModule} AND id < ${oldest.id} AND id <> ${whole?.id ?? 0}`);
  });
}

function linesOf(messages: readonly string[]): string {
  const kept = messages.slice(0, MESSAGES_KEPT);
  const lines = kept.map((message) => Array.from(message.replace(/\s+/g, ' ')).slice(0, MAX_MESSAGE_LENGTH).join(''));
  const more = messages.length - kept.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}
