import { type GraphQLOutputType, getNamedType, getNullableType, isEnumType } from 'graphql';
import { raw, type Sql } from 'sql-template-tag';
import type { Dialect, JsonCell, JsonKind } from '../database/dialects/dialect.js';
import { type EntityClass, selectList, tableOf } from '../database/rows.js';
import { neededColumns } from './needs.js';
import type { Selection } from './selection.js';

const kinds: Record<string, JsonKind> = { ID: 'word', Int: 'number', Boolean: 'boolean', DateTime: 'word' };

/** A row of which the database wrote the JSON of its entity. */
export interface TextRow {
  readonly json?: string;
}

/** A list of an answer whose items are written, not resolved. */
export interface TextList<Row extends TextRow> {
  readonly path: readonly string[];
  /** The expression of the row's JSON; the table is `t`. */
  readonly json: string;
  /** The JSON of an item. */
  readonly write: (row: Row) => string;
}

/**
 * How the items of a list are written; undefined where more is asked for than plain columns: then they are read column by
 * column, and resolved. An item is a row of the entity, or has it as its `node`; `member` writes what it has besides.
 */
export function textList<Row extends TextRow>(
  dialect: Dialect,
  entity: EntityClass,
  items: Selection,
  member: (row: Row, name: string) => string,
): TextList<Row> | undefined {
  const { path, type, keys } = items;
  if (!path || !dialect.jsonObject) return undefined;
  const rowJson = ({ json }: Row) => {
    // MariaDB gives NULL for a text beyond its max_allowed_packet.
    if (!json) throw new Error(`${entity.name}: the database could not write a row as JSON`);
    return dialect.jsonText(json);
  };
  if (!type.getFields().node) {
    const json = rowText(dialect, entity, items);
    return json === undefined ? undefined : { path, json, write: rowJson };
  }
  const json = items.keysOf('node').length === 1 ? rowText(dialect, entity, items.under('node')) : undefined;
  if (json === undefined) return undefined;
  const members = [...keys].map(([key, name]): [string, (row: Row) => string] => {
    if (name === 'node') return [key, rowJson];
    return [key, name === '__typename' ? () => `"${type.name}"` : (row) => member(row, name)];
  });
  const write = (row: Row) => `{${members.map(([key, value]) => `"${key}":${value(row)}`).join(',')}}`;
  return { path, json, write };
}

/** The columns, beside its place, that a row is read with: those that `json` is written of, or else what `selections` resolve. */
export function columnsOfRow(
  dialect: Dialect,
  entity: EntityClass,
  json: string | undefined,
  ...selections: readonly Selection[]
): Sql[] {
  if (json !== undefined) return [raw(`${json} AS json`)];
  const needed = new Set(selections.flatMap((selection) => neededColumns(entity, selection)));
  return needed.size > 0 ? [selectList(dialect, entity, needed, 't')] : [];
}

function rowText(dialect: Dialect, entity: EntityClass, selection: Selection): string | undefined {
  const cells = rowCells(dialect, entity, selection);
  return cells && cells.length > 0 ? dialect.jsonObject!(cells) : undefined;
}

/** The columns of a row, as `t`, by what they are written as; undefined where more is asked for than plain columns. */
export function rowCells(dialect: Dialect, entity: EntityClass, selection: Selection): JsonCell[] | undefined {
  const { columns } = tableOf(entity);
  const fields = selection.type.getFields();
  const cells: JsonCell[] = [];
  for (const [key, name] of selection.keys) {
    if (name === '__typename') {
      cells.push({ key, value: `'${selection.type.name}'`, kind: 'word', isNullable: false });
      continue;
    }
    const column = columns.get(name);
    if (!column) return undefined;
    const value = column.isTime ? dialect.timeText(`t.${column.name}`) : `t.${column.name}`;
    cells.push({ key, value, kind: kindOf(fields[name]!.type), isNullable: column.isNullable });
  }
  return cells;
}

function kindOf(type: GraphQLOutputType): JsonKind {
  const named = getNamedType(getNullableType(type));
  return isEnumType(named) ? 'word' : (kinds[named.name] ?? 'text');
}
