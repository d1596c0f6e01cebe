import type { QueryRunner } from 'typeorm';
import { bigint, createTable, flag, id, int, key, longText, nullable, text, time } from '../tables.js';

/** The module of resources, with the grants that decide who sees them. */
export async function createResourceTables(q: QueryRunner): Promise<void> {
  await createResources(q);
  await createPrivilegedAccounts(q);
  await createCustomFields(q);
  await createAccessGrants(q);
}

function createResources(q: QueryRunner): Promise<void> {
  return createTable(
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
}

function createPrivilegedAccounts(q: QueryRunner): Promise<void> {
  return createTable(
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
}

function createCustomFields(q: QueryRunner): Promise<void> {
  return createTable(q, 'custom_fields', {
    resource_id: key(bigint),
    ordinal: key(bigint),
    label: text(255),
    value: nullable(longText),
  });
}

function createAccessGrants(q: QueryRunner): Promise<void> {
  return createTable(
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
