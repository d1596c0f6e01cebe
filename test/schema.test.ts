import { readFileSync } from 'node:fs';
import {
  buildASTSchema,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  parse,
} from 'graphql';
import { expect, test } from 'vitest';
import { printGuardedSchema } from '../src/graphql/print-schema.js';
import { buildSchema } from '../src/schema.js';

const schema = buildSchema();
const contract = buildASTSchema(parse(readFileSync('test/data/contract.graphql', 'utf8')));

test('schema.graphql is the schema as it is printed; if not, run: npx pam-gateway schema > schema.graphql', () => {
  expect(readFileSync('schema.graphql', 'utf8')).toBe(printGuardedSchema(schema));
});

test('the schema has every type, field, argument, default and guard of the contract', () => {
  const ours = new Set(facts(schema, printGuardedSchema(schema)));
  const theirs = facts(contract, readFileSync('test/data/contract.graphql', 'utf8'));
  expect(theirs.filter((fact) => !ours.has(fact))).toEqual([]);
});

test('a root field that says nothing of access does not build', async () => {
  const { Query, Resolver } = await import('type-graphql');
  class Unguarded {
    secret(): string {
      return '';
    }
  }
  const { resolvers } = await import('../src/features/index.js');
  Query(() => String)(Unguarded.prototype, 'secret', {});
  Resolver()(Unguarded);
  (resolvers as unknown as unknown[]).push(Unguarded);
  expect(() => buildSchema()).toThrow('Query.secret says nothing of access');
});

/** Everything that a client relies on, one line each. */
function facts(from: GraphQLSchema, text: string): string[] {
  const reached = reachedTypes(from);
  const lines = [...reached].flatMap((type) => typeFacts(type));
  return [...lines, ...guardFacts(text, new Set([...reached].map(({ name }) => name)))];
}

function reachedTypes(from: GraphQLSchema): Set<GraphQLNamedType> {
  const reached = new Set<GraphQLNamedType>();
  const visit = (name: string): void => {
    const type = from.getType(name)!;
    if (reached.has(type)) return;
    reached.add(type);
    if (!isObjectType(type) && !isInputObjectType(type)) return;
    for (const field of Object.values(type.getFields())) {
      visit(nameOf(field.type));
      if ('args' in field) for (const arg of field.args) visit(nameOf(arg.type));
    }
  };
  visit('Query');
  visit('Mutation');
  return reached;
}

function typeFacts(type: GraphQLNamedType): string[] {
  // A value that is added takes none away from who knows the others.
  if (isEnumType(type)) return type.getValues().map(({ name }) => `enum ${type.name} ${name}`);
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map((field) => `${type.name}.${inputFact(field)}`);
  if (!isObjectType(type)) return [`scalar ${type.name}`];
  return Object.values(type.getFields()).flatMap((field) => {
    const here = `${type.name}.${field.name}`;
    return [`${here}: ${field.type}`, ...field.args.map((arg) => `${here}(${inputFact(arg)})`)];
  });
}

function inputFact({ name, type, defaultValue }: Pick<GraphQLInputField, 'name' | 'type' | 'defaultValue'>): string {
  return `${name}: ${type}${defaultValue === undefined ? '' : ` = ${defaultValue}`}`;
}

function guardFacts(text: string, names: ReadonlySet<string>): string[] {
  return parse(text).definitions.flatMap((definition) => {
    if (definition.kind !== 'ObjectTypeDefinition' || !names.has(definition.name.value)) return [];
    const elements = [definition, ...(definition.fields ?? [])];
    return elements.flatMap((element) =>
      (element.directives ?? []).map((directive) => {
        const requires = (directive.arguments![0]!.value as unknown as { values: { value: string }[] }).values;
        return `${definition.name.value}.${element.name.value} @access ${requires.map(({ value }) => value)}`;
      }),
    );
  });
}

function nameOf(type: { toString(): string }): string {
  return String(type).replace(/[[\]!]/g, '');
}
