import sql, { raw, type Sql } from 'sql-template-tag';
import { Entity } from 'typeorm';
import { Flag, Long, TextKey } from '../../../database/columns.js';
import type { Db, Transaction } from '../../../database/db.js';
import { Module } from '../../../database/module.js';

/**
 * How far a rollup worker has come: every audit up to `position` is in its counts, and none behind it. It stands where a span
 * ends. While its counts are being cleared it stands at 0, and they say nothing.
 */
@Entity('watermarks')
export class Watermark {
  @TextKey(32) name!: string;
  @Long() position!: number;
  @Flag() clearing!: boolean;
}

const NAME = 'AUDIT_COUNTS';

/** So few audits behind the watermark any question looks through. */
const FEW_BEHIND = 1_000;

/** More it looks through while they are a twentieth of what is counted: else to count all that it is about costs less. */
const SHARE_BEHIND = 20;

/** The watermark, kept from others until the transaction ends: who adds to the counts, or takes from them, has it. */
export async function lockWatermark(tx: Transaction): Promise<Watermark> {
  const [row] = await tx.query<Watermark>(
    sql`SELECT position, clearing FROM watermarks WHERE name = ${NAME} ${raw(tx.dialect.forUpdate)}`,
  );
  return row!;
}

export async function moveWatermark(tx: Transaction, position: number, clearing = false): Promise<void> {
  await tx.execute(sql`UPDATE watermarks SET position = ${position}, clearing = ${clearing} WHERE name = ${NAME}`);
}

/** A watermark and the end that it runs after, as one moment has them. */
export interface RollupProgress {
  readonly position: number;
  readonly last: number;
  readonly clearing: boolean;
}

export async function rollupProgress(db: Db): Promise<RollupProgress> {
  const [row] = await db.query<{ position: number; last: number; clearing: number }>(
    sql`SELECT w.position, m.position AS last, w.clearing FROM ${watermark(db)} WHERE ${isWatermark}`,
  );
  return { ...row!, clearing: row!.clearing === 1 };
}

/** FROM of the watermark, as `w`, and the module's counter, as `m`: one row. What is joined to it comes after it. */
export function watermark(db: Db): Sql {
  return sql`watermarks w ${raw(db.dialect.joinInOrder)} positions m`;
}

const isWatermark = sql`w.name = ${NAME} AND m.module = ${Module.AUDITS}`;

const lag = raw('(m.position - w.position)');
const isClose = sql`(${lag} <= ${FEW_BEHIND} OR ${SHARE_BEHIND} * ${lag} <= w.position)`;

/** WHERE of `watermark`: one row where questions are answered from counts, none where they are not. */
export const isNear = sql`${isWatermark} AND w.clearing = ${false} AND ${isClose}`;

/** The opposite of `isNear`. */
export const isFar = sql`${isWatermark} AND (w.clearing = ${true} OR NOT ${isClose})`;
