import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
} from 'graphql';

type Field = GraphQLField<unknown, unknown>;

/** One field of a schema as it is reached from a root. */
export interface SchemaPath {
  readonly kind: 'query' | 'mutation';
  /** Type and field of each step, as in `Query.audits`. */
  readonly steps: readonly { readonly type: string; readonly field: Field }[];
}

/** Every field by every path that is at most `depth` fields long. */
export function schemaPaths(schema: GraphQLSchema, depth: number): SchemaPath[] {
  const walk = (kind: SchemaPath['kind'], type: GraphQLObjectType, above: SchemaPath['steps']): SchemaPath[] =>
    Object.values(type.getFields()).flatMap((field) => {
      const steps = [...above, { type: type.name, field }];
      const below = getNamedType(field.type);
      const deeper = isObjectType(below) && steps.length < depth ? walk(kind, below, steps) : [];
      return [{ kind, steps }, ...deeper];
    });
  return [...walk('query', schema.getQueryType()!, []), ...walk('mutation', schema.getMutationType()!, [])];
}

/** The ways to write the same fields. Each takes what stands inside of the last field. */
export const spellings = [
  'plain',
  'aliased',
  'in inline fragments',
  'in named fragments',
  'included by a variable',
] as const;

/** An operation that asks for exactly the last field of a path. */
export function operationOf({ kind, steps }: SchemaPath, spelling: (typeof spellings)[number]): string {
  const fragments: string[] = [];
  const isIncluded = spelling === 'included by a variable';
  const inside = steps.reduceRight((selection, { type, field }, index) => {
    const isLeaf = !isObjectType(getNamedType(field.type));
    const body = isLeaf ? '' : ` { ${selection || '__typename'} }`;
    const alias = spelling === 'aliased' ? `a${index}: ` : '';
    const directive = isIncluded ? ' @include(if: $yes) @skip(if: $no)' : '';
    const text = `${alias}${field.name}${argumentsOf(field)}${directive}${body}`;
    if (spelling === 'in inline fragments') return `... on ${type} { ... { ${text} } }`;
    if (spelling !== 'in named fragments') return text;
    fragments.push(`fragment f${index} on ${type} { ${text} }`);
    return `...f${index}`;
  }, '');
  const variables = isIncluded ? '($yes: Boolean! = true, $no: Boolean!)' : '';
  return `${kind} Q${variables} { ${inside} } ${fragments.join(' ')}`;
}

function argumentsOf(field: Field): string {
  const required = field.args.filter(isRequiredArgument).map(({ name, type }) => `${name}: ${literalOf(type)}`);
  return required.length > 0 ? `(${required.join(', ')})` : '';
}

/** A literal that an input type takes. */
function literalOf(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literalOf(type.ofType);
  if (isListType(type)) return `[${literalOf(type.ofType)}]`;
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter(isRequiredInputField);
    return `{ ${fields.map((field) => `${field.name}: ${literalOf(field.type)}`).join(', ')} }`;
  }
  const values: Record<string, string> = { ID: '"1"', String: '"x"', Int: '1', Float: '1', Boolean: 'true' };
  return values[type.name] ?? '"2026-01-01T00:00:00Z"';
}
