import sql, { type Sql } from 'sql-template-tag';
import { type EntityClass, selectList } from '../../database/rows.js';
import { actorOf, type Context } from '../context.js';
import type { Selection } from '../selection.js';
import { neededColumns } from './needs.js';
import { fromShown } from './shown-rows.js';

/** The columns of an entity's rows that a selection asks for, where a condition on `t` holds; `keys` come in any case. */
export function readRows<Row>(
  context: Context,
  entity: EntityClass,
  selection: Selection,
  where: Sql,
  keys: readonly string[] = ['id'],
): Promise<Row[]> {
  const { db } = context;
  const properties = new Set([...keys, ...neededColumns(entity, selection)]);
  return db.query<Row>(
    sql`SELECT ${selectList(db.dialect, entity, properties, 't')} FROM ${fromShown(entity, actorOf(context), where)}`,
  );
}

/** The one row for which a condition on `t` holds, or null. */
export async function readRow(
  context: Context,
  entity: EntityClass,
  selection: Selection,
  where: Sql,
): Promise<object | null> {
  const [row] = await readRows<object>(context, entity, selection, where);
  return row ?? null;
}

/** What tells loaders of the same kind apart: the fields that they load. */
export function fieldsKey(selection: Selection): string {
  return [...selection.fields.keys()].sort().join(' ');
}
