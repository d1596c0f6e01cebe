import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  print,
} from 'graphql';
import { argumentsOf, CursorOf } from './arguments.js';
import type { Tape } from './tape.js';

/** An operation as it is sent, but for the cursors among its variables: these have to be read first. */
export interface Operation {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

const roots = ['audits', 'resources', 'userAccounts', 'auditFeed', 'resourceFeed', 'userAccountFeed'];
const singles = ['audit', 'resource', 'userAccount'];
const others = ['__typename', 'viewer', 'server', 'integration', 'roles'];

const aliases = ['a', 'b', '__proto__', 'constructor', 'toString', 'toJSON', 'hasOwnProperty', 'json', 'then', 'null'];

/** The keys of an answer that a directive stands beside, with what it is told. */
const switches: Record<string, { type: string; given?: boolean }> = {
  on: { type: 'Boolean!', given: true },
  off: { type: 'Boolean!', given: false },
  onByDefault: { type: 'Boolean! = true' },
  offByDefault: { type: 'Boolean! = false' },
  offAgainstDefault: { type: 'Boolean = true', given: false },
};

const MAX_FIELDS = 60;

/** Writes a valid operation that reads; only what it is given for arguments may be wrong. */
export function writeOperation(schema: GraphQLSchema, tape: Tape): Operation {
  const writer = new Writer(schema, tape);
  const selection = writer.roots(4 + tape.next(4));
  const declared = [...writer.declared].map(([name, type]) => `$${name}: ${type}`);
  const head = declared.length > 0 ? `query (${declared.join(', ')}) ` : '';
  const fragments = writer.fragments.map(({ name, type, text }) => `fragment ${name} on ${type} ${text}`);
  return { query: [head + selection, ...fragments].join('\n'), variables: writer.variables };
}

interface Fragment {
  readonly name: string;
  readonly type: string;
  readonly text: string;
  /** How many levels of objects it may have. */
  readonly depth: number;
}

class Writer {
  readonly declared = new Map<string, string>();
  readonly variables: Record<string, unknown> = {};
  readonly fragments: Fragment[] = [];
  /** What each key of a type's answers stands for. It is the same all over, so that no two fields ask for one key. */
  readonly #fieldsByKey = new Map<string, Map<string, string>>();
  readonly #arguments = new Map<string, string>();
  /** Two lists that fail at the same time leave it to chance whose error is told, so then there is one only. */
  readonly #mayFail: boolean;
  #fields = 0;

  constructor(
    readonly schema: GraphQLSchema,
    readonly tape: Tape,
  ) {
    this.#mayFail = tape.once(6);
  }

  roots(depth: number): string {
    const type = this.schema.getQueryType()!;
    const keys = this.#keysOf(type);
    const count = this.#mayFail ? 1 : 1 + this.tape.next(3);
    const items = Array.from({ length: count }, () => {
      const field = this.tape.one([...roots, ...roots, ...roots, ...singles, ...singles, this.tape.one(others)]);
      const key = this.tape.once(3) ? this.tape.one([...aliases, ...roots]) : field;
      const known = keys.get(key) ?? field;
      keys.set(key, known);
      return this.#wrapped(type, this.#field(type, key, known, depth));
    });
    return `{ ${items.join(' ')} }`;
  }

  #selection(type: GraphQLObjectType, depth: number): string {
    const keys = [...this.#keysOf(type)];
    const carriers = keys.filter(([, name]) => ['nodes', 'edges', 'changes', 'node'].includes(name));
    const carrier = depth > 0 && carriers.length > 0 && !this.tape.once(4) ? this.tape.one(carriers) : undefined;
    const allowed = keys.filter(
      ([key, name]) =>
        (depth > 0 || !isObject(type, name)) &&
        (!carrier || carrier[0] === key || !carriers.some(([other]) => other === key)),
    );
    const count = this.#fields > MAX_FIELDS ? 0 : this.tape.next(keys.length > 12 ? 8 : 3);
    const items = Array.from({ length: count + 1 }, (_, at) => {
      const [key, name] = (at === 0 && carrier) || this.tape.one(allowed);
      const kind = this.#fields > MAX_FIELDS || (at === 0 && carrier) ? 0 : this.tape.next(10);
      if (kind === 8) return this.#inline(type, depth);
      if (kind === 9) return this.#spread(type, depth);
      return this.#field(type, key, name, depth);
    });
    return `{ ${items.join(' ')} }`;
  }

  #field(type: GraphQLObjectType, key: string, name: string, depth: number): string {
    this.#fields++;
    const field = type.getFields()[name];
    const alias = key === name ? '' : `${key}: `;
    const below = field && getNamedType(field.type);
    const selection = isObjectType(below) ? ` ${this.#selection(below, depth - 1)}` : '';
    return `${alias}${name}${field ? this.#argumentsOf(type, key, name, field.args) : ''}${this.#directives()}${selection}`;
  }

  #inline(type: GraphQLObjectType, depth: number): string {
    const on = this.tape.once(2) ? ` on ${type.name}` : '';
    return `...${on}${this.#directives()} ${this.#selection(type, depth)}`;
  }

  #spread(type: GraphQLObjectType, depth: number): string {
    const known = this.fragments.filter((fragment) => fragment.type === type.name && fragment.depth <= depth);
    if (known.length > 0 && this.tape.once(2)) return `...${this.tape.one(known).name}${this.#directives()}`;
    const text = this.#selection(type, depth);
    const name = ['__proto__', 'toString'][this.fragments.length] ?? `F${this.fragments.length}`;
    this.fragments.push({ name, type: type.name, text, depth });
    return `...${name}${this.#directives()}`;
  }

  #wrapped(type: GraphQLObjectType, field: string): string {
    return this.tape.once(6)
      ? `...${this.tape.once(2) ? ` on ${type.name}` : ''}${this.#directives()} { ${field} }`
      : field;
  }

  #keysOf(type: GraphQLObjectType): Map<string, string> {
    let keys = this.#fieldsByKey.get(type.name);
    if (keys) return keys;
    keys = new Map();
    this.#fieldsByKey.set(type.name, keys);
    if (type === this.schema.getQueryType()) return keys;
    // The one field that tells when it was asked.
    const all = ['__typename', ...Object.keys(type.getFields())].filter((name) => name !== 'now');
    const plain = all.filter((name) => isPlain(type, name));
    const names = plain.length > 8 && !this.tape.once(3) ? plain : all;
    for (const name of names) keys.set(name, name);
    for (const alias of this.tape.some([...aliases, ...names], 4)) keys.set(alias, this.tape.one(names));
    // The key that a selection falls back to.
    keys.set('__typename', '__typename');
    return keys;
  }

  #directives(): string {
    if (!this.tape.once(7)) return '';
    return ['include', 'skip']
      .filter(() => this.tape.once(2))
      .map((directive) => {
        const name = this.tape.one(['true', 'false', ...Object.keys(switches)]);
        const known = switches[name];
        if (!known) return ` @${directive}(if: ${name})`;
        this.declared.set(name, known.type);
        if (known.given !== undefined) this.variables[name] = known.given;
        return ` @${directive}(if: $${name})`;
      })
      .join('');
  }

  #argumentsOf(type: GraphQLObjectType, key: string, name: string, known: readonly GraphQLArgument[]): string {
    if (known.length === 0) return '';
    const place = `${type.name} ${key}`;
    let text = this.#arguments.get(place);
    if (text === undefined) {
      const given = Object.entries(argumentsOf(name, this.tape, this.#mayFail)).filter(
        ([, value]) => value !== undefined,
      );
      const passed = given.map(([argument, value]) => this.#pass(known.find((one) => one.name === argument)!, value));
      text = passed.length > 0 ? `(${passed.join(', ')})` : '';
      this.#arguments.set(place, text);
    }
    return text;
  }

  /** As a literal, as a variable, or as the default of a variable that is not sent. */
  #pass({ name, type }: GraphQLArgument, value: unknown): string {
    const literal = value instanceof CursorOf ? undefined : literalOf(value, type);
    const how = literal === undefined ? 1 : this.tape.next(3);
    if (how === 0) return `${name}: ${literal}`;
    const variable = `${name}${this.declared.size}`;
    this.declared.set(variable, how === 1 ? String(type) : `${type} = ${literal}`);
    if (how === 1) this.variables[variable] = value;
    return `${name}: $${variable}`;
  }
}

/** Undefined for what no literal of the type can say. */
function literalOf(value: unknown, type: GraphQLArgument['type']): string | undefined {
  try {
    const node = astFromValue(value, type);
    const text = node ? print(node) : undefined;
    return text?.isWellFormed() ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a field is a column that a row has in itself. */
function isPlain(type: GraphQLObjectType, name: string): boolean {
  const field = type.getFields()[name];
  if (!field) return true;
  const nullable = isNonNullType(field.type) ? field.type.ofType : field.type;
  return !isListType(nullable) && (isScalarType(nullable) || isEnumType(nullable));
}

function isObject(type: GraphQLObjectType, name: string): boolean {
  const field = type.getFields()[name];
  return field !== undefined && isObjectType(getNamedType(field.type));
}
