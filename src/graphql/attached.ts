import type { Context } from './context.js';

const ATTACHED = Symbol('attached');

type Holder = Context & { [ATTACHED]?: Map<object, unknown> };

/**
 * What hangs on a context before Apollo has it. Apollo runs an operation on a copy of the context, which a WeakMap does not
 * know; a property with a key of its own is copied too. It is one for all, since each new property of an object costs more
 * than an entry of a map.
 */
export class Attached<T> {
  set(context: Holder, value: T): void {
    context[ATTACHED] ??= new Map();
    context[ATTACHED].set(this, value);
  }

  get(context: Holder): T | undefined {
    return context[ATTACHED]?.get(this) as T | undefined;
  }
}
