import sql, { join, raw } from 'sql-template-tag';
import { Entity, Index } from 'typeorm';
import { IntKey, Key, Text, TextKey, Time } from '../../database/columns.js';
import type { Db, Transaction, Value } from '../../database/db.js';
import { tableOf, VALUES_AT_ONCE } from '../../database/rows.js';
import { isOneOf } from '../../graphql/pages/filters.js';
import { chunks } from '../../lib/chunks.js';
import { byCodePoints } from '../../lib/code-points.js';
import type { AuditRecord } from './audit.record.js';

/** Looks of one statement: SQLite joins no more than 500 by UNION. */
const SELECTS_AT_ONCE = 400;

/** What a name is of. */
export enum Named {
  USER_ACCOUNT = 1,
  /** One that the audit is not linked to. */
  RESOURCE = 2,
}

/**
 * The audits that have a name which few of them have. An index of `audits` would have a row for each of the others as
 * well, and every one of them would pay for it. The time stands here too, so that a name's audits are in its order.
 */
@Entity('audit_names')
@Index('audit_names_name', ['kind', 'name', 'occurredAt', 'id'])
export class AuditName {
  @Key() id!: number;
  @IntKey() kind!: Named;
  @Text(255) name!: string;
  @Time() occurredAt!: string;
}

/** The names by which audits called a resource that they are linked to: more than one where it was renamed. */
@Entity('audit_resource_names')
export class AuditResourceName {
  @TextKey(255) name!: string;
  @Key() resourceId!: number;
}

/** Lets audits, whose ids begin with `first`, be found by such names; `links` says what each is linked to. */
export async function insertNames(
  tx: Transaction,
  first: number,
  records: readonly AuditRecord[],
  links: readonly { readonly resourceId: number | null }[],
): Promise<void> {
  const rows: Value[][] = [];
  const add = (n: number, kind: Named, name: string) =>
    rows.push([first + n, kind, name, tx.dialect.timeValue(records[n]!.occurredAt)]);
  for (let n = 0; n < records.length; n++) {
    const { userName, resourceName } = records[n]!;
    if (typeof userName === 'string') add(n, Named.USER_ACCOUNT, userName);
    if (typeof resourceName === 'string' && links[n]!.resourceId === null) add(n, Named.RESOURCE, resourceName);
  }
  if (rows.length > 0) await tx.insertRows(tableOf(AuditName).name, ['id', 'kind', 'name', 'occurred_at'], rows);
}

/** Transactions that have stored names of resources: what they find may be their own, and lost with them. */
const storing = new WeakSet<Transaction>();

/** Stores names of resources, those that are not there; the ones that are there whatever becomes of the transaction. */
export async function storeResourceNames(
  tx: Transaction,
  names: readonly AuditResourceName[],
): Promise<AuditResourceName[]> {
  const known: AuditResourceName[] = [];
  for (const part of chunks([...new Set(names.map(({ name }) => name))], VALUES_AT_ONCE)) {
    const found = await tx.query<AuditResourceName>(
      sql`SELECT name, resource_id AS resourceId FROM audit_resource_names WHERE name IN (${join(part)})`,
    );
    for (const one of found) known.push(one);
  }
  const there = new Set(known.map(keyOf));
  const missing = names.filter((name) => !there.has(keyOf(name)));
  const lasting = storing.has(tx) ? [] : known;
  if (missing.length === 0) return lasting;
  storing.add(tx);
  // In one order, so that of two callers who store the same one waits for the other, and not each for the other.
  missing.sort((a, b) => byCodePoints(a.name, b.name) || a.resourceId - b.resourceId);
  for (const part of chunks(missing, VALUES_AT_ONCE)) {
    const rows = part.map(({ name, resourceId }) => sql`(${name}, ${resourceId})`);
    await tx.execute(
      sql`INSERT INTO audit_resource_names (name, resource_id) VALUES ${join(rows)} ${raw(tx.dialect.leaveKnown('name'))}`,
    );
  }
  return lasting;
}

function keyOf({ name, resourceId }: AuditResourceName): string {
  return `${resourceId} ${name}`;
}

/** Those of some names by which audits call a resource that they are not linked to. */
export async function unlinkedAmong(db: Db, names: readonly (string | number)[]): Promise<(string | number)[]> {
  const found: (string | number)[] = [];
  for (const part of chunks(names, SELECTS_AT_ONCE)) {
    // One look for each: a list would be read to its end.
    const looks = part.map(
      (name, n) =>
        sql`SELECT * FROM (SELECT name FROM audit_names WHERE kind = ${Named.RESOURCE} AND name = ${name} LIMIT 1) ${raw(`n${n}`)}`,
    );
    for (const { name } of await db.apart.query<{ name: string }>(join(looks, ' UNION ALL '))) found.push(name);
  }
  return found;
}

/** The resources that audits are linked to and called by one of the names; at most so many. */
export function resourcesNamed(
  db: Db,
  names: readonly (string | number)[],
  limit: number,
): Promise<AuditResourceName[]> {
  return db.query(
    sql`SELECT name, resource_id AS resourceId FROM audit_resource_names WHERE ${isOneOf('name', names)} LIMIT ${limit}`,
  );
}
