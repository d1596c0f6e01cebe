import type { Module } from '../database/module.js';
import { Attached } from './attached.js';
import type { Context } from './context.js';

/** A page of a module that was read for an answer. */
export interface PageRead {
  readonly module: Module;
  readonly rows: number;
  /** Whether there was nothing behind it; null where the page says nothing of that. */
  readonly caughtUp: boolean | null;
}

type Listener = (page: PageRead) => void;

const listeners = new Attached<readonly Listener[]>();
const workListeners = new Attached<readonly ((cost: number) => void)[]>();

/** Rows that are read and not served: so many cost as much as one that is. */
const ROWS_FOR_ONE = 10;

/** Rows that could be served while a count runs for a millisecond. */
const COST_OF_A_MILLISECOND = 500;

/** Milliseconds of each statement that its field's own cost stands for. */
const INCLUDED = 10;

/** Reports are rounded up to so many rows: what a page costs must not count the rows that its reader may not see. */
const ROUNDED = 1_000;

/** Calls `listener` for each page that is read for this request. */
export function onPageRead(context: Context, listener: Listener): void {
  listeners.set(context, [...(listeners.get(context) ?? []), listener]);
}

export function pageRead(context: Context, page: PageRead): void {
  for (const listener of listeners.get(context) ?? []) listener(page);
}

/** Calls `listener` with the cost of all work for this request that no row of a page stands for. */
export function onWork(context: Context, listener: (cost: number) => void): void {
  workListeners.set(context, [...(workListeners.get(context) ?? []), listener]);
}

/** Charges rows that were looked through for a page. A page of few rows is charged for these alone. */
export function rowsExamined(context: Context, rows: number): void {
  if (rows > ROUNDED) report(context, (Math.ceil(rows / ROUNDED) * ROUNDED) / ROWS_FOR_ONE);
}

/** Charges the time of a statement whose rows nobody counts. */
export function timeSpent(context: Context, milliseconds: number): void {
  if (milliseconds > INCLUDED) report(context, Math.ceil(milliseconds - INCLUDED) * COST_OF_A_MILLISECOND);
}

function report(context: Context, cost: number): void {
  for (const listener of workListeners.get(context) ?? []) listener(cost);
}
