import { count } from '../count.js';
import { Progress } from '../progress.js';
import type { ConnectorProgress, ModuleResult } from './import.js';

/** Shows each module's progress on a line of its own. */
export function reporter(): { show: (progress: ConnectorProgress) => void; end: () => void } {
  let module: string | null = null;
  let line: Progress | null = null;
  const end = () => {
    line?.finish();
    line = null;
    module = null;
  };
  const show = (progress: ConnectorProgress) => {
    if (progress.module !== module) {
      end();
      module = progress.module;
      line = new Progress(module);
    }
    line?.update(progress.rows);
  };
  return { show, end };
}

/** What a run did, a line for each module. */
export function summary(results: readonly ModuleResult[]): string {
  return results.map((result) => `${describe(result)}\n`).join('');
}

function describe({ module, file, upserts, deletes, total, rowsPerSecond, seconds, resynced }: ModuleResult): string {
  const suffix = resynced ? ', imported anew' : '';
  const facts = `${count(upserts)} added or changed, ${count(deletes)} deleted${suffix}, ${seconds.toFixed(1)} s, ${count(rowsPerSecond)} rows/s`;
  return `${module.padEnd(13)} ${count(total).padStart(11)} rows  ${facts}  ${file}`;
}
