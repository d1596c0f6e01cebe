import type { Database, Db, Transaction } from '../../database/db.js';
import type { RecordOutcome } from '../../database/module.js';
import { transaction } from '../../database/transaction.js';
import { AppError } from '../../lib/app-error.js';
import type { AuditRecord } from './audit.record.js';

/** Audits that one transaction takes of several callers; one caller's are never parted. */
const GROUP = 5_000;

/** Transactions at once: some write while another commits. Callers that come meanwhile wait, and share the next one. */
const LANES = 3;

/** Audits that may wait: beyond them a caller has to hold its own back. */
const MAX_WAITING = 200_000;

export type WriteAudits = (
  tx: Transaction,
  source: string,
  records: readonly AuditRecord[],
) => Promise<RecordOutcome[]>;

interface Call {
  readonly source: string;
  readonly records: readonly AuditRecord[];
  resolve(outcomes: RecordOutcome[]): void;
  reject(error: unknown): void;
}

interface Queue {
  readonly calls: Call[];
  waiting: number;
  running: number;
}

const queues = new WeakMap<Db, Queue>();

/**
 * Writes audits together with those of whoever else writes at the moment: a transaction of one audit costs what one of many
 * does. Each caller has its own outcomes, and its own error: where a group fails its callers are written one by one.
 * @throws AppError UNAVAILABLE where too many wait already
 */
export function writeInGroup(
  db: Database,
  source: string,
  records: readonly AuditRecord[],
  write: WriteAudits,
): Promise<RecordOutcome[]> {
  const queue = queueOf(db.origin);
  if (queue.waiting > 0 && queue.waiting + records.length > MAX_WAITING) {
    throw new AppError('UNAVAILABLE', 'too many audits wait to be stored', 2);
  }
  return new Promise((resolve, reject) => {
    queue.calls.push({ source, records, resolve, reject });
    queue.waiting += records.length;
    start(db, queue, write);
  });
}

/** Begins on what waits, where a lane is free. */
function start(db: Database, queue: Queue, write: WriteAudits): void {
  if (queue.running === LANES || queue.calls.length === 0) return;
  queue.running += 1;
  const group = takeGroup(queue);
  writeGroup(db, group, write).finally(() => {
    queue.running -= 1;
    start(db, queue, write);
  });
}

function takeGroup(queue: Queue): Call[] {
  let size = 0;
  const end = queue.calls.findIndex(({ records }, n) => {
    size += records.length;
    return n > 0 && size > GROUP;
  });
  const group = queue.calls.splice(0, end === -1 ? queue.calls.length : end);
  for (const { records } of group) queue.waiting -= records.length;
  return group;
}

async function writeGroup(db: Database, group: readonly Call[], write: WriteAudits): Promise<void> {
  try {
    const outcomes = await transaction(db, (tx) => writeCalls(tx, group, write));
    for (const [n, call] of group.entries()) call.resolve(outcomes[n]!);
  } catch (error) {
    // What no attempt of any caller could mend at the moment need not be tried by each of them.
    const isOfAll = group.length === 1 || (error instanceof AppError && error.code === 'UNAVAILABLE');
    if (isOfAll) for (const call of group) call.reject(error);
    else for (const call of group) await writeGroup(db, [call], write);
  }
}

/** The outcomes of each call. */
async function writeCalls(tx: Transaction, group: readonly Call[], write: WriteAudits): Promise<RecordOutcome[][]> {
  const outcomes = new Map<Call, RecordOutcome[]>();
  for (const source of new Set(group.map((call) => call.source))) {
    const calls = group.filter((call) => call.source === source);
    const written = await write(
      tx,
      source,
      calls.flatMap(({ records }) => records),
    );
    let start = 0;
    for (const call of calls) {
      outcomes.set(call, written.slice(start, start + call.records.length));
      start += call.records.length;
    }
  }
  return group.map((call) => outcomes.get(call)!);
}

function queueOf(origin: Db): Queue {
  let queue = queues.get(origin);
  if (!queue) {
    queue = { calls: [], waiting: 0, running: 0 };
    queues.set(origin, queue);
  }
  return queue;
}
