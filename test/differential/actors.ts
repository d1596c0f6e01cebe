import type { Database } from '../../src/database/db.js';
import { Privilege } from '../../src/graphql/access.js';
import type { Actor } from '../../src/graphql/context.js';
import { anActor, connectorFor } from '../helpers/gateway.js';
import { times, users } from './records.js';
import type { Tape } from './tape.js';

const modules = [Privilege.READ_RESOURCES, Privilege.READ_USER_ACCOUNTS, Privilege.READ_AUDITS];

/** Who may ask: who sees everything, and users that see what they own and what was shared with them. */
export async function askers(db: Database): Promise<Actor[]> {
  const connectors = await Promise.all(users.map((userName) => connectorFor(db, userName)));
  const person = anActor({ kind: 'SESSION', privileges: new Set(Object.values(Privilege)) });
  return [anActor(), ...connectors, person];
}

/** One of them, at times without a privilege, narrowed by what Analytics Plus chose, or nobody. */
export function anAsker(all: readonly Actor[], tape: Tape): Actor | null {
  if (tape.once(50)) return null;
  const actor = tape.one([all[0]!, ...all]);
  if (tape.once(20)) return { ...actor, privileges: new Set(tape.some(modules, 3)) };
  if (!tape.once(10)) return actor;
  const withheld = new Set(tape.once(3) ? [tape.one(modules)] : []);
  return { ...actor, bounds: { withheld, since: tape.one([null, ...times]) } };
}
