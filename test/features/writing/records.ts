import sql from 'sql-template-tag';
import type { Db } from '../../../src/database/db.js';
import type { AuditRecord } from '../../../src/features/audits/audit.record.js';
import type { ResourceRecord } from '../../../src/features/resources/resource.record.js';
import type { UserAccountRecord } from '../../../src/features/users/user-account.record.js';

/** The source that records come from where a test does not say another. */
export const SOURCE = 'pam360';

export function aResource(sourceId: string, but: Partial<ResourceRecord> = {}): ResourceRecord {
  return { sourceId, name: `resource ${sourceId}`, type: 'Linux', ...but };
}

export function aUser(sourceId: string, but: Partial<UserAccountRecord> = {}): UserAccountRecord {
  return { sourceId, userName: `user-${sourceId}`, ...but };
}

export function anAudit(sourceId: string, but: Partial<AuditRecord> = {}): AuditRecord {
  return {
    sourceId,
    occurredAt: '2026-03-01T08:30:00.123Z',
    category: 'RESOURCE',
    operation: 'Password Retrieved',
    outcome: 'SUCCESS',
    operatedBy: 'ann',
    ...but,
  };
}

/** The numbers from 1 to `count` as source ids. */
export function sourceIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index + 1));
}

/** A stored resource or user account: its id, its position, and when its source last changed it. */
export interface Stored {
  id: number;
  position: number;
  modifiedAt: string;
}

export async function storedResource(db: Db, sourceId: string): Promise<Stored> {
  const [row] = await db.query<Stored>(
    sql`SELECT id, position, modified_at AS modifiedAt FROM resources WHERE source_id = ${sourceId}`,
  );
  return row!;
}

export async function storedUser(db: Db, sourceId: string): Promise<Stored & { scopeVersion: number }> {
  const [row] = await db.query<Stored & { scopeVersion: number }>(
    sql`SELECT id, position, modified_at AS modifiedAt, scope_version AS scopeVersion
        FROM user_accounts WHERE source_id = ${sourceId}`,
  );
  return row!;
}
