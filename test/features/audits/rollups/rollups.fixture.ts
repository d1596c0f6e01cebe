import fc from 'fast-check';
import sql, { raw } from 'sql-template-tag';
import type { Database, Transaction } from '../../../../src/database/db.js';
import type { AuditRecord } from '../../../../src/features/audits/audit.record.js';
import { recordAudits } from '../../../../src/features/audits/audit.service.js';
import type { ResourceUsage } from '../../../../src/features/audits/resource-usage.js';
import { countTables, type Dimension } from '../../../../src/features/audits/rollups/count-tables.js';
import { countMore } from '../../../../src/features/audits/rollups/rollup-worker.js';
import { recordResources } from '../../../../src/features/resources/resource.service.js';
import type { DateRange } from '../../../../src/graphql/pages/page-arguments.js';

const DAY = 86_400_000;
const START = Date.parse('2026-02-27T00:00:00Z');
const RESOURCES = ['0', '1', '2'];

/** A time near an end of a day or of a quarter of an hour, or anywhere; some lie before 1970. */
const anyTime = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(fc.nat(4), fc.constantFrom(0, 1, 95), fc.constantFrom(0, -1, 1, 450_000)) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom(-30_000, -900, 40_000), fc.nat(95), fc.nat(899_999)) },
);
const timeOf = ([day, quarter, milliseconds]: readonly [number, number, number]): string =>
  new Date(START + day * DAY + quarter * 900_000 + milliseconds).toISOString();

/** Names that differ by case, by a space at the end, or beyond what two bytes write. */
const anyAudit: fc.Arbitrary<Omit<AuditRecord, 'sourceId'>> = fc.record({
  occurredAt: anyTime.map(timeOf),
  category: fc.constantFrom('RESOURCE', 'USER'),
  operation: fc.constantFrom('Password Retrieved', 'password retrieved', 'Password Retrieved ', 'Session Started'),
  outcome: fc.constantFrom('SUCCESS', 'FAILURE', 'UNKNOWN'),
  operatedBy: fc.constantFrom('ann', 'Ann', 'ann ', 'bøb', '😀'),
  resourceSourceId: fc.constantFrom(...RESOURCES, 'of nobody'),
});

export const anyAudits = fc.array(anyAudit, { minLength: 1, maxLength: 12 });

export const anyRange: fc.Arbitrary<DateRange> = fc
  .tuple(fc.option(anyTime.map(timeOf)), fc.option(anyTime.map(timeOf)))
  .map(([from, to]) => (from && to && from > to ? { from: to, to: from } : { from, to }));

/** Adds the resources that audits are of; their ids. */
export async function addResources(db: Database): Promise<number[]> {
  const records = RESOURCES.map((sourceId) => ({ sourceId, name: `server-${sourceId}`, type: 'Linux' }));
  await recordResources(db, 'test', records);
  const rows = await db.query<{ id: number }>(sql`SELECT id FROM resources ORDER BY id`);
  return rows.map(({ id }) => id);
}

let next = 0;

export async function addAudits(db: Database, records: readonly Omit<AuditRecord, 'sourceId'>[]): Promise<void> {
  await recordAudits(
    db,
    'test',
    records.map((record) => ({ sourceId: `${next++}`, ...record })),
  );
}

/** Takes all audits out of a database, and their counts. */
export async function removeEverything(db: Database): Promise<void> {
  for (const table of ['audits', 'audit_names', 'audit_spans', ...countTables.map(({ name }) => name)]) {
    await db.execute(sql`DELETE FROM ${raw(table)}`);
  }
  await db.execute(sql`UPDATE positions SET position = 0, records = 0 WHERE module = 'AUDITS'`);
  await db.execute(sql`UPDATE watermarks SET position = 0, clearing = ${false}`);
}

export async function countAll(db: Database): Promise<void> {
  while (await countMore(db));
}

/** An audit as it is counted. */
export type Counted = Readonly<Record<Dimension, string | number | null>> & { readonly occurredAt: string };

export function allAudits(db: Database): Promise<Counted[]> {
  return db.query<Counted>(
    sql`SELECT t.operation, t.category, t.outcome, t.operated_by, t.resource_id,
          ${raw(db.dialect.timeText('t.occurred_at'))} AS occurredAt FROM audits t`,
  );
}

export function isWithin({ from, to }: DateRange, { occurredAt }: Counted): boolean {
  return (!from || occurredAt >= from) && (!to || occurredAt < to);
}

/** The use of a resource, counted from its audits one by one. */
export function usageOf(audits: readonly Counted[], retrievals: readonly string[]): ResourceUsage {
  return {
    operationCount: audits.length,
    failureCount: audits.filter(({ outcome }) => outcome === 'FAILURE').length,
    passwordRetrievalCount: audits.filter(({ operation }) => retrievals.includes(operation as string)).length,
    distinctUserCount: new Set(audits.map(({ operated_by }) => operated_by)).size,
    lastUsedAt: audits.reduce<string | null>((last, { occurredAt }) => (last! > occurredAt ? last : occurredAt), null),
  };
}

/** Everything that tables of counts hold, in one order. */
export async function countsOf(db: Database): Promise<object[]> {
  const tables = await Promise.all(
    countTables.map(async ({ name, dimensions }) => {
      const columns = raw(['width', 'bucket', ...dimensions].join(', '));
      return db.query<object>(sql`SELECT ${columns}, audits FROM ${raw(name)} ORDER BY ${columns}`);
    }),
  );
  return tables.flat();
}

/** The same database, in which a process dies at the n-th write of each transaction: it is never committed. */
export function dyingAt(db: Database, write: number): Database {
  return replacing(db, {
    begin: async () => {
      let left = write;
      const tx = await db.begin();
      const execute: Transaction['execute'] = (statement) => {
        if (left-- === 0) throw new Error('killed');
        return tx.execute(statement);
      };
      return replacing(tx, { execute });
    },
  });
}

function replacing<T extends object>(target: T, replaced: Partial<T>): T {
  return new Proxy(target, {
    get: (_, name) => {
      const value = Reflect.get(name in replaced ? replaced : target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
