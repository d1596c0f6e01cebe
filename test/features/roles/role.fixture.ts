import sql from 'sql-template-tag';
import type { Database } from '../../../src/database/db.js';
import type { Operator } from '../../../src/features/audits/activity-log.js';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { Privilege } from '../../../src/graphql/access.js';
import type { UserError } from '../../../src/graphql/user-errors.js';
import { anActor } from '../../helpers/gateway.js';

export const ann: Operator = { userId: null, userName: 'ann', ipAddress: '192.0.2.1', clientType: 'Web Client' };

/** A person who may manage users, and nothing else. */
export const manager = anActor({
  kind: 'SESSION',
  userName: 'ann',
  fullName: 'Ann',
  roles: ['Helpdesk'],
  privileges: new Set([Privilege.MANAGE_USERS]),
});

export interface RoleAnswer {
  readonly name: string;
  readonly privileges: readonly string[];
  readonly predefined: boolean;
  readonly userNames: readonly string[];
  readonly userCount: number;
}

export interface Payload {
  readonly role?: RoleAnswer | null;
  readonly roles?: readonly RoleAnswer[] | null;
  readonly deleted?: boolean;
  readonly userErrors: readonly UserError[];
}

const role = 'name privileges predefined userNames userCount';
const errors = 'userErrors { field code message }';

export const mutations = {
  createRole: `mutation ($input: CreateRoleInput!) { payload: createRole(input: $input) { role { ${role} } ${errors} } }`,
  changeRole: `mutation ($name: String!, $input: ChangeRoleInput!) {
    payload: changeRole(name: $name, input: $input) { role { ${role} } ${errors} } }`,
  deleteRole: `mutation ($name: String!) { payload: deleteRole(name: $name) { deleted ${errors} } }`,
  assignRoles: `mutation ($userName: String!, $roles: [String!]!) {
    payload: assignRoles(userName: $userName, roles: $roles) { roles { ${role} } ${errors} } }`,
};

export const queries = {
  roles: `{ roles { ${role} } }`,
  role: `query ($name: String!) { role(name: $name) { ${role} } }`,
};

export function recordUsers(db: Database, ...userNames: string[]): Promise<unknown> {
  const records = userNames.map((userName) => ({ sourceId: userName, userName }));
  return storeUserAccounts(db, 'test', records);
}

/** Takes every role from everybody, and deletes those that are not predefined. */
export async function clearRoles(db: Database): Promise<void> {
  await db.execute(sql`DELETE FROM role_assignments`);
  await db.execute(sql`DELETE FROM role_privileges WHERE role_id IN (SELECT id FROM roles WHERE predefined = 0)`);
  await db.execute(sql`DELETE FROM roles WHERE predefined = 0`);
}

/** Makes a user account a sign-in. */
export async function givePassword(db: Database, userName: string): Promise<void> {
  await db.execute(
    sql`INSERT INTO passwords (user_id, hash, changed_at)
        SELECT id, 'a hash', created_at FROM user_accounts WHERE user_name = ${userName}`,
  );
}

export interface AuditRow {
  readonly operation: string;
  readonly operatedBy: string;
  readonly ipAddress: string | null;
  readonly userName: string | null;
  readonly reason: string;
}

/** The audits of what was done in this gateway, in their order. */
export function ownAudits(db: Database): Promise<AuditRow[]> {
  return db.query<AuditRow>(
    sql`SELECT operation, operated_by AS operatedBy, ip_address AS ipAddress, user_name AS userName, reason
        FROM audits WHERE source = 'gateway' ORDER BY id`,
  );
}
