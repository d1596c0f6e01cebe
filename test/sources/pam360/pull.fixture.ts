import { readConfig } from '../../../src/config.js';
import type { Db } from '../../../src/database/db.js';
import { Module } from '../../../src/database/module.js';
import { progressOf } from '../../../src/database/positions.js';
import { commandLine } from '../../../src/features/audits/activity-log.js';
import type { RunCounts } from '../../../src/features/ingest/source-run.js';
import { type PullOptions, pull } from '../../../src/sources/pam360/pull.js';
import type { StandInPam } from './stand-in.js';

/** What a pull did: the counts of each module, what it said, and whether each is whole. */
export interface Pulled {
  readonly counts: Record<Module, RunCounts>;
  readonly whole: Partial<Record<Module, boolean>>;
  /** Each with its kind before it. */
  readonly said: readonly string[];
}

const never = new AbortController().signal;

/** Pulls as the command does, but waits for less. */
export async function pullFrom(
  pam: StandInPam,
  db: Db,
  environment: Record<string, string> = {},
  options: Partial<PullOptions> = {},
): Promise<Pulled> {
  const said: string[] = [];
  const settings = readConfig({ ...pam.settings, ...environment });
  const pulled = await pull(db, settings, {
    by: commandLine,
    signal: never,
    calls: { pause: 5, patience: { connect: 5_000, silence: 1_000, whole: 20_000 } },
    onMessage: (_, kind, message) => said.push(`${kind} ${message}`),
    ...options,
  });
  return {
    counts: Object.fromEntries(pulled.map(({ module, counts }) => [module, counts])) as Pulled['counts'],
    whole: Object.fromEntries(pulled.map(({ module, isWhole }) => [module, isWhole])),
    said,
  };
}

/** How far each module has come. */
export async function positionsOf(db: Db): Promise<number[]> {
  const progress = await Promise.all(Object.values(Module).map((module) => progressOf(db, module)));
  return progress.map(({ position }) => position);
}
