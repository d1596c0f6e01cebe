import type { QueryRunner } from 'typeorm';
import { ddlOf } from '../../dialects/ddl.js';
import { bigint, createTable, id, int, key, longText, nullable, text, time } from '../tables.js';

/** The module of audits. */
export async function createAuditTables(q: QueryRunner): Promise<void> {
  await createAudits(q);
  await createAuditPositions(q);
  await createAuditIdBlocks(q);
}

function createAudits(q: QueryRunner): Promise<void> {
  return createTable(
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
}

function createAuditPositions(q: QueryRunner): Promise<void> {
  return createTable(q, 'audit_positions', { position: key(bigint), audit_id: bigint });
}

function createAuditIdBlocks(q: QueryRunner): Promise<void> {
  return createTable(q, 'audit_id_blocks', { block: { ...id, type: ddlOf(q).countingKey }, taken: int });
}
