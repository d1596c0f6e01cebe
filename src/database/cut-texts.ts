import { type EntityClass, tableOf } from './rows.js';

/**
 * A record whose texts fit the columns of its table: a text that is too long is cut, and says so at its end. The properties
 * of `keys` are left alone: cut keys would make two records one. The record itself is returned if nothing is too long.
 */
export function cutTexts<T extends object>(entity: EntityClass, record: T, keys: ReadonlySet<string>): T {
  let fitting: Record<string, unknown> | undefined;
  for (const { property, length } of tableOf(entity).limited) {
    const value = (record as Record<string, unknown>)[property];
    if (typeof value !== 'string' || value.length <= length || keys.has(property)) continue;
    const characters = [...value];
    if (characters.length <= length) continue;
    fitting ??= { ...(record as Record<string, unknown>) };
    fitting[property] = cutText(characters, length);
  }
  return (fitting as T | undefined) ?? record;
}

/** Cuts between characters, never within a surrogate pair. */
function cutText(characters: readonly string[], length: number): string {
  const note = ` … [cut: ${characters.length} characters]`;
  return characters.slice(0, length - note.length).join('') + note;
}
