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

type Listener = (served: Served) => void;

const listeners = new Attached<readonly Listener[]>();

/** Calls `listener` for each page that is read for this request. */
export function onServed(context: Context, listener: Listener): void {
  listeners.set(context, [...(listeners.get(context) ?? []), listener]);
}

export function pageServed(context: Context, served: Served): void {
  for (const listener of listeners.get(context) ?? []) listener(served);
}
