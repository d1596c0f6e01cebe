import { join } from 'node:path';
import { feedQuery } from './feed-query.js';
import { followFeed } from './follow-feed.js';
import { ask, type Gateway } from './gateway.js';
import type { FeedModule, ModuleName } from './modules.js';
import { type Page, readPage } from './page.js';
import type { RowFormat } from './row-format.js';
import type { ConnectorState } from './state.js';
import type { Tally } from './tally.js';

/** All that the modules of one run share. */
export interface ImportRun {
  out: string;
  format: RowFormat;
  gateway: Gateway;
  pageSize: number;
  state: ConnectorState;
  /** Writes the state down as it now is. */
  saveState: () => Promise<void>;
  /** The modules to be imported anew. */
  resync: ReadonlySet<ModuleName>;
  signal: AbortSignal;
  onPage: (tally: Tally, caughtUp: boolean) => void;
}

/** The pages of a module's feed, from the beginning where `after` is null. */
export function pagesOf(run: ImportRun, module: FeedModule, after: string | null): AsyncGenerator<Page> {
  const { gateway, pageSize: first, state } = run;
  const getPage = (cursor: string | null, signal: AbortSignal) =>
    ask(gateway, feedQuery(module, { after: cursor, first, since: state.since }), (d) => readPage(module, d), signal);
  return followFeed(getPage, after, run.signal);
}

/** Where a module's rows are kept. */
export function pathOf(run: ImportRun, module: FeedModule): string {
  return join(run.out, `${module.file}.${run.format.extension}`);
}
