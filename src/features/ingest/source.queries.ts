import sql, { raw, type Sql } from 'sql-template-tag';
import type { PamSettings } from '../../config.js';
import type { Db } from '../../database/db.js';
import { Module } from '../../database/module.js';
import { selectList, tableOf } from '../../database/rows.js';
import { latestStored } from '../../lib/set-back.js';
import type { Source } from './source.js';
import { readSourceLinks } from './source-link.service.js';
import { SourceKind, SourceRun, SourceRunStatus } from './source-run.js';
import type { RunOf } from './source-run.service.js';

const tables = {
  [Module.RESOURCES]: 'resources',
  [Module.USER_ACCOUNTS]: 'user_accounts',
} as const;

/** Every source that has had a run, and the one that is set to be pulled. */
export async function readSources(db: Db, pam: PamSettings | undefined, now: string): Promise<Source[]> {
  const rows = await db.query<SourceRun>(
    sql`SELECT ${selectList(db.dialect, SourceRun, tableOf(SourceRun).columns.keys(), 't')} FROM source_runs t
        ORDER BY t.source, t.kind, t.id DESC`,
  );
  const sources = new Map<string, Source>();
  const sourceOf = (name: string, kind: SourceKind): Source => {
    const key = `${kind} ${name}`;
    if (!sources.has(key)) sources.set(key, { name, kind, nextRunAt: null, linkedTo: [], runs: [] });
    return sources.get(key)!;
  };
  for (const run of rows) {
    const messages = run.messageLines === '' ? [] : run.messageLines.split('\n');
    sourceOf(run.source, run.kind).runs.push({ ...run, messages });
  }
  if (pam) sourceOf(pam.source, SourceKind.PULL).nextRunAt = await nextPull(db, pam, now);
  for (const { source, otherSource } of await readSourceLinks(db)) {
    for (const one of sources.values()) {
      if (one.name === source) one.linkedTo.push(otherSource);
      else if (one.name === otherSource) one.linkedTo.push(source);
    }
  }
  return [...sources.values()];
}

/**
 * When the server pulls next, RFC 3339 in UTC; null where no schedule says. It is due for the module that has waited longest:
 * the command may have pulled others meanwhile. What is overdue is due now.
 */
export async function nextPull(db: Db, pam: PamSettings, now: string): Promise<string | null> {
  const { source, schedule, scimUrl, modules } = pam;
  if (!schedule) return null;
  const rows = await db.query<{ module: PamSettings['modules'][number]; startedAt: string }>(
    sql`SELECT module, ${raw(db.dialect.timeText('MAX(started_at)'))} AS startedAt FROM source_runs
        WHERE source = ${source} AND kind = ${SourceKind.PULL} AND ${isBelievable(db)} GROUP BY module`,
  );
  const last = new Map(rows.map(({ module, startedAt }) => [module, Date.parse(startedAt)]));
  const pulled = modules.filter((module) => module !== Module.USER_ACCOUNTS || scimUrl !== undefined);
  const due = pulled.map((module) => (last.has(module) ? schedule.next(last.get(module)!) : 0));
  return new Date(Math.max(Math.min(...due), Date.parse(now))).toISOString();
}

/** When the last run that read all there was began, RFC 3339 in UTC; null where there was none. */
export async function lastSuccess(db: Db, { source, kind, module }: RunOf): Promise<string | null> {
  const [run] = await db.query<{ startedAt: string | null }>(
    sql`SELECT ${raw(db.dialect.timeText('MAX(started_at)'))} AS startedAt FROM source_runs
        WHERE source = ${source} AND kind = ${kind} AND module = ${module} AND status = ${SourceRunStatus.SUCCEEDED}
          AND ${isBelievable(db)}`,
  );
  return run?.startedAt ?? null;
}

/** A run from before the clock was set back says nothing of what came since, and nobody waits for its time to come again. */
function isBelievable(db: Db): Sql {
  return sql`started_at <= ${db.dialect.timeValue(latestStored())}`;
}

/** The source's own ids of all records that are stored of it. */
export async function storedSourceIds(db: Db, module: keyof typeof tables, source: string): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    sql`SELECT source_id AS id FROM ${raw(tables[module])} WHERE source = ${source}`,
  );
  return rows.map(({ id }) => id);
}
