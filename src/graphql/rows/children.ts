import type DataLoader from 'dataloader';
import sql, { type Sql } from 'sql-template-tag';
import { type EncodedRow, joinRows, type Key } from '../../database/row-encoding.js';
import { rowQueryOf } from '../../database/row-query.js';
import type { EntityClass } from '../../database/rows.js';
import { type Actor, actorOf, type Context } from '../context.js';
import type { Selection } from '../selection.js';
import { type ChildKey, JsonField, type TextsOf } from './json-field.js';
import { allForEach, inSlices, loaderOf, oneForEach } from './loaders.js';
import { fieldsKey, readRows } from './read-row.js';
import { keyOf, type RowText, rowText } from './row-text.js';
import { fromShown } from './shown-rows.js';

/** The rows of an entity that hang on others by a key. */
export interface Children<K extends ChildKey> {
  readonly entity: EntityClass;
  /** Their property that is the key, or the name of the key of `through`. */
  readonly by: string;
  /** A table that leads from keys to the rows: its JOIN, and its column that is the key. */
  readonly through?: Through;
  /** Whether a key has any number of them, or one or none. */
  readonly isList: boolean;
  /** Those rows, as `t`, of some keys that an actor may see, and their order. */
  readonly where: (actor: Actor, keys: readonly K[]) => Sql;
}

export interface Through {
  readonly join: string;
  readonly key: string;
}

/** Says that the values of a field with a resolver are rows that hang on its row by the property `requires`. */
export function Has<K extends ChildKey>(requires: string, children: Children<K>): MethodDecorator {
  return JsonField({ requires, textsOf: (context, selection) => textsOfRows(context, children, selection) });
}

/** The one row that hangs on a key, or null. */
export function oneOf<K extends ChildKey, Row>(
  context: Context,
  children: Children<K>,
  selection: Selection,
): DataLoader<K, Row | null> {
  return loaderOf(context, nameOf(children, selection), async (keys) =>
    oneForEach(keys, await readChildren<K, Row>(context, children, selection, keys), (row) => keyIn(children, row)),
  );
}

/** All rows that hang on a key. */
export function allOf<K extends ChildKey, Row>(
  context: Context,
  children: Children<K>,
  selection: Selection,
): DataLoader<K, Row[]> {
  return loaderOf(context, nameOf(children, selection), async (keys) => {
    const rows = await readChildren<K, Row>(context, children, selection, keys);
    return allForEach(keys, rows, (row) => keyIn(children, row)).map((list) => inSlices(context, list));
  });
}

function nameOf<K extends ChildKey>({ entity, by }: Children<K>, selection: Selection): string {
  return `${entity.name} by ${by}: ${fieldsKey(selection)}`;
}

function keyIn<K extends ChildKey, Row>({ by }: Children<K>, row: Row): K {
  return (row as Record<string, K>)[by]!;
}

function readChildren<K extends ChildKey, Row>(
  context: Context,
  { entity, by, through, where }: Children<K>,
  selection: Selection,
  keys: readonly K[],
): Promise<Row[]> {
  const condition = where(actorOf(context), keys);
  if (!through) return readRows<Row>(context, entity, selection, condition, [by]);
  const { join, key } = through;
  return readRows<Row>(context, entity, selection, condition, [], { join, select: `${key} AS ${by}` });
}

function textsOfRows<K extends ChildKey>(
  context: Context,
  children: Children<K>,
  selection: Selection,
): TextsOf | undefined {
  const text = rowText(context, children.entity, selection);
  return text && ((keys) => writeChildren(context, children, text, keys as readonly K[]));
}

async function writeChildren<K extends ChildKey>(
  context: Context,
  { entity, by, through, isList, where }: Children<K>,
  text: RowText,
  keys: readonly K[],
): Promise<string[]> {
  type Row = EncodedRow & { readonly key: K };
  const form = { notation: 'json', cells: text.cells, separator: ',' } as const;
  const key: Key = through ? { name: 'key', value: through.key, kind: 'number' } : keyOf(entity, by, 'key');
  const rowQuery = rowQueryOf<Row>(context.db, { form, keys: text.keys }, [key]);
  const actor = actorOf(context);
  const from = fromShown(entity, actor, where(actor, keys), through?.join);
  const rows = await rowQuery.rows(sql`SELECT ${rowQuery.select} FROM ${from}`);
  if (isList && text.isPlain) return listsOf(keys, rows);
  const texts = await text.write(rows);
  const encoded = rows.map(({ key }, at) => ({ key, text: texts[at]! }));
  if (!isList) return oneForEach(keys, encoded, ({ key }) => key).map((row) => row?.text ?? 'null');
  return allForEach(keys, encoded, ({ key }) => key).map((list) => `[${list.map((row) => row.text).join(',')}]`);
}

/** The lists of keys whose rows stand one behind the other: those of a key are read at once. */
function listsOf<K extends ChildKey>(
  keys: readonly K[],
  rows: readonly (EncodedRow & { readonly key: K })[],
): string[] {
  const texts = new Map<K, string>();
  for (let at = 0; at < rows.length; ) {
    const { key } = rows[at]!;
    const begin = at;
    do at += 1;
    while (rows[at]?.key === key);
    const text = joinRows(rows.slice(begin, at), ',')
      .map((part) => part.toString('latin1'))
      .join('');
    const before = texts.get(key);
    texts.set(key, before === undefined ? text : `${before},${text}`);
  }
  return keys.map((key) => `[${texts.get(key) ?? ''}]`);
}
