/** A function that makes a value for an object at first use, and keeps it for as long as the object is there. */
export function weakMemo<Key extends object, T extends object>(make: () => T): (key: Key) => T {
  const values = new WeakMap<Key, T>();
  return (key) => {
    let value = values.get(key);
    if (!value) {
      value = make();
      values.set(key, value);
    }
    return value;
  };
}
