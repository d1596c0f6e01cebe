import type { Module } from '../database/module.js';
import { Attached } from './attached.js';
import type { Context } from './context.js';

/** A page of a module that was read for an answer. */
export interface Served {
  readonly module: Module;
  readonly rows: number;
  /** Whether there was nothing behind it; null where the page says nothing of that. */
  readonly caughtUp: boolean | null;
}

const listeners = new Attached<(served: Served) => void>();

/** Calls `listener` for each page that is read for this request. */
export function onServed(context: Context, listener: (served: Served) => void): void {
  listeners.set(context, listener);
}

export function pageServed(context: Context, served: Served): void {
  listeners.get(context)?.(served);
}
