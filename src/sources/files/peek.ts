/** The first value, and all values with the first among them. */
export async function peek<T>(values: AsyncGenerator<T>): Promise<{ first: T | undefined; all: AsyncGenerator<T> }> {
  const { value, done } = await values.next();
  return done ? { first: undefined, all: values } : { first: value, all: resume(value, values) };
}

async function* resume<T>(first: T, rest: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
