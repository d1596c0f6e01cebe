import { type GraphQLOutputType, getNamedType, getNullableType, isEnumType } from 'graphql';
import type { Cell, CellKind, EncodedRow, Key } from '../../database/row-encoding.js';
import { type EntityClass, tableOf } from '../../database/rows.js';
import type { Context } from '../context.js';
import type { Selection } from '../selection.js';
import { type ChildKey, keyOfJsonField, type TextsOf, textsOfField } from './json-field.js';

const kinds: Record<string, CellKind> = { ID: 'word', Int: 'number', Boolean: 'boolean', DateTime: 'time' };

/** Stands in the text of a row where what hangs on it is put in. No JSON has such a character. */
const HOLE = '\u0001';

/** How the rows of a selection are written as JSON. */
export interface RowText {
  readonly cells: readonly Cell[];
  readonly keys: readonly Key[];
  /** Whether a row is what the database wrote, with nothing that hangs on it. */
  readonly isPlain: boolean;
  /** The JSON of rows that have the keys, each byte of UTF-8 as a character. */
  write(rows: readonly EncodedRow[]): Promise<string[]>;
}

/** What is read of the rows of a selection: the same for all requests, and kept as long as it is. */
interface RowShape {
  readonly cells: readonly Cell[];
  readonly keys: readonly Key[];
  /** The fields that hang on a row, in the order of their holes. */
  readonly nested: readonly string[];
}

const shapes = new WeakMap<Selection, RowShape | null>();

/** How the rows, as `t`, of a selection are written; undefined where one of its fields has to be resolved. */
export function rowText(context: Context, entity: EntityClass, selection: Selection): RowText | undefined {
  let shape = shapes.get(selection);
  if (shape === undefined) {
    shape = shapeOf(entity, selection);
    shapes.set(selection, shape);
  }
  if (!shape) return undefined;
  const { cells, keys, nested } = shape;
  const holes = nested.map((field) => textsOfField(context, selection, field));
  if (!holes.every((textsOf) => textsOf !== undefined)) return undefined;
  return { cells, keys, isPlain: holes.length === 0, write: (rows) => fill(rows, holes) };
}

function shapeOf(entity: EntityClass, selection: Selection): RowShape | null {
  const cells: Cell[] = [];
  const keys: Key[] = [];
  const nested: string[] = [];
  for (const [name, field] of selection.keys) {
    const cell = cellOf(entity, selection, name, field);
    if (cell) {
      cells.push(cell);
      continue;
    }
    const requires = keyOfJsonField(selection, field);
    if (requires === undefined) return null;
    cells.push({ name, value: `'${HOLE}'`, kind: 'number', isNullable: false });
    keys.push(keyOf(entity, requires, `hole${nested.length}`));
    nested.push(field);
  }
  return cells.length > 0 ? { cells, keys, nested } : null;
}

/** The columns of a row, as `t`, of a selection that has nothing else. */
export function plainCells(entity: EntityClass, selection: Selection): Cell[] {
  return [...selection.keys].map(([name, field]) => cellOf(entity, selection, name, field)!);
}

/** A property of an entity's rows, as `t`, as a key named `name`. */
export function keyOf(entity: EntityClass, property: string, name: string): Key {
  const column = tableOf(entity).columns.get(property)!;
  return { name, value: `t.${column.name}`, kind: column.isTime ? 'time' : column.isNumber ? 'number' : 'text' };
}

function cellOf(entity: EntityClass, { type }: Selection, name: string, field: string): Cell | undefined {
  if (field === '__typename') return { name, value: `'${type.name}'`, kind: 'word', isNullable: false };
  const column = tableOf(entity).columns.get(field);
  return (
    column && {
      name,
      value: `t.${column.name}`,
      kind: kindOf(type.getFields()[field]!.type),
      isNullable: column.isNullable,
    }
  );
}

function kindOf(type: GraphQLOutputType): CellKind {
  const named = getNamedType(getNullableType(type));
  return isEnumType(named) ? 'word' : (kinds[named.name] ?? 'text');
}

async function fill(rows: readonly EncodedRow[], holes: readonly TextsOf[]): Promise<string[]> {
  if (holes.length === 0) return rows.map((row) => row.latin1);
  const fillings = await Promise.all(holes.map((textsOf, hole) => nestedTexts(keysOf(rows, `hole${hole}`), textsOf)));
  return rows.map((row, at) => {
    const parts = row.latin1.split(HOLE);
    return fillings.reduce((text, filling, hole) => text + filling[at]! + parts[hole + 1]!, parts[0]!);
  });
}

function keysOf(rows: readonly EncodedRow[], name: string): (ChildKey | null)[] {
  return rows.map((row) => (row as unknown as Record<string, ChildKey | null>)[name]!);
}

/** What hangs on each row, by its key. */
async function nestedTexts(keys: readonly (ChildKey | null)[], textsOf: TextsOf): Promise<string[]> {
  const texts = new Map<ChildKey | null, string>(keys.map((key) => [key, 'null']));
  texts.delete(null);
  const distinct = [...texts.keys()] as ChildKey[];
  const encoded = distinct.length > 0 ? await textsOf(distinct) : [];
  for (const [at, key] of distinct.entries()) texts.set(key, encoded[at]!);
  return keys.map((key) => texts.get(key) ?? 'null');
}
