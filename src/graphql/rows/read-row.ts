import sql, { join, raw, type Sql } from 'sql-template-tag';
import { type EntityClass, selectList } from '../../database/rows.js';
import { actorOf, type Context } from '../context.js';
import type { Selection } from '../selection.js';
import { requiredColumns } from './requires.js';
import { fromShown } from './shown-rows.js';

/** The columns of an entity's rows that a selection asks for, where a condition on `t` holds; `keys` come in any case, and so does what is `joined`. */
export function readRows<Row>(
  context: Context,
  entity: EntityClass,
  selection: Selection,
  where: Sql,
  keys: readonly string[] = ['id'],
  joined?: { readonly join: string; readonly select: string },
): Promise<Row[]> {
  const { db } = context;
  const properties = new Set([...keys, ...requiredColumns(entity, selection)]);
  const columns = properties.size > 0 ? [selectList(db.dialect, entity, properties, 't')] : [];
  const select = join(joined ? [raw(joined.select), ...columns] : columns);
  return db.query<Row>(sql`SELECT ${select} FROM ${fromShown(entity, actorOf(context), where, joined?.join)}`);
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
