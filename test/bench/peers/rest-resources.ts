import { resourceFields } from '../fields.js';
import { pool } from './pool.js';
import { selectList } from './statements.js';

type Row = Record<string, unknown>;

interface ResourcesQuery {
  limit?: string;
  after?: string;
  from?: string;
  to?: string;
}

/** A page of resources with what belongs to them, by the four statements that the gateway takes. */
export async function readResources({ limit, after = '', from, to }: ResourcesQuery): Promise<{ rows: Row[] }> {
  const [name = '', id = 0] = after ? after.split('\t') : [];
  const resources = await query(
    `SELECT ${selectList(resourceFields.resource)} FROM resources t FORCE INDEX (resources_name)
      WHERE (t.name > ? OR (t.name = ? AND t.id > ?)) ORDER BY t.name, t.id LIMIT ?`,
    [name, name, Number(id), Number(limit)],
  );
  const ids = resources.map((resource) => resource.id);
  const [accounts, owners, usages] = await Promise.all([
    query(
      `SELECT t.resource_id AS resourceId, ${selectList(resourceFields.account)} FROM privileged_accounts t
        WHERE t.resource_id IN (?) ORDER BY t.resource_id, t.name, t.id`,
      [ids],
    ),
    query(`SELECT ${selectList(resourceFields.owner)} FROM user_accounts t WHERE t.user_name IN (?)`, [
      resources.map(({ ownerName }) => ownerName),
    ]),
    query(
      `SELECT t.resource_id AS resourceId, COUNT(*) AS operationCount,
          COUNT(CASE WHEN t.outcome = 'FAILURE' THEN 1 END) AS failureCount,
          COUNT(CASE WHEN t.operation = 'Password Retrieved' THEN 1 END) AS passwordRetrievalCount,
          COUNT(DISTINCT t.operated_by) AS distinctUserCount, MAX(t.occurred_at) AS lastUsedAt
        FROM audits t FORCE INDEX (audits_resource_id)
        WHERE t.resource_id IN (?) AND t.occurred_at >= ? AND t.occurred_at < ? GROUP BY t.resource_id`,
      [ids, from, to],
    ),
  ]);
  const byId = new Map(resources.map((resource) => [resource.id, resource]));
  for (const resource of resources) resource.accounts = [];
  for (const account of accounts) (byId.get(account.resourceId)!.accounts as Row[]).push(account);
  const ownerOf = new Map(owners.map((owner) => [owner.userName, owner]));
  const usageOf = new Map(usages.map((usage) => [usage.resourceId, usage]));
  for (const resource of resources) {
    resource.owner = ownerOf.get(resource.ownerName) ?? null;
    resource.usage = usageOf.get(resource.id) ?? unused;
  }
  return { rows: resources };
}

const unused = {
  operationCount: 0,
  failureCount: 0,
  passwordRetrievalCount: 0,
  distinctUserCount: 0,
  lastUsedAt: null,
};

async function query(statement: string, values: unknown[]): Promise<Row[]> {
  const [rows] = await pool.promise().query(statement, values);
  return rows as Row[];
}
