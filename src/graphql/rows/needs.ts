import { Extensions } from 'type-graphql';
import { type EntityClass, tableOf } from '../../database/rows.js';
import type { Selection } from '../selection.js';

/** Names the columns of its own row that a field with a resolver reads. */
export function Needs(...properties: string[]): MethodDecorator {
  return Extensions({ needs: properties }) as MethodDecorator;
}

/** The columns of an entity that a selection of it asks for, itself or through what its fields need; sorted. */
export function neededColumns(entity: EntityClass, selection: Selection): string[] {
  const { columns } = tableOf(entity);
  const fields = selection.type.getFields();
  const needed = new Set<string>();
  for (const name of selection.fields.keys()) {
    if (columns.has(name)) needed.add(name);
    const { needs = [] } = (fields[name]?.extensions ?? {}) as { needs?: string[] };
    for (const property of needs) needed.add(property);
  }
  return [...needed].sort();
}
