import type { Config, PamSettings } from '../../config.js';
import type { Db } from '../../database/db.js';
import { Module } from '../../database/module.js';
import type { Operator } from '../../features/audits/activity-log.js';
import { type RunCounts, SourceKind, SourceRunStatus } from '../../features/ingest/source-run.js';
import { beginRun, endRun } from '../../features/ingest/source-run.service.js';
import { auditTypesOf } from './audit-types.js';
import { type CallOptions, PamApi } from './pam-api.js';
import { PamError } from './pam-error.js';
import { pullAudits } from './pull-audits.js';
import { pullResources } from './pull-resources.js';
import type { MessageKind, PullRun } from './pull-run.js';
import { listUsers, pullUsers } from './pull-users.js';

/** Audits last, so that the resources that they are about are there. */
const ORDER = [Module.USER_ACCOUNTS, Module.RESOURCES, Module.AUDITS] as const;

export interface PullOptions {
  /** All where it is left out. */
  readonly modules?: readonly Module[];
  readonly by: Operator;
  readonly signal: AbortSignal;
  readonly acceptDeletions?: boolean;
  readonly calls?: CallOptions;
  readonly onMessage?: (module: Module, kind: MessageKind, message: string) => void;
  readonly onProgress?: (module: Module, done: number, total?: number) => void;
}

/** What a pull did in one module. */
export interface PulledModule {
  readonly module: Module;
  readonly counts: RunCounts;
  /** All that there was is stored as it should be. */
  readonly isWhole: boolean;
}

/** What only one process does at a time, of all that pull into a database. */
export function pullLease({ source }: PamSettings): string {
  return `pull ${source}`;
}

/**
 * Reads what the PAM product has and stores it, module by module: one that cannot be read does not hold up the others. Each is
 * a run of its own, with what went wrong. User accounts are left out where PAM_SCIM_URL is not set.
 * @throws Error where the settings cannot be used, the database fails, or it was told to stop
 */
export async function pull(db: Db, settings: Config, options: PullOptions): Promise<PulledModule[]> {
  const pam = pamOf(settings);
  const types = auditTypesOf(settings);
  const api = await PamApi.open(pam, options.signal, options.calls);
  try {
    const users = pam.scimUrl === undefined ? undefined : once(() => listUsers(api));
    const work: Record<Module, ((run: PullRun) => Promise<void>) | undefined> = {
      [Module.USER_ACCOUNTS]: users && ((run) => pullUsers(run, users)),
      [Module.RESOURCES]: (run) => pullResources(run, users),
      [Module.AUDITS]: (run) => pullAudits(run, types),
    };
    const pulled: PulledModule[] = [];
    for (const module of ORDER) {
      const pullModule = work[module];
      if (!pullModule || options.modules?.includes(module) === false) continue;
      pulled.push(await runModule(db, settings, api, module, options, pullModule));
    }
    return pulled;
  } finally {
    await api.close();
  }
}

/** @throws Error where no server is set */
export function pamOf({ pam }: Config): PamSettings {
  if (!pam) throw new Error('there is nothing to pull from: set PAM_URL and PAM_AUTHTOKEN');
  return pam;
}

async function runModule(
  db: Db,
  settings: Config,
  api: PamApi,
  module: Module,
  options: PullOptions,
  pullModule: (run: PullRun) => Promise<void>,
): Promise<PulledModule> {
  const { source } = pamOf(settings);
  const of = { source, kind: SourceKind.PULL, module };
  const counts = { rowsRead: 0, added: 0, changed: 0, unchanged: 0, deleted: 0, refused: 0, conflicts: 0 };
  const messages: { readonly kind: MessageKind; readonly message: string }[] = [];
  const tell = (kind: MessageKind, message: string): void => {
    messages.push({ kind, message });
    options.onMessage?.(module, kind, message);
  };
  const has = (kind: MessageKind): boolean => messages.some((message) => message.kind === kind);
  const end = (status: SourceRunStatus.SUCCEEDED | SourceRunStatus.FAILED): Promise<void> =>
    endRun(
      db,
      id,
      of,
      status,
      counts,
      messages.map(({ message }) => message),
    );
  const id = await beginRun(db, of);
  try {
    await pullModule({
      db,
      api,
      module,
      source,
      zone: settings.sourceTimeZone,
      by: options.by,
      signal: options.signal,
      acceptDeletions: options.acceptDeletions === true,
      counts,
      tell,
      progress: (done, total) => options.onProgress?.(module, done, total),
    });
  } catch (error) {
    if (error instanceof PamError) tell('FAILED', error.message);
    else {
      tell('FAILED', options.signal.aborted ? 'it was stopped' : 'the gateway failed: its log says how');
      // Where the database is gone, the next run says that this one was broken off.
      await end(SourceRunStatus.FAILED).catch(() => {});
      throw error;
    }
  }
  const isRead = !has('FAILED');
  await end(isRead ? SourceRunStatus.SUCCEEDED : SourceRunStatus.FAILED);
  return { module, counts, isWhole: isRead && !has('PROBLEM') };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}
