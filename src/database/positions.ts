import sql, { join, raw } from 'sql-template-tag';
import { chunks } from '../lib/chunks.js';
import type { Db, Transaction } from './db.js';
import { Module } from './module.js';

/** Locks are taken in this order, or two transactions that write several modules could wait for each other. */
const lockOrder = [Module.RESOURCES, Module.USER_ACCOUNTS, Module.AUDITS] as const;

const changingTables = { [Module.RESOURCES]: 'resources', [Module.USER_ACCOUNTS]: 'user_accounts' } as const;

/** The viewer of a tombstone that every actor of scope ALL sees. */
export const EVERY_VIEWER = 0;

/** The modules whose records change after they were added. */
export type ChangingModule = keyof typeof changingTables;

interface Pending {
  /** The records that something was written of, and that still are there. */
  readonly changed: Record<ChangingModule, Set<number>>;
  /** The viewers from whom each record was hidden. */
  readonly hidden: Record<ChangingModule, Map<number, Set<number>>>;
  readonly audits: { readonly first: number; readonly count: number }[];
  /** How many records more, or fewer, each module has. */
  readonly rows: Record<Module, number>;
}

const pendingOf = new WeakMap<Transaction, Pending>();

/** Gives a record a new position at the commit, since something of it was written in this transaction. */
export function recordChanged(tx: Transaction, module: ChangingModule, id: number): void {
  const { changed, hidden } = pend(tx);
  if (!hidden[module].get(id)?.has(EVERY_VIEWER)) changed[module].add(id);
}

/** As `recordChanged`, for a record that is new. */
export function recordAdded(tx: Transaction, module: ChangingModule, id: number): void {
  recordChanged(tx, module, id);
  pend(tx).rows[module] += 1;
}

/** Leaves a tombstone for a record that this transaction deletes: for actors of scope ALL, and for the users who saw it. */
export function recordDeleted(tx: Transaction, module: ChangingModule, id: number, viewers: readonly number[]): void {
  const pending = pend(tx);
  pending.changed[module].delete(id);
  pending.rows[module] -= 1;
  recordHidden(tx, module, id, [EVERY_VIEWER, ...viewers]);
}

/** Leaves a tombstone for users who may no longer see a record that goes on to exist. */
export function recordHidden(tx: Transaction, module: ChangingModule, id: number, viewers: readonly number[]): void {
  const hidden = pend(tx).hidden[module];
  hidden.set(id, new Set([...(hidden.get(id) ?? []), ...viewers]));
}

/**
 * Forgets what was hidden from users whose feeds begin anew: what they may see again stands before its tombstone, and
 * would be taken from them by it. What was deleted stays deleted.
 */
export async function forgetHidden(tx: Transaction, module: ChangingModule, viewers: readonly number[]): Promise<void> {
  for (const part of chunks(viewers, 1_000)) {
    await tx.execute(
      sql`DELETE FROM tombstones WHERE module = ${module} AND viewer_id IN (${join(part)})
          AND record_id IN (SELECT id FROM ${raw(changingTables[module])})`,
    );
  }
  for (const [id, hiddenFrom] of pend(tx).hidden[module]) {
    if (hiddenFrom.has(EVERY_VIEWER)) continue;
    for (const viewer of viewers) hiddenFrom.delete(viewer);
    if (hiddenFrom.size === 0) pend(tx).hidden[module].delete(id);
  }
}

/** Gives audits that were inserted in this transaction, with ids from `first` on, their positions at the commit. */
export function auditsAdded(tx: Transaction, first: number, count: number): void {
  const pending = pend(tx);
  pending.audits.push({ first, count });
  pending.rows[Module.AUDITS] += count;
}

/** Whether the transaction wrote records, so that positions are assigned to them. */
export function hasPositions(tx: Transaction): boolean {
  return pendingOf.has(tx);
}

/** Whether the transaction has written of a module what others do not see yet. */
export function hasChanged(tx: Transaction, module: ChangingModule): boolean {
  const pending = pendingOf.get(tx);
  return pending !== undefined && sizeOf(pending, module) > 0;
}

/** Takes audits that this transaction removes out of the number of records. Their positions are not given again. */
export function auditsRemoved(tx: Transaction, count: number): void {
  pend(tx).rows[Module.AUDITS] -= count;
}

/**
 * Assigns positions to all that the transaction wrote. Only `transaction` calls it, as the last thing before COMMIT.
 *
 * A number given out at INSERT becomes visible at COMMIT, so a reader that remembers the last number it saw loses the
 * slower transaction. Here a module's counter stays locked from the moment a position is given until the commit:
 * positions become visible in their order and without gaps.
 */
export async function assignPositions(tx: Transaction): Promise<void> {
  const pending = pendingOf.get(tx);
  if (!pending) return;
  pendingOf.delete(tx);
  for (const module of lockOrder) {
    const count = sizeOf(pending, module);
    if (count === 0 && pending.rows[module] === 0) continue;
    const first = await takePositions(tx, module, count, pending.rows[module]);
    if (module === Module.AUDITS) await placeAudits(tx, pending.audits, first);
    else await placeChanges(tx, module, pending, first);
  }
}

/** How far a module has come: its last position, and how many records it has. Both are kept by the same statement. */
export interface Progress {
  readonly position: number;
  readonly records: number;
}

export async function progressOf(db: Db, module: Module): Promise<Progress> {
  const [row] = await db.query<Progress>(sql`SELECT position, records FROM positions WHERE module = ${module}`);
  return row!;
}

/** The last position that was given in a module. */
export async function lastPosition(db: Db, module: Module): Promise<number> {
  return (await progressOf(db, module)).position;
}

/** How many records a module has. */
export async function countRecords(db: Db, module: Module): Promise<number> {
  return (await progressOf(db, module)).records;
}

function pend(tx: Transaction): Pending {
  let pending = pendingOf.get(tx);
  if (!pending) {
    pending = {
      changed: { RESOURCES: new Set(), USER_ACCOUNTS: new Set() },
      hidden: { RESOURCES: new Map(), USER_ACCOUNTS: new Map() },
      audits: [],
      rows: { RESOURCES: 0, USER_ACCOUNTS: 0, AUDITS: 0 },
    };
    pendingOf.set(tx, pending);
  }
  return pending;
}

async function takePositions(tx: Transaction, module: Module, count: number, records: number): Promise<number> {
  await tx.execute(
    sql`UPDATE positions SET position = position + ${count}, records = records + ${records} WHERE module = ${module}`,
  );
  return (await lastPosition(tx, module)) - count + 1;
}

/** One row for audits whose ids follow each other: what is done while the lock is held does not grow with them. */
async function placeAudits(tx: Transaction, audits: Pending['audits'], from: number): Promise<void> {
  let position = from;
  const ranges = audits.map(({ first, count }) => {
    const range = [position, first, count];
    position += count;
    return range;
  });
  await tx.insertRows('audit_spans', ['first_position', 'first_audit_id', 'audit_count'], ranges);
}

/** The positions that a module needs. */
function sizeOf({ changed, hidden, audits }: Pending, module: Module): number {
  if (module === Module.AUDITS) return audits.reduce((sum, { count }) => sum + count, 0);
  return changed[module].size + hidden[module].size;
}

async function placeChanges(tx: Transaction, module: ChangingModule, pending: Pending, first: number): Promise<void> {
  let position = first;
  const changed = [...pending.changed[module]].map((id) => ({ id, position: position++ }));
  const tombstones = [...pending.hidden[module]].flatMap(([id, viewers]) => {
    const at = position++;
    return [...viewers].map((viewer) => [module, viewer, at, id]);
  });
  for (const part of chunks(changed, 500)) {
    const cases = part.map(({ id, position }) => sql`WHEN ${id} THEN ${position}`);
    const ids = part.map(({ id }) => id);
    await tx.execute(
      sql`UPDATE ${raw(changingTables[module])} SET position = CASE id ${join(cases, ' ')} END WHERE id IN (${join(ids)})`,
    );
  }
  await tx.insertRows('tombstones', ['module', 'viewer_id', 'position', 'record_id'], tombstones);
}
