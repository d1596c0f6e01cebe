import sql, { join, raw, type Sql } from 'sql-template-tag';
import { getMetadataArgsStorage } from 'typeorm';
import { chunks } from '../lib/chunks.js';
import { snakeCase } from '../lib/snake-case.js';
import type { Db, Transaction, Value } from './db.js';
import type { Dialect } from './dialects/dialect.js';

/** A class that is a table. */
export type EntityClass = new () => object;

export interface EntityColumn {
  readonly property: string;
  readonly name: string;
  readonly isTime: boolean;
  readonly isNumber: boolean;
  readonly isNullable: boolean;
  /** The most characters that a text may have. */
  readonly length: number | undefined;
}

export interface EntityTable {
  readonly name: string;
  readonly columns: ReadonlyMap<string, EntityColumn>;
  /** Those of them whose texts have a limit. */
  readonly limited: readonly { readonly property: string; readonly length: number }[];
}

/** Characters of a text without an index: 64,000 bytes at four bytes each, of the 65,535 that a TEXT column has. */
const LONG_TEXT = 16_000;

/** Values of one IN list: SQLite takes 32,766 parameters, and from 1,000 on MariaDB makes a subquery of the list. */
export const VALUES_AT_ONCE = 900;

/** The engine looks through these for each row and column that it sets. */
const ROWS_UPDATED_AT_ONCE = 200;

const tables = new WeakMap<EntityClass, EntityTable>();

/** What an entity's decorators say of its table; columns by property. */
export function tableOf(entity: EntityClass): EntityTable {
  let table = tables.get(entity);
  if (!table) {
    const metadata = getMetadataArgsStorage();
    const columns = metadata.filterColumns(entity).map(({ propertyName, options }): [string, EntityColumn] => [
      propertyName,
      {
        property: propertyName,
        name: snakeCase(propertyName),
        isTime: options.type === 'datetime',
        isNumber: options.type === 'integer' || options.type === 'bigint',
        isNullable: options.nullable === true,
        length: options.type === 'text' ? LONG_TEXT : options.length === undefined ? undefined : Number(options.length),
      },
    ]);
    const limited = columns.flatMap(([property, { length }]) => (length === undefined ? [] : [{ property, length }]));
    table = { name: metadata.filterTables(entity)[0]!.name!, columns: new Map(columns), limited };
    tables.set(entity, table);
  }
  return table;
}

/** A select list of properties, each under its own name, times as RFC 3339 text. `alias` is the table's name in the statement. */
export function selectList(dialect: Dialect, entity: EntityClass, properties: Iterable<string>, alias: string): Sql {
  const { columns } = tableOf(entity);
  const list = [...properties].map((property) => {
    const { name, isTime } = columns.get(property)!;
    const column = `${alias}.${name}`;
    return `${isTime ? dialect.timeText(column) : column} AS ${property}`;
  });
  return raw(list.join(', '));
}

/** All rows whose `column` is one of `values`, with all their columns. */
export async function findBy<Row>(
  db: Db,
  entity: EntityClass,
  column: string,
  values: readonly (string | number)[],
  where: Sql = sql`1 = 1`,
): Promise<Row[]> {
  const { name, columns } = tableOf(entity);
  const rows: Row[] = [];
  for (const part of chunks([...new Set(values)], VALUES_AT_ONCE)) {
    const found = await db.query<Row>(
      sql`SELECT ${selectList(db.dialect, entity, columns.keys(), 't')} FROM ${raw(name)} t
          WHERE ${where} AND t.${raw(snakeCase(column))} IN (${join(part)})`,
    );
    for (const row of found) rows.push(row);
  }
  return rows;
}

/**
 * The rows that a source's ids stand for, kept from other transactions until this one ends: what is decided by them is
 * still so when it is written. They are looked up by the index of identities, so that no other row is waited for.
 */
export async function lockRecords<Row extends { sourceId: string }>(
  tx: Transaction,
  entity: EntityClass,
  source: string,
  sourceIds: Iterable<string>,
): Promise<Map<string, Row>> {
  const { name, columns } = tableOf(entity);
  const rows = new Map<string, Row>();
  for (const part of chunks([...new Set(sourceIds)].sort(), VALUES_AT_ONCE)) {
    const found = await tx.query<Row>(
      sql`SELECT ${selectList(tx.dialect, entity, columns.keys(), 't')}
          FROM ${raw(name)} t ${raw(tx.dialect.useIndex(`${name}_identity`))}
          WHERE t.source = ${source} AND t.source_id IN (${join(part)}) ${raw(tx.dialect.forUpdate)}`,
    );
    for (const row of found) rows.set(row.sourceId, row);
  }
  return rows;
}

/** Keeps rows from other transactions until this one ends. */
export async function lockRows(tx: Transaction, entity: EntityClass, ids: Iterable<number>): Promise<void> {
  for (const part of chunks(
    [...new Set(ids)].sort((a, b) => a - b),
    VALUES_AT_ONCE,
  )) {
    await tx.query(
      sql`SELECT id FROM ${raw(tableOf(entity).name)} WHERE id IN (${join(part)}) ${raw(tx.dialect.forUpdate)}`,
    );
  }
}

/** Inserts rows; the key is left to the table where the rows do not have it. */
export async function insertAll(tx: Transaction, entity: EntityClass, rows: readonly object[]): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const table = tableOf(entity);
  const columns = Object.keys(first).map((property) => table.columns.get(property)!);
  const values = rows.map((row) => columns.map((column) => toValue(tx.dialect, column, row)));
  await tx.insertRows(
    table.name,
    columns.map(({ name }) => name),
    values,
  );
}

/** Sets some properties of the row with this id. */
export async function update(tx: Transaction, entity: EntityClass, id: number, changes: object): Promise<void> {
  const table = tableOf(entity);
  const sets = Object.keys(changes).map((property) => {
    const column = table.columns.get(property)!;
    return sql`${raw(column.name)} = ${toValue(tx.dialect, column, changes)}`;
  });
  if (sets.length > 0) await tx.execute(sql`UPDATE ${raw(table.name)} SET ${join(sets)} WHERE id = ${id}`);
}

/** As `update`, for many rows, each with changes of its own, by id: few statements, however many rows. */
export async function updateAll(
  tx: Transaction,
  entity: EntityClass,
  changes: ReadonlyMap<number, object>,
): Promise<void> {
  const table = tableOf(entity);
  for (const part of chunks([...changes], ROWS_UPDATED_AT_ONCE)) {
    const properties = new Set(part.flatMap(([, change]) => Object.keys(change)));
    const sets = [...properties].map((property) => {
      const column = table.columns.get(property)!;
      const cases = part.flatMap(([id, change]) =>
        property in change ? [sql`WHEN ${id} THEN ${toValue(tx.dialect, column, change)}`] : [],
      );
      return sql`${raw(column.name)} = CASE id ${join(cases, ' ')} ELSE ${raw(column.name)} END`;
    });
    const ids = part.map(([id]) => id);
    if (sets.length > 0) await tx.execute(sql`UPDATE ${raw(table.name)} SET ${join(sets)} WHERE id IN (${join(ids)})`);
  }
}

/** Deletes every row whose `column` is one of `values`. */
export async function deleteBy(
  tx: Transaction,
  entity: EntityClass,
  column: string,
  values: readonly (string | number)[],
): Promise<void> {
  const table = raw(tableOf(entity).name);
  for (const part of chunks(values, VALUES_AT_ONCE)) {
    await tx.execute(sql`DELETE FROM ${table} WHERE ${raw(snakeCase(column))} IN (${join(part)})`);
  }
}

/** The properties of `after` that differ from `before`, with their new values. Engines give booleans as numbers. */
export function differences<T extends object>(before: object, after: T): Partial<T> {
  const old = before as Record<string, unknown>;
  const changed = Object.entries(after).filter(([property, value]) => comparable(old[property]) !== comparable(value));
  return Object.fromEntries(changed) as Partial<T>;
}

/** The first text of a record that its column cannot hold, said for people; undefined where all fit. */
export function tooLong(entity: EntityClass, record: object): string | undefined {
  for (const { property, length } of tableOf(entity).limited) {
    const value = (record as Record<string, unknown>)[property];
    if (typeof value !== 'string' || value.length <= length) continue;
    const characters = [...value].length;
    if (characters > length) return `${property} has ${characters} characters; at most ${length} are kept`;
  }
  return undefined;
}

function toValue(dialect: Dialect, { property, isTime }: EntityColumn, row: object): Value {
  const value = (row as Record<string, Value | undefined>)[property] ?? null;
  return isTime && typeof value === 'string' ? dialect.timeValue(value) : value;
}

function comparable(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : (value ?? null);
}
