import { type EncodedRow, joinRows } from '../../database/row-encoding.js';
import type { RowSelection } from '../../database/row-query.js';
import { type EntityClass, selectList } from '../../database/rows.js';
import type { Context } from '../context.js';
import type { Selection } from '../selection.js';
import { rawJsonOf } from './raw-json.js';
import { requiredColumns } from './requires.js';
import { rowText } from './row-text.js';

/** A list of an answer whose items are written, not resolved. */
export interface TextList<Row extends EncodedRow> {
  readonly rowSelection: RowSelection;
  /** Writes the list; `member` says what its items have beside their nodes, and must be given if they have nodes. */
  put(rows: readonly Row[], member?: Member<Row>): Promise<void>;
}

/** What the item of a row has under a name, as JSON in ASCII; undefined for its node if that is simply the row. */
type Member<Row> = (row: Row, name: string, at: number) => string | undefined;

/**
 * How the items of a list are written; undefined where a field of them has to be resolved: then rows are read column by
 * column. An item is a row of the entity, or has it as its `node`.
 */
export function textList<Row extends EncodedRow>(
  context: Context,
  entity: EntityClass,
  items: Selection,
): TextList<Row> | undefined {
  const { path, type, keys } = items;
  const lists = rawJsonOf(context);
  if (!path || !lists) return undefined;
  const isRow = !type.getFields().node;
  if (!isRow && items.keysOf('node').length !== 1) return undefined;
  const text = rowText(context, entity, isRow ? items : items.under('node'));
  if (!text) return undefined;
  const jsonOf = (node: string, memberNamed: (name: string) => string | undefined) => {
    const encoded = [...keys].map(([key, name]) => {
      if (name === '__typename') return `"${key}":"${type.name}"`;
      return `"${key}":${memberNamed(name) ?? node}`;
    });
    return `{${encoded.join(',')}}`;
  };
  return {
    rowSelection: { form: { notation: 'json', cells: text.cells, separator: ',' }, keys: text.keys },
    put: async (rows, member) => {
      if (isRow && text.isPlain) {
        lists.put(path, joinRows(rows, ','));
        return;
      }
      const nodes = await text.write(rows);
      const encoded = isRow ? nodes : rows.map((row, at) => jsonOf(nodes[at]!, (name) => member?.(row, name, at)));
      lists.put(path, [Buffer.from(encoded.join(','), 'latin1')]);
    },
  };
}

/** The columns of an entity that selections of it resolve. */
export function neededOf({ db }: Context, entity: EntityClass, ...selections: readonly Selection[]): RowSelection {
  const needed = new Set(selections.flatMap((selection) => requiredColumns(entity, selection)));
  return { columns: needed.size > 0 ? [selectList(db.dialect, entity, needed, 't')] : [] };
}
