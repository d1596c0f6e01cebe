import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type GraphQLSchema,
  isObjectType,
  Kind,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql';
import { accessOf, isSessionOnly, type Privilege } from './access.js';

const DEFINITION = 'directive @access(requires: [Privilege!], sessionOnly: Boolean) on OBJECT | FIELD_DEFINITION';

/** The schema as text, with every guard as `@access(requires: [...])`; `sessionOnly: true` refuses tokens. */
export function printGuardedSchema(schema: GraphQLSchema): string {
  let parent = '';
  const document = visit(parse(printSchema(schema)), {
    ObjectTypeDefinition: {
      enter(node) {
        parent = node.name.value;
        return { ...node, directives: directives(schema.getType(parent)) };
      },
    },
    FieldDefinition(node) {
      const type = schema.getType(parent);
      return { ...node, directives: directives(isObjectType(type) ? type.getFields()[node.name.value] : undefined) };
    },
  });
  return `${DEFINITION}\n\n${print(document)}\n`;
}

function directives(element: { extensions: unknown } | undefined | null): ConstDirectiveNode[] {
  const requires = element && accessOf(element);
  return requires ? [accessDirective(requires, isSessionOnly(element))] : [];
}

function accessDirective(requires: readonly Privilege[], sessionOnly: boolean): ConstDirectiveNode {
  const list = requires.map((value) => ({ kind: Kind.ENUM, value }) as const);
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'access' },
    arguments: [
      argument('requires', { kind: Kind.LIST, values: list }),
      ...(sessionOnly ? [argument('sessionOnly', { kind: Kind.BOOLEAN, value: true })] : []),
    ],
  };
}

function argument(name: string, value: ConstArgumentNode['value']): ConstArgumentNode {
  return { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name }, value };
}
