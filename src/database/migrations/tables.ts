import { type QueryRunner, Table, type TableColumnOptions, TableIndex } from 'typeorm';

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

/** Indexes by name: columns, separated by commas; `unique:` may stand before them. */
export async function createTable(
  queryRunner: QueryRunner,
  name: string,
  columns: Columns,
  indices: Record<string, string> = {},
): Promise<void> {
  const { exactText } = ddlOf(queryRunner);
  const isText = (type: string) => type === 'varchar' || type === 'text';
  await queryRunner.createTable(
    new Table({
      name,
      columns: Object.entries(columns).map(([column, options]) => ({
        name: column,
        ...options,
        ...(isText(options.type) && exactText),
      })),
      indices: Object.entries(indices).map(([suffix, list]) => index(`${name}_${suffix}`, list)),
    }),
  );
}

function index(name: string, list: string): TableIndex {
  const isUnique = list.startsWith('unique:');
  return new TableIndex({ name, isUnique, columnNames: list.replace('unique:', '').split(',') });
}
