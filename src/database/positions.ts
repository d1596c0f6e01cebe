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

type Change = { readonly id: number; readonly deletedFor?: readonly number[] };

interface Pending {
  readonly changes: Record<ChangingModule, Change[]>;
  readonly touched: Record<ChangingModule, Set<number>>;
  readonly audits: number[];
  /** How many records more, or fewer, each module has. */
  readonly rows: Record<Module, number>;
}

const pendingOf = new WeakMap<Transaction, Pending>();

/** Gives a record a new position at the commit, since something of it was written in this transaction. */
export function recordChanged(tx: Transaction, module: ChangingModule, id: number): void {
  const pending = pend(tx);
  if (pending.touched[module].has(id)) return;
  pending.touched[module].add(id);
  pending.changes[module].push({ id });
}

/** As `recordChanged`, for a record that is new. */
export function recordAdded(tx: Transaction, module: ChangingModule, id: number): void {
  recordChanged(tx, module, id);
  pend(tx).rows[module] += 1;
}

/** Leaves a tombstone for a record that this transaction deletes: for actors of scope ALL, and for the users who saw it. */
export function recordDeleted(tx: Transaction, module: ChangingModule, id: number, viewers: readonly number[]): void {
  const pending = pend(tx);
  pending.changes[module] = pending.changes[module].filter((change) => change.id !== id);
  pending.changes[module].push({ id, deletedFor: [EVERY_VIEWER, ...viewers] });
  pending.rows[module] -= 1;
}

/** Leaves a tombstone for users who may no longer see a record that goes on to exist. */
export function recordHidden(tx: Transaction, module: ChangingModule, id: number, viewers: readonly number[]): void {
  pend(tx).changes[module].push({ id, deletedFor: viewers });
}

/** Gives audits that were inserted in this transaction their positions at the commit, in this order. */
export function auditsAdded(tx: Transaction, ids: readonly number[]): void {
  const pending = pend(tx);
  for (const id of ids) pending.audits.push(id);
  pending.rows[Module.AUDITS] += ids.length;
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
    const count = module === Module.AUDITS ? pending.audits.length : pending.changes[module].length;
    if (count === 0) continue;
    const first = await takePositions(tx, module, count, pending.rows[module]);
    if (module === Module.AUDITS) await placeAudits(tx, pending.audits, first);
    else await placeChanges(tx, module, pending.changes[module], first);
  }
}

/** The last position that was given in a module. */
export async function lastPosition(db: Db, module: Module): Promise<number> {
  const [row] = await db.query<{ position: number }>(sql`SELECT position FROM positions WHERE module = ${module}`);
  return row!.position;
}

/** How many records a module has; kept by the same statement that gives positions. */
export async function countRecords(db: Db, module: Module): Promise<number> {
  const [row] = await db.query<{ records: number }>(sql`SELECT records FROM positions WHERE module = ${module}`);
  return row!.records;
}

function pend(tx: Transaction): Pending {
  let pending = pendingOf.get(tx);
  if (!pending) {
    pending = {
      changes: { RESOURCES: [], USER_ACCOUNTS: [] },
      touched: { RESOURCES: new Set(), USER_ACCOUNTS: new Set() },
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

async function placeAudits(tx: Transaction, ids: readonly number[], first: number): Promise<void> {
  const rows = ids.map((id, index) => [first + index, id]);
  await tx.insertRows('audit_positions', ['position', 'audit_id'], rows);
}

async function placeChanges(tx: Transaction, module: ChangingModule, changes: Change[], first: number): Promise<void> {
  const placed = changes.map((change, index) => ({ ...change, position: first + index }));
  for (const part of chunks(
    placed.filter((change) => !change.deletedFor),
    500,
  )) {
    const cases = part.map(({ id, position }) => sql`WHEN ${id} THEN ${position}`);
    const ids = part.map(({ id }) => id);
    await tx.execute(
      sql`UPDATE ${raw(changingTables[module])} SET position = CASE id ${join(cases, ' ')} END WHERE id IN (${join(ids)})`,
    );
  }
  const tombstones = placed.flatMap(({ id, position, deletedFor = [] }) =>
    deletedFor.map((viewer) => [module, viewer, position, id]),
  );
  if (tombstones.length > 0) {
    await tx.insertRows('tombstones', ['module', 'viewer_id', 'position', 'record_id'], tombstones);
  }
}
