import sql, { raw, type Sql } from 'sql-template-tag';
import { type EntityClass, tableOf } from '../../database/rows.js';
import type { Actor } from '../context.js';

/**
 * Makes a derived table of rows with the columns that are shown, all others NULL: of the rows whose `id` a subquery selects. It
 * also has the columns `kept` of the subquery.
 */
export type ShownRows = (ids: Sql, kept?: readonly string[]) => Sql;

/** What is shown of an entity's rows to an actor; undefined if it sees every column of each row that it may see. */
export type Showing = (entity: EntityClass, actor: Actor) => ShownRows | undefined;

const showings = new WeakMap<EntityClass, Showing>();

/** Shows rows of an entity in part. All readers of its rows obey it, so that none of them can forget to. */
export function Shown(showing: Showing): ClassDecorator {
  return (entity) => {
    showings.set(entity as unknown as EntityClass, showing);
  };
}

/** How rows of an entity are shown to an actor; undefined if they are read from their table. */
export function shownRows(entity: EntityClass, actor: Actor): ShownRows | undefined {
  return showings.get(entity)?.(entity, actor);
}

/**
 * FROM and WHERE of the rows, as `t`, of an entity for which a condition on `t` holds, as they are shown to an actor. A `joined`
 * table is selected from as well: only of entities that are not shown in part.
 */
export function fromShown(entity: EntityClass, actor: Actor, where: Sql, joined = ''): Sql {
  const rows = sql`${raw(`${tableOf(entity).name} t ${joined}`)} WHERE ${where}`;
  if (joined && showings.has(entity)) throw new Error(`${entity.name} is shown in part: it cannot be joined`);
  const shown = shownRows(entity, actor);
  return shown ? sql`${shown(sql`SELECT t.id FROM ${rows}`)} t` : rows;
}
