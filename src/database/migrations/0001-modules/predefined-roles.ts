import type { QueryRunner } from 'typeorm';
import { insertMissing } from '../rows.js';

const read = ['READ_RESOURCES', 'READ_USER_ACCOUNTS', 'READ_AUDITS', 'READ_ANALYTICS'];
const administrate = [...read, 'MANAGE_ALERTS', 'MANAGE_USERS', 'INGEST'];

/**
 * PAM360's predefined roles (its help, "User roles") with what they may read here, and the role that its makers name for
 * the integration. Who manages users there manages them here.
 */
const privilegesOf: Record<string, string[]> = {
  'Privileged Administrator': administrate,
  Administrator: administrate,
  'Password Administrator': ['READ_RESOURCES', 'READ_AUDITS'],
  'Cloud Administrator': ['READ_RESOURCES', 'READ_AUDITS'],
  'Password Auditor': read,
  'Password User': ['READ_RESOURCES'],
  'Connection User': ['READ_RESOURCES'],
  'ManageEngine Integration': ['MANAGEENGINE_INTEGRATION'],
};

export async function insertPredefinedRoles(q: QueryRunner): Promise<void> {
  for (const [name, privileges] of Object.entries(privilegesOf)) {
    await insertMissing(q, 'roles', { name }, { predefined: 1 });
    const [role] = await q.query('SELECT id FROM roles WHERE name = ?', [name]);
    for (const privilege of privileges) await insertMissing(q, 'role_privileges', { role_id: role.id, privilege });
  }
}
