import type { Database } from '../../database/db.js';
import { Module, type RecordOutcome } from '../../database/module.js';
import { rolledBack } from '../../database/rolled-back.js';
import type { AuditRecord } from '../../features/audits/audit.record.js';
import { recordAudits } from '../../features/audits/audit.service.js';
import { sha256 } from '../../lib/sha256.js';
import { type LoadOptions, loadFile, type Tally, type Writer, writers } from './load-file.js';

/**
 * Says what `loadFile` would do, and stores nothing. Resources and user accounts are written in one transaction that is
 * rolled back. Audits are too many for that: other writers would wait until it ends. They are written in transactions of a
 * thousand rows, and the ids of the rows before are remembered, some 150 bytes for each.
 */
export function checkFile(db: Database, module: Module, path: string, options: LoadOptions): Promise<Tally> {
  if (module === Module.AUDITS) return loadFile(db, module, path, options, auditChecker(db));
  return rolledBack(db, (tx) => loadFile(tx, module, path, options));
}

function auditChecker(db: Database): Writer<Module.AUDITS> {
  /** What the rows before would have stored. */
  const before = new Map<string, string>();
  const record = async (source: string, records: AuditRecord[]): Promise<RecordOutcome[]> => {
    const outcomes = await rolledBack(db, (tx) => recordAudits(tx, source, records));
    const added = new Map<string, string>();
    const checked = outcomes.map((outcome, n): RecordOutcome => {
      const { sourceId } = records[n]!;
      const earlier = before.get(sourceId);
      if (outcome === 'ADDED') added.set(sourceId, digestOf(records[n]!));
      if (earlier === undefined || typeof outcome !== 'string') return outcome;
      return earlier === digestOf(records[n]!) ? 'UNCHANGED' : { conflict: ['a row before it in the file'] };
    });
    for (const [sourceId, digest] of added) if (!before.has(sourceId)) before.set(sourceId, digest);
    return checked;
  };
  return { ...writers[Module.AUDITS], record: (_db, _by, source, records) => record(source, records) };
}

/** Of all that is stored of an audit as its source gave it. */
function digestOf({ sourceId: _, ...values }: AuditRecord): string {
  const { outcome: _outcome, resourceSourceId: _resource, accountSourceId: _account, ...compared } = values;
  return sha256(
    JSON.stringify(
      Object.entries(compared)
        .filter(([, value]) => (value ?? null) !== null)
        .sort(),
    ),
  ).slice(0, 16);
}
