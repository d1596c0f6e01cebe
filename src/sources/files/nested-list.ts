const TOKEN = /"((?:[^"\\]|\\.)*)"(\s*:)?|[{}[\]]|[^\s"{}[\],:]+/gy;
const BETWEEN = /[\s,:]*/y;

/** The lists that records themselves have. */
const RECORD_LISTS = ['accounts', 'customFields', 'roles', 'privileges', 'grants'];

/**
 * The keys that lead to the first list of objects in a JSON text that begins with an object, as ['data'] for
 * {"data":[{...}]}; null if there is none in the text, or if the object is itself a record.
 */
export function pathOfNestedList(text: string): string[] | null {
  /** For each object or list that is open, the key that leads to it; null for a list. */
  const open: (string | null)[] = [];
  let key = '';
  let at = text.length - text.trimStart().length;
  if (text[at] !== '{') return null;
  for (;;) {
    BETWEEN.lastIndex = at;
    BETWEEN.exec(text);
    TOKEN.lastIndex = BETWEEN.lastIndex;
    const token = TOKEN.exec(text);
    if (!token) return null;
    at = TOKEN.lastIndex;
    const [all, name, colon] = token;
    if (colon) {
      key = name!;
      if (open.length === 1 && (key === 'sourceId' || RECORD_LISTS.includes(key))) return null;
    } else if (all === '{') open.push(key);
    else if (all === '[') {
      const path = [...open.slice(1), key];
      if (!open.includes(null) && /^\s*[{\]]/.test(text.slice(at, at + 100))) {
        return path as string[];
      }
      open.push(null);
    } else if (all === '}' || all === ']') {
      open.pop();
      if (open.length === 0) return null;
    }
  }
}
