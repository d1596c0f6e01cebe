import type { QueryRunner } from 'typeorm';
import { bigint, createTable, flag, id, int, key, nullable, text, time } from '../tables.js';

/** The module of user accounts, and the roles given here. */
export async function createUserAccountTables(q: QueryRunner): Promise<void> {
  await createUserAccounts(q);
  await createUserAccountRoles(q);
  await createRoles(q);
  await createRolePrivileges(q);
  await createRoleAssignments(q);
}

function createUserAccounts(q: QueryRunner): Promise<void> {
  return createTable(
    q,
    'user_accounts',
    {
      id,
      position: bigint,
      scope_version: int,
      source: text(64),
      source_id: text(255),
      user_name: text(255),
      first_name: nullable(text(255)),
      last_name: nullable(text(255)),
      full_name: text(511),
      email: nullable(text(255)),
      search_text: text(1100),
      status: text(32),
      access_scope: text(32),
      department: nullable(text(255)),
      location: nullable(text(255)),
      created_at: time,
      modified_at: time,
      last_login_at: nullable(time),
      expires_at: nullable(time),
    },
    {
      identity: 'unique:source,source_id',
      user_name: 'unique:user_name',
      created_at: 'created_at,id',
      modified_at: 'modified_at,id',
      last_login_at: 'last_login_at,id',
      position: 'position',
    },
  );
}

function createUserAccountRoles(q: QueryRunner): Promise<void> {
  return createTable(q, 'user_account_roles', { user_id: key(bigint), role: key(text(255)) }, { role: 'role,user_id' });
}

function createRoles(q: QueryRunner): Promise<void> {
  return createTable(q, 'roles', { id, name: text(255), predefined: flag }, { name: 'unique:name' });
}

function createRolePrivileges(q: QueryRunner): Promise<void> {
  return createTable(q, 'role_privileges', { role_id: key(bigint), privilege: key(text(64)) });
}

function createRoleAssignments(q: QueryRunner): Promise<void> {
  return createTable(q, 'role_assignments', { user_id: key(bigint), role_id: key(bigint) }, { role: 'role_id' });
}
