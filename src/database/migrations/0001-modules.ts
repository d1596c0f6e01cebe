import { randomBytes } from 'node:crypto';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ddlOf } from '../dialects/ddl.js';
import { bigint, createTable, flag, id, int, key, longText, nullable, text, time } from './tables.js';

/** The three modules, their positions, the roles given here and the connectors' tokens. */
export class Modules1763800000000 implements MigrationInterface {
  name = 'Modules1763800000000';

  async up(q: QueryRunner): Promise<void> {
    await createTable(q, 'gateway', { name: key(text(64)), value: text(255) });
    await createTable(q, 'positions', { module: key(text(32)), position: bigint, records: bigint });
    await createTable(q, 'tombstones', {
      module: key(text(32)),
      viewer_id: key(bigint),
      position: key(bigint),
      record_id: bigint,
    });
    await createUserAccounts(q);
    await createResources(q);
    await createAudits(q);
    await createTable(
      q,
      'connector_tokens',
      { id, hash: text(64), hint: text(16), user_id: bigint, generated_at: time, revoked_at: nullable(time) },
      { hash: 'unique:hash', user: 'user_id' },
    );
    await q.query(`INSERT INTO gateway (name, value) VALUES ('id', '${randomBytes(8).toString('hex')}')`);
    for (const module of ['RESOURCES', 'USER_ACCOUNTS', 'AUDITS']) {
      await q.query(`INSERT INTO positions (module, position, records) VALUES ('${module}', 0, 0)`);
    }
    await insertPredefinedRoles(q);
  }

  async down(): Promise<void> {
    throw new Error('the first migration is not taken back: drop the database');
  }
}

async function createUserAccounts(q: QueryRunner): Promise<void> {
  await createTable(
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
  await createTable(q, 'user_account_roles', { user_id: key(bigint), role: key(text(255)) }, { role: 'role,user_id' });
  await createTable(q, 'roles', { id, name: text(255), predefined: flag }, { name: 'unique:name' });
  await createTable(q, 'role_privileges', { role_id: key(bigint), privilege: key(text(64)) });
  await createTable(q, 'role_assignments', { user_id: key(bigint), role_id: key(bigint) }, { role: 'role_id' });
}

async function createResources(q: QueryRunner): Promise<void> {
  await createTable(
    q,
    'resources',
    {
      id,
      position: bigint,
      source: text(64),
      source_id: text(255),
      name: text(255),
      description: nullable(longText),
      type: text(255),
      dns_name: nullable(text(255)),
      domain_name: nullable(text(255)),
      url: nullable(text(2000)),
      department: nullable(text(255)),
      location: nullable(text(255)),
      owner_name: nullable(text(255)),
      password_policy: nullable(text(255)),
      account_count: int,
      search_text: longText,
      created_at: time,
      modified_at: time,
      last_accessed_at: nullable(time),
    },
    {
      identity: 'unique:source,source_id',
      name: 'name,id',
      owner_name: 'owner_name',
      created_at: 'created_at,id',
      modified_at: 'modified_at,id',
      last_accessed_at: 'last_accessed_at,id',
      position: 'position',
    },
  );
  await createTable(
    q,
    'privileged_accounts',
    {
      id,
      resource_id: bigint,
      identity: text(255),
      name: text(255),
      description: nullable(longText),
      password_status: nullable(text(255)),
      password_policy: nullable(text(255)),
      expiry_status: nullable(text(255)),
      compliant: nullable(flag),
      compliance_reason: nullable(longText),
      last_accessed_at: nullable(time),
      last_modified_at: nullable(time),
    },
    { identity: 'unique:resource_id,identity' },
  );
  await createTable(q, 'custom_fields', {
    resource_id: key(bigint),
    ordinal: key(bigint),
    label: text(255),
    value: nullable(longText),
  });
  await createTable(
    q,
    'access_grants',
    {
      id,
      user_id: bigint,
      resource_id: bigint,
      account_key: bigint,
      level: text(32),
      granted_at: time,
    },
    { identity: 'unique:user_id,resource_id,account_key', resource: 'resource_id,user_id' },
  );
}

async function createAudits(q: QueryRunner): Promise<void> {
  await createTable(
    q,
    'audits',
    {
      id: key(bigint),
      source: text(64),
      source_id: text(255),
      occurred_at: time,
      recorded_at: time,
      category: text(32),
      operation: text(255),
      outcome: text(16),
      operated_by: text(255),
      ip_address: nullable(text(64)),
      client_type: nullable(text(255)),
      reason: nullable(longText),
      ticket_id: nullable(text(255)),
      resource_id: nullable(bigint),
      resource_name: nullable(text(255)),
      account_id: nullable(bigint),
      account_name: nullable(text(255)),
      user_name: nullable(text(255)),
      user_full_name: nullable(text(255)),
    },
    {
      identity: 'unique:source,source_id',
      occurred_at: 'occurred_at,id',
      category: 'category,outcome,occurred_at,id',
      operation: 'operation,occurred_at,id',
      operated_by: 'operated_by,occurred_at,id',
      ip_address: 'ip_address,occurred_at,id',
      resource_id: 'resource_id,occurred_at,id',
      resource_name: 'resource_name,occurred_at,id',
      account_name: 'account_name,occurred_at,id',
      user_name: 'user_name,occurred_at,id',
    },
  );
  await createTable(q, 'audit_positions', { position: key(bigint), audit_id: bigint });
  await createTable(q, 'audit_id_blocks', { block: { ...id, type: ddlOf(q).countingKey }, taken: int });
}

/**
 * PAM360's predefined roles (its help, "User roles") with what they may read here, and the role that its makers name for
 * the integration. Who manages users there manages them here.
 */
async function insertPredefinedRoles(q: QueryRunner): Promise<void> {
  const read = ['READ_RESOURCES', 'READ_USER_ACCOUNTS', 'READ_AUDITS', 'READ_ANALYTICS'];
  const administrate = [...read, 'MANAGE_ALERTS', 'MANAGE_USERS', 'INGEST'];
  const roles: Record<string, string[]> = {
    'Privileged Administrator': administrate,
    Administrator: administrate,
    'Password Administrator': ['READ_RESOURCES', 'READ_AUDITS'],
    'Cloud Administrator': ['READ_RESOURCES', 'READ_AUDITS'],
    'Password Auditor': read,
    'Password User': ['READ_RESOURCES'],
    'Connection User': ['READ_RESOURCES'],
    'ManageEngine Integration': ['MANAGEENGINE_INTEGRATION'],
  };
  for (const [name, privileges] of Object.entries(roles)) {
    await q.query(`INSERT INTO roles (name, predefined) VALUES ('${name}', 1)`);
    for (const privilege of privileges) {
      await q.query(
        `INSERT INTO role_privileges (role_id, privilege) SELECT id, '${privilege}' FROM roles WHERE name = '${name}'`,
      );
    }
  }
}
