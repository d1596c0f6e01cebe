import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { Module } from '../database/module.js';
import type { Reader } from '../features/integration/readers.js';
import { type SeenRecords, seenRecords } from '../features/integration/seen-records.js';
import { count } from './count.js';

const nouns: Record<Module, string> = {
  [Module.RESOURCES]: 'resources',
  [Module.USER_ACCOUNTS]: 'user accounts',
  [Module.AUDITS]: 'audits',
};

/** Counts what a reader sees. */
export async function seenBy(db: Database, settings: Config, { actor }: Reader): Promise<SeenRecords[]> {
  if (!actor) return [];
  return seenRecords({ db, actor, settings, requestId: 'cli', now: new Date().toISOString() }, actor);
}

/** Says what a reader sees, a line for each module, as in '2 of 500 resources: its access scope is ...'. */
export function seenLines(seen: readonly SeenRecords[]): string[] {
  return seen.map(({ module, count: number, isMore, reasons, stored }) => {
    const sees = isMore ? `more than ${count(number)}` : count(number);
    const isAll = number === stored && stored > 0;
    const facts = isAll ? `all ${sees} ${nouns[module]}` : `${sees} of ${count(stored)} ${nouns[module]}`;
    return isAll || reasons.length === 0 ? facts : `${facts}: ${reasons.join('; ')}`;
  });
}
