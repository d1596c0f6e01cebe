import { Extensions } from 'type-graphql';
import { type EntityClass, tableOf } from '../../database/rows.js';
import type { Selection } from '../selection.js';

/** Names the columns of its own row that a field with a resolver reads. */
export function Requires(...properties: string[]): MethodDecorator {
  return Extensions({ requires: properties }) as MethodDecorator;
}

/** The columns of an entity that a selection of it asks for, itself or through what its fields need; sorted. */
export function requiredColumns(entity: EntityClass, selection: Selection): string[] {
  const { columns } = tableOf(entity);
  const fields = selection.type.getFields();
  const required = new Set<string>();
  for (const name of selection.fields.keys()) {
    if (columns.has(name)) required.add(name);
    const { requires = [] } = (fields[name]?.extensions ?? {}) as { requires?: string[] };
    for (const property of requires) required.add(property);
  }
  return [...required].sort();
}
