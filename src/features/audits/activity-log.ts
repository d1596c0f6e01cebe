import { randomUUID } from 'node:crypto';
import sql from 'sql-template-tag';
import type { Db, Transaction } from '../../database/db.js';
import { clientOf } from '../../graphql/client.js';
import type { Context } from '../../graphql/context.js';
import { MAX_USER_NAME_LENGTH, SYSTEM, UNKNOWN } from '../users/user-name.js';
import { nobodyNamed } from '../users/user-names.service.js';
import type { AuditRecord } from './audit.record.js';
import { recordAuditsBy } from './audit.service.js';
import type { OwnOperation } from './own-operations.js';

/** The source of the audits of what is done in this gateway. */
export const OWN_SOURCE = 'gateway';

/** Who did something here, and from where. */
export interface Operator {
  /** The user account that it is; null if it is none. */
  readonly userId: number | null;
  readonly userName: string;
  readonly ipAddress: string | null;
  readonly clientType: 'Web Client' | 'API Client' | 'Command Line' | 'Schedule';
}

/** Something that was done in this gateway. No secret may stand in it. */
export interface Activity {
  readonly operation: OwnOperation;
  /** SUCCESS where it is left out. */
  readonly outcome?: 'SUCCESS' | 'FAILURE';
  /** The user that it was done to. */
  readonly userName?: string | null;
  readonly reason?: string | null;
}

/** Whoever may run a command holds the database: the operating system knows who that is. */
export const commandLine: Operator = { userId: null, userName: SYSTEM, ipAddress: null, clientType: 'Command Line' };

/** What the server does by itself, because a setting says so. */
export const schedule: Operator = { userId: null, userName: SYSTEM, ipAddress: null, clientType: 'Schedule' };

/** Who sent a request. */
export function operatorOf(context: Context): Operator {
  const { actor } = context;
  return {
    userId: actor && actor.kind !== 'INGEST' ? actor.userId : null,
    userName: actor?.userName ?? UNKNOWN,
    ipAddress: clientOf(context).ipAddress,
    clientType: actor && actor.kind !== 'SESSION' ? 'API Client' : 'Web Client',
  };
}

/** Records what is done in this gateway, in the transaction that does it. */
export function logActivity(tx: Transaction, by: Operator, operation: Activity): Promise<void> {
  return logActivities(tx, by, [operation]);
}

/** As `logActivity`, of many at once. */
export async function logActivities(tx: Transaction, by: Operator, activities: readonly Activity[]): Promise<void> {
  if (activities.length === 0) return;
  const occurredAt = new Date().toISOString();
  const records = activities.map((operation) => auditOf(by, operation, occurredAt));
  const outcomes = await recordAuditsBy(tx, await nameOf(tx, by), OWN_SOURCE, records);
  const lost = outcomes.findIndex((outcome) => outcome !== 'ADDED');
  if (lost < 0) return;
  const { operation } = activities[lost]!;
  throw new Error(`the audit of ${operation} was not stored: ${JSON.stringify(outcomes[lost])}`);
}

/** The id of the name that an operator's audits go by: one of its user account, else one that no user ever gets. */
async function nameOf(tx: Transaction, { userId, userName }: Operator): Promise<number> {
  const name = userName.slice(0, MAX_USER_NAME_LENGTH);
  const [own] =
    userId === null
      ? []
      : await tx.query<{ id: number }>(
          sql`SELECT id FROM user_names WHERE user_id = ${userId} AND name = ${name} ORDER BY retired LIMIT 1`,
        );
  return own ? own.id : nobodyNamed(tx, OWN_SOURCE, name);
}

function auditOf(
  { userName, ipAddress, clientType }: Operator,
  { operation, outcome = 'SUCCESS', userName: touched = null, reason = null }: Activity,
  occurredAt: string,
): AuditRecord {
  return {
    sourceId: randomUUID(),
    occurredAt,
    category: 'USER',
    operation,
    outcome,
    operatedBy: userName,
    ipAddress,
    clientType,
    userName: touched,
    reason,
  };
}

export async function countOwnAudits(db: Db): Promise<number> {
  const [row] = await db.query<{ audits: number }>(
    sql`SELECT COUNT(*) AS audits FROM audits WHERE source = ${OWN_SOURCE}`,
  );
  return row!.audits;
}
