import { type QueryRunner, Table, TableColumn, type TableColumnOptions, TableIndex } from 'typeorm';

/** The words that migrations describe tables with. Migrations are never changed once they were released, nor is this. */

import { ddlOf } from '../dialects/ddl.js';

export type Columns = Record<string, Omit<TableColumnOptions, 'name'>>;

export const id: Columns[string] = {
  type: 'integer',
  isPrimary: true,
  isGenerated: true,
  generationStrategy: 'increment',
};
export const bigint: Columns[string] = { type: 'bigint' };
export const int: Columns[string] = { type: 'integer' };
export const flag: Columns[string] = { type: 'boolean' };
export const time: Columns[string] = { type: 'datetime', precision: 3 };
export const longText: Columns[string] = { type: 'text' };
export const text = (length: number): Columns[string] => ({ type: 'varchar', length: String(length) });
export const key = (column: Columns[string]): Columns[string] => ({ ...column, isPrimary: true });
export const nullable = (column: Columns[string]): Columns[string] => ({ ...column, isNullable: true });

/**
 * Makes a table unless it is there. MySQL and MariaDB commit every statement of this kind by itself, so a migration that
 * was killed has left some of its tables, and runs again from its start. A table is there whole or not at all: TypeORM
 * puts its indexes into the statement that creates it, or, on SQLite, all of it is in one transaction.
 *
 * Indexes by name: columns, separated by commas; `unique:` may stand before them.
 * @throws Error where a table of that name has other columns: it is not this program's
 */
export async function createTable(
  queryRunner: QueryRunner,
  name: string,
  columns: Columns,
  indices: Record<string, string> = {},
): Promise<void> {
  const existing = await queryRunner.getTable(name);
  if (existing) return checkColumns(existing, Object.keys(columns));
  await queryRunner.createTable(
    new Table({
      name,
      columns: optionsOf(queryRunner, columns),
      indices: Object.entries(indices).map(([suffix, list]) => index(`${name}_${suffix}`, list)),
    }),
  );
}

/** Adds columns to a table, those that it does not have yet. */
export async function addColumns(queryRunner: QueryRunner, name: string, columns: Columns): Promise<void> {
  const table = (await queryRunner.getTable(name))!;
  const missing = optionsOf(queryRunner, columns).filter((column) => !table.findColumnByName(column.name));
  await queryRunner.addColumns(
    table,
    missing.map((column) => new TableColumn(column)),
  );
}

function optionsOf(queryRunner: QueryRunner, columns: Columns): TableColumnOptions[] {
  const { exactText } = ddlOf(queryRunner);
  const isText = (type: string) => type === 'varchar' || type === 'text';
  return Object.entries(columns).map(([name, options]) => ({
    name,
    ...options,
    ...(isText(options.type) && exactText),
  }));
}

function checkColumns(table: Table, columns: string[]): void {
  const existing = table.columns.map(({ name }) => name);
  if (existing.toSorted().join() === columns.toSorted().join()) return;
  throw new Error(`the database has a table ${table.name} of another program, with the columns ${existing.join(', ')}`);
}

function index(name: string, list: string): TableIndex {
  const isUnique = list.startsWith('unique:');
  return new TableIndex({ name, isUnique, columnNames: list.replace('unique:', '').split(',') });
}
