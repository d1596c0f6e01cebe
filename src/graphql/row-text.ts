import { type GraphQLOutputType, getNamedType, getNullableType, isEnumType } from 'graphql';
import type { Wanted } from '../database/reading.js';
import { type EntityClass, selectList, tableOf } from '../database/rows.js';
import { type Cell, type CellKind, joinRows, type Key, type WrittenRow } from '../database/written-rows.js';
import type { Context } from './context.js';
import { neededColumns } from './needs.js';
import { rawListsOf } from './raw-lists.js';
import type { Selection } from './selection.js';

const kinds: Record<string, CellKind> = { ID: 'word', Int: 'number', Boolean: 'boolean', DateTime: 'time' };

/** A list of an answer whose items are written, not resolved. */
export interface TextList<Row extends WrittenRow> {
  readonly wanted: Wanted;
  /** Writes the list. */
  put(rows: readonly Row[]): void;
}

/**
 * How the items of a list are written; undefined where more is asked for than plain columns: then they are read column by
 * column, and resolved. An item is a row of the entity, or has it as its `node`; `member` writes what it has besides, in
 * ASCII, and the node too where it is not simply the row.
 */
export function textList<Row extends WrittenRow>(
  context: Context,
  entity: EntityClass,
  items: Selection,
  member: (row: Row, name: string) => string | undefined,
): TextList<Row> | undefined {
  const { path, type, keys } = items;
  const lists = rawListsOf(context);
  if (!path || !lists) return undefined;
  const isRow = !type.getFields().node;
  if (!isRow && items.keysOf('node').length !== 1) return undefined;
  const cells = rowCells(entity, isRow ? items : items.under('node'));
  if (!cells || cells.length === 0) return undefined;
  const wanted = { form: { notation: 'json', cells, separator: ',' } } as const;
  if (isRow) return { wanted, put: (rows) => lists.put(path, joinRows(rows, ',')) };
  const jsonOf = (row: Row, name: string) =>
    name === '__typename' ? `"${type.name}"` : (member(row, name) ?? row.latin1);
  const write = (row: Row) => `{${[...keys].map(([key, name]) => `"${key}":${jsonOf(row, name)}`).join(',')}}`;
  return { wanted, put: (rows) => lists.put(path, [Buffer.from(rows.map(write).join(','), 'latin1')]) };
}

/** The columns of an entity that selections of it resolve. */
export function neededOf({ db }: Context, entity: EntityClass, ...selections: readonly Selection[]): Wanted {
  const needed = new Set(selections.flatMap((selection) => neededColumns(entity, selection)));
  return { columns: needed.size > 0 ? [selectList(db.dialect, entity, needed, 't')] : [] };
}

/** The columns of a row, as `t`, by what they are written as; undefined where more is asked for than plain columns. */
export function rowCells(entity: EntityClass, selection: Selection): Cell[] | undefined {
  const { columns } = tableOf(entity);
  const fields = selection.type.getFields();
  const cells: Cell[] = [];
  for (const [name, field] of selection.keys) {
    if (field === '__typename') {
      cells.push({ name, value: `'${selection.type.name}'`, kind: 'word', isNullable: false });
      continue;
    }
    const column = columns.get(field);
    if (!column) return undefined;
    const kind = kindOf(fields[field]!.type);
    cells.push({ name, value: `t.${column.name}`, kind, isNullable: column.isNullable });
  }
  return cells;
}

/** A property of an entity's rows, as `t`, as a key named `name`. */
export function keyOf(entity: EntityClass, property: string, name: string): Key {
  const column = tableOf(entity).columns.get(property)!;
  return { name, value: `t.${column.name}`, kind: column.isTime ? 'time' : column.isNumber ? 'number' : 'text' };
}

function kindOf(type: GraphQLOutputType): CellKind {
  const named = getNamedType(getNullableType(type));
  return isEnumType(named) ? 'word' : (kinds[named.name] ?? 'text');
}
