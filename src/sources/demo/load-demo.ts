import type { Db } from '../../database/db.js';
import { Module, type RecordOutcome } from '../../database/module.js';
import { commandLine } from '../../features/audits/activity-log.js';
import { recordAudits } from '../../features/audits/audit.service.js';
import { recordUserAccounts } from '../../features/audits/user-account.service.js';
import { recordResources } from '../../features/resources/resource.service.js';
import { assignRoles } from '../../features/roles/role.service.js';
import { batches } from '../../lib/batches.js';
import { inParallel } from '../../lib/in-parallel.js';
import type { DemoOptions, DemoWorld } from './demo.js';
import { demoAudits, makeWorld } from './world.js';

const SOURCE = 'demo';
const AUDITS_AT_ONCE = 5_000;

/** Roles that the demo gives here to those who have them in the PAM product. */
const givenRoles = ['Privileged Administrator', 'Administrator', 'Password Auditor', 'ManageEngine Integration'];

export interface Loaded {
  /** Records of each module that were not there before. */
  readonly added: Record<Module, number>;
  readonly world: DemoWorld;
}

/** Makes demo data and stores it, by the same write path as any source. Made again, it changes nothing. */
export async function loadDemo(
  db: Db,
  options: DemoOptions,
  onProgress: (module: Module, done: number) => void,
): Promise<Loaded> {
  const world = makeWorld(options);
  const added: Record<Module, number> = { RESOURCES: 0, USER_ACCOUNTS: 0, AUDITS: 0 };
  const done: Record<Module, number> = { RESOURCES: 0, USER_ACCOUNTS: 0, AUDITS: 0 };
  const store = async (module: Module, write: Promise<RecordOutcome[]>): Promise<void> => {
    for (const outcome of await write) {
      if (typeof outcome === 'object' && 'conflict' in outcome) {
        throw new Error('the database has other demo data: make these in an empty database');
      }
      if (typeof outcome === 'object') throw new Error(`demo data was not stored: ${JSON.stringify(outcome)}`);
      if (outcome === 'ADDED') added[module] += 1;
      done[module] += 1;
    }
    onProgress(module, done[module]);
  };

  onProgress(Module.RESOURCES, 0);
  await inParallel(batches(world.resources, 500), 1, (batch) =>
    store(Module.RESOURCES, recordResources(db, SOURCE, batch)),
  );
  onProgress(Module.USER_ACCOUNTS, 0);
  await inParallel(batches(world.users, 500), 1, (batch) =>
    store(Module.USER_ACCOUNTS, recordUserAccounts(db, commandLine, SOURCE, batch)),
  );
  await giveRoles(db, world);
  onProgress(Module.AUDITS, 0);
  // While the database stores some, the next are made.
  await inParallel(batches(demoAudits(options, world), AUDITS_AT_ONCE), 4, (batch) =>
    store(Module.AUDITS, recordAudits(db, SOURCE, batch)),
  );
  return { added, world };
}

async function giveRoles(db: Db, { users }: DemoWorld): Promise<void> {
  for (const { userName, roles = [] } of users) {
    const given = roles.filter((role) => givenRoles.includes(role));
    if (given.length > 0) await assignRoles(db, commandLine, userName, given);
  }
}
