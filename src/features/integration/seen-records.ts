import sql, { raw } from 'sql-template-tag';
import { Field, Int, ObjectType } from 'type-graphql';
import type { Db } from '../../database/db.js';
import { Module } from '../../database/module.js';
import { countRecords } from '../../database/positions.js';
import { tableOf } from '../../database/rows.js';
import type { Actor, Context } from '../../graphql/context.js';
import { countListTo, type List } from '../../graphql/pages/read-connection.js';
import { OWN_SOURCE } from '../audits/activity-log.js';
import { auditList } from '../audits/audit.list.js';
import { ResourceDateField } from '../resources/resource.inputs.js';
import { resourceList } from '../resources/resource.list.js';
import { UserAccountDateField } from '../users/user-account.inputs.js';
import { userAccountList } from '../users/user-account.list.js';
import { privilegeOf } from './mapped-user.js';

/** Records that are counted one by one. */
const MAX_COUNTED = 10_000;

@ObjectType({ simpleResolvers: true, description: 'How many records of a module somebody sees.' })
export class SeenRecords {
  @Field(() => Module) module!: Module;
  @Field(() => Int, { description: `How many are seen; at most ${MAX_COUNTED} are counted.` }) count!: number;
  @Field(() => Boolean, { description: 'Whether there are more than were counted.' }) isMore!: boolean;
  @Field(() => [String], { description: 'Why records may be missing; empty if all are seen.' })
  reasons!: readonly string[];
  /** Records that the gateway has. Nobody is told who may not see them all. */
  stored!: number;
}

const listOf: Record<Module, (context: Context) => List | Promise<List>> = {
  [Module.RESOURCES]: (context) => resourceList(context, null, ResourceDateField.MODIFIED_AT, null, null),
  [Module.USER_ACCOUNTS]: (context) => userAccountList(context, null, UserAccountDateField.MODIFIED_AT, null, null),
  [Module.AUDITS]: (context) => auditList(context, null, null, null),
};

/** Counts what the actor of `context` sees of each module, by the lists that it would be served, and says why it is not all. */
export function seenRecords(context: Context, actor: Actor): Promise<SeenRecords[]> {
  return Promise.all(Object.values(Module).map((module) => seenOf(context, actor, module)));
}

async function seenOf(context: Context, actor: Actor, module: Module): Promise<SeenRecords> {
  const { db } = context;
  const privilege = privilegeOf[module];
  const stored = await countRecords(db, module);
  const none = (reason: string): SeenRecords => ({ module, count: 0, isMore: false, reasons: [reason], stored });
  if (!actor.privileges.has(privilege)) return none(`it may not read them: give its user a role with ${privilege}`);
  if (actor.bounds?.withheld.has(privilege)) {
    return none('the module was not chosen when Analytics Plus connected with the token');
  }
  const list = await listOf[module]({ ...context, actor });
  const count = await countListTo(context, list, MAX_COUNTED + 1);
  const isMore = count > MAX_COUNTED;
  const reasons = reasonsOf(actor, module, count);
  if (await isUnfilled(db, list)) reasons.push('nothing has been imported yet');
  return { module, count: Math.min(count, MAX_COUNTED), isMore, reasons, stored };
}

const ownedAndShared: Record<Module, string> = {
  [Module.RESOURCES]: 'it sees resources that it owns or that are shared with it',
  [Module.USER_ACCOUNTS]: 'it sees its own user account',
  [Module.AUDITS]: 'it sees its own audits and those on the resources that it sees',
};

function reasonsOf({ scope, bounds }: Actor, module: Module, count: number): string[] {
  const reasons: string[] = [];
  if (scope !== 'ALL') {
    const none = count === 0 ? ', and there are none' : '';
    reasons.push(`its access scope is OWNED_AND_SHARED: ${ownedAndShared[module]}${none}`);
  }
  if (module === Module.AUDITS && bounds?.since) {
    reasons.push(`audits from before ${bounds.since} are outside of the period that Analytics Plus chose`);
  }
  return reasons;
}

/** Whether a module has nothing but what the gateway itself made. */
async function isUnfilled(db: Db, { entity }: List): Promise<boolean> {
  const table = raw(tableOf(entity).name);
  const [row] = await db.query<{ first: string | null; last: string | null }>(
    sql`SELECT (SELECT MIN(source) FROM ${table}) AS \`first\`, (SELECT MAX(source) FROM ${table}) AS \`last\``,
  );
  return [row!.first, row!.last].every((source) => source === null || source === OWN_SOURCE);
}
