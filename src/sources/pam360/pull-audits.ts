import type { AuditRecord } from '../../features/audits/audit.record.js';
import { recordAudits } from '../../features/audits/audit.service.js';
import { lastSuccess } from '../../features/ingest/source.queries.js';
import { SourceKind } from '../../features/ingest/source-run.js';
import { sha256 } from '../../lib/sha256.js';
import { auditOf } from './audit.js';
import type { AuditType } from './audit-types.js';
import { ClockCheck } from './clock-check.js';
import type { UpstreamRow } from './field-values.js';
import { changedMeanwhile, readList, type TakePage } from './listing.js';
import { tellLittleSeen } from './little-seen.js';
import { PamError, PamRefusal } from './pam-error.js';
import { count, type PullRun, refuse } from './pull-run.js';

/** Today before yesterday: whatever falls between the two readings, midnight included, stands in the second. */
const WINDOWS = ['TODAY', 'YESTERDAY'] as const;

/** How late an audit may appear, and how far the two clocks may be apart, in milliseconds. */
const MARGIN = 3_600_000;

/** Types that the server may fail at before it is taken to fail altogether. */
const FAILURES = 2;

const DAY = 86_400_000;

/** What a pull of audits has come across: rows by their keys, and whether each was stored before it. */
interface AuditPull {
  readonly run: PullRun;
  readonly seen: Map<string, boolean>;
  readonly clock: ClockCheck;
  /** What is older was seen by the last pull that read all; RFC 3339 in UTC. */
  readonly knownBefore: string;
}

/**
 * Stores the audits of today and yesterday, of each type. They are known by their ids, so that windows may overlap and
 * pages may be read twice. A type that the server refuses, or fails at, does not hold up the others.
 */
export async function pullAudits(run: PullRun, types: readonly AuditType[]): Promise<void> {
  const { source, module } = run;
  const last = await lastSuccess(run.db, { source, kind: SourceKind.PULL, module });
  tellGap(run, last);
  const knownBefore = last === null ? '' : new Date(Date.parse(last) - MARGIN).toISOString();
  const pull: AuditPull = { run, seen: new Map(), clock: new ClockCheck(run), knownBefore };
  let failures = 0;
  let refused = 0;
  for (const type of types) {
    try {
      for (const window of WINDOWS) await pullWindow(pull, type, window);
    } catch (error) {
      const isRefused = error instanceof PamRefusal;
      if (isRefused) refused += 1;
      if (!isRefused && !(error instanceof PamError && error.mayPass && ++failures <= FAILURES)) throw error;
      const advice = isRefused ? '; PAM_AUDIT_TYPES says which types are asked for' : '';
      run.tell('FAILED', `audits of the type ${type.name}: ${error.message}${advice}`);
    }
  }
  pull.clock.tell();
  if (failures + refused === 0) tellLittleSeen(run);
}

async function pullWindow(pull: AuditPull, type: AuditType, window: (typeof WINDOWS)[number]): Promise<void> {
  const { run } = pull;
  const listing = await readList(
    (start, limit) => run.api.audits(type.name, window, start, limit),
    (row) => keyOf(row, readRow(pull, type, row)),
    takePages(pull, type),
  );
  if (!listing.isWhole) throw changedMeanwhile(`audits of the type ${type.name}, ${window}`, listing);
}

/**
 * Stores each row once. Where they come newest first, a page of audits that were all stored before, and are older than what the
 * last whole pull has seen, has nothing new behind it.
 */
function takePages(pull: AuditPull, type: AuditType): TakePage {
  const { run, seen, knownBefore } = pull;
  let isDescending = true;
  return async (rows, start) => {
    if (start === 1) isDescending = true;
    const read = rows.map((row) => ({ row, record: readRow(pull, type, row) }));
    await store(pull, read);
    let isKnown = true;
    // Each page by itself: it begins with rows of the one before.
    let before = '9999';
    for (const { row, record } of read) {
      const occurredAt = 'refused' in record ? '' : record.occurredAt;
      isDescending &&= occurredAt <= before;
      isKnown &&= seen.get(keyOf(row, record)) === true && occurredAt < knownBefore;
      before = occurredAt;
    }
    run.progress(run.counts.rowsRead);
    return isKnown && isDescending && isOlder(read.at(-1), read[0]);
  };
}

async function store({ run, seen, clock }: AuditPull, read: readonly ReadRow[]): Promise<void> {
  const records = new Map<string, AuditRecord>();
  for (const { row, record } of read) {
    const key = keyOf(row, record);
    if (seen.has(key) || records.has(key)) continue;
    run.counts.rowsRead += 1;
    clock.look(row);
    if (!('refused' in record)) records.set(key, record);
    else {
      refuse(run, record.refused);
      seen.set(key, false);
    }
  }
  if (records.size === 0) return;
  const outcomes = await recordAudits(run.db, run.source, [...records.values()]);
  count(
    run,
    outcomes,
    [...records.values()].map(({ sourceId }) => `audit ${sourceId}`),
  );
  for (const [index, key] of [...records.keys()].entries()) {
    const outcome = outcomes[index]!;
    seen.set(key, outcome === 'UNCHANGED' || (typeof outcome === 'object' && 'conflict' in outcome));
  }
}

/** Rows of one instant say nothing of the order that they come in. */
function isOlder(last: ReadRow | undefined, first: ReadRow | undefined): boolean {
  if (!last || !first || 'refused' in last.record || 'refused' in first.record) return false;
  return last.record.occurredAt < first.record.occurredAt;
}

interface ReadRow {
  readonly row: UpstreamRow;
  readonly record: ReturnType<typeof auditOf>;
}

function readRow({ run }: AuditPull, { category }: AuditType, row: UpstreamRow): ReadRow['record'] {
  return auditOf(row, category, run.zone);
}

/** The same for a row that is read twice, and another for another audit that has the same id. */
function keyOf(row: UpstreamRow, record: ReadRow['record']): string {
  return sha256(JSON.stringify('refused' in record ? row : record));
}

/** The API has no window further back than yesterday: what a longer pause left out can only come from elsewhere. */
function tellGap({ zone, tell }: PullRun, last: string | null): void {
  if (last === null) return;
  const now = Date.now();
  const localDay = Math.floor((now + zone.offsetAt(now) * 60_000) / DAY);
  const yesterday = new Date(zone.toEpoch((localDay - 1) * DAY)).toISOString();
  if (last >= yesterday) return;
  tell(
    'PROBLEM',
    `audits between ${last} and ${yesterday} may be missing: the last whole pull was before yesterday, and the API gives no older ones; import them from a file`,
  );
}
