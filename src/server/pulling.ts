import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { withLease } from '../database/lease.js';
import type { Module } from '../database/module.js';
import { schedule } from '../features/audits/activity-log.js';
import { nextPull } from '../features/ingest/source.queries.js';
import { pamOf, pull, pullLease } from '../sources/pam360/pull.js';
import type { BackgroundTask } from './background.js';

/** Milliseconds after which it is looked again whether another copy, or the command, has pulled meanwhile. */
const MAX_WAIT = 30_000;

/** Pulls from the PAM product when PULL_EVERY says, one copy of the program at a time. */
export function pulling(config: Config, db: Database, log: FastifyBaseLogger): BackgroundTask {
  const pam = pamOf(config);
  const untilDue = async (): Promise<number> => {
    const now = new Date().toISOString();
    return Date.parse((await nextPull(db, pam, now))!) - Date.parse(now);
  };
  const pullNow = async (signal: AbortSignal): Promise<void> => {
    // Another copy may have done it while this one waited for its turn.
    if ((await untilDue()) > 0) return;
    const pulled = await pull(db, config, {
      by: schedule,
      modules: pam.modules as Module[],
      signal,
      onMessage: (module, kind, message) =>
        log[kind === 'NOTE' ? 'info' : 'warn']({ module, kind }, `pull: ${message}`),
    });
    for (const { module, counts } of pulled) log.info({ module, ...counts }, 'pulled');
  };
  return {
    name: 'the pull',
    run: async (stop) => {
      while (!stop.aborted) {
        const wait = await untilDue();
        const isDone = wait <= 0 && (await withLease(db, pullLease(pam), stop, pullNow));
        if (!isDone)
          await sleep(Math.min(wait > 0 ? wait : MAX_WAIT / 6, MAX_WAIT), undefined, { signal: stop }).catch(() => {});
      }
    },
  };
}
