import sql, { join } from 'sql-template-tag';
import type { Db } from '../../database/db.js';
import type { AuditRecord } from './audit.record.js';

interface Links {
  resourceId: number;
  accountId: number | undefined;
}

/**
 * Finds the resource and privileged account that each audit is about: by the source's own ids where it gives them, else
 * by a name that only one resource of the source, or one account of the resource, has. Undefined where there is none.
 */
export async function linkAudits(
  db: Db,
  source: string,
  records: readonly AuditRecord[],
): Promise<(Links | undefined)[]> {
  const bySourceId = await resourcesBySourceId(db, source, records);
  const byName = await resourcesByName(db, source, records);
  const resourceIds = records.map(({ resourceSourceId, resourceName }) =>
    resourceSourceId ? bySourceId.get(resourceSourceId) : byName.get(resourceName ?? ''),
  );
  const accounts = await accountsOf(db, new Set(resourceIds.filter((id) => id !== undefined)));
  return records.map(({ accountSourceId, accountName }, index) => {
    const resourceId = resourceIds[index];
    if (resourceId === undefined) return undefined;
    const known = accounts.get(resourceId);
    const accountId = accountSourceId ? known?.byIdentity.get(accountSourceId) : known?.byName.get(accountName ?? '');
    return { resourceId, accountId };
  });
}

async function resourcesBySourceId(
  db: Db,
  source: string,
  records: readonly AuditRecord[],
): Promise<Map<string, number>> {
  const wanted = distinct(records.map(({ resourceSourceId }) => resourceSourceId));
  if (wanted.length === 0) return new Map();
  const rows = await db.query<{ id: number; sourceId: string }>(
    sql`SELECT id, source_id AS sourceId FROM resources WHERE source = ${source} AND source_id IN (${join(wanted)})`,
  );
  return new Map(rows.map(({ id, sourceId }) => [sourceId, id]));
}

async function resourcesByName(db: Db, source: string, records: readonly AuditRecord[]): Promise<Map<string, number>> {
  const unnamed = records.filter(({ resourceSourceId }) => !resourceSourceId);
  const wanted = distinct(unnamed.map(({ resourceName }) => resourceName));
  if (wanted.length === 0) return new Map();
  const rows = await db.query<{ id: number; name: string }>(
    sql`SELECT MIN(id) AS id, name FROM resources WHERE source = ${source} AND name IN (${join(wanted)})
        GROUP BY name HAVING COUNT(*) = 1`,
  );
  return new Map(rows.map(({ id, name }) => [name, id]));
}

/** By name undefined where several have it. */
type KnownAccounts = { byIdentity: Map<string, number>; byName: Map<string, number | undefined> };
type AccountRow = { id: number; resourceId: number; identity: string; name: string };

async function accountsOf(db: Db, resourceIds: ReadonlySet<number>): Promise<Map<number, KnownAccounts>> {
  const accounts = new Map<number, KnownAccounts>();
  if (resourceIds.size === 0) return accounts;
  const rows = await db.query<AccountRow>(
    sql`SELECT id, resource_id AS resourceId, identity, name FROM privileged_accounts
        WHERE resource_id IN (${join([...resourceIds])})`,
  );
  for (const { id, resourceId, identity, name } of rows) {
    let known = accounts.get(resourceId);
    if (!known) {
      known = { byIdentity: new Map(), byName: new Map() };
      accounts.set(resourceId, known);
    }
    known.byIdentity.set(identity, id);
    known.byName.set(name, known.byName.has(name) ? undefined : id);
  }
  return accounts;
}

function distinct(values: (string | null | undefined)[]): string[] {
  return [...new Set(values.filter((value): value is string => Boolean(value)))];
}
