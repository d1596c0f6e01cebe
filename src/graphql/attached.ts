import type { Context } from './context.js';

/**
 * What hangs on a context before Apollo has it. Apollo runs an operation on a copy of the context, which a WeakMap does not
 * know; a property with a key of its own is copied too.
 */
export class Attached<T> {
  readonly #key = Symbol('attached');

  set(context: Context, value: T): void {
    Object.assign(context, { [this.#key]: value });
  }

  get(context: Context): T | undefined {
    return (context as unknown as Record<symbol, T | undefined>)[this.#key];
  }
}
