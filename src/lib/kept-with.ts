/** A function that makes a value for an object at first use, and keeps it for as long as the object is there. */
export function keptWith<Key extends object, T extends object>(make: () => T): (key: Key) => T {
  const kept = new WeakMap<Key, T>();
  return (key) => {
    let value = kept.get(key);
    if (!value) {
      value = make();
      kept.set(key, value);
    }
    return value;
  };
}
