import type { ModuleName } from './modules.js';

/** What one run did for one module. */
export interface ModuleResult {
  module: ModuleName;
  file: string;
  /** Rows that were added or changed. */
  upserts: number;
  /** Rows that were taken away because the gateway deleted them. */
  deletes: number;
  /** Rows that are in the file now. */
  total: number;
  seconds: number;
  rowsPerSecond: number;
  /** Whether the module was imported anew from its beginning. */
  resynced: boolean;
}

/** Counts what a run does for one module. */
export class Tally {
  upserts = 0;
  deletes = 0;
  resynced = false;
  readonly #startedAt = performance.now();

  constructor(readonly module: ModuleName) {}

  /** The module begins anew: what was counted of the import before is void. */
  restart(): void {
    this.upserts = 0;
    this.deletes = 0;
    this.resynced = true;
  }

  get rows(): number {
    return this.upserts + this.deletes;
  }

  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  get rowsPerSecond(): number {
    return Math.round(this.rows / Math.max(this.seconds, 0.001));
  }

  result(file: string, total: number): ModuleResult {
    const { module, upserts, deletes, seconds, rowsPerSecond, resynced } = this;
    return { module, file, upserts, deletes, total, seconds, rowsPerSecond, resynced };
  }
}
