import {
  buildSchema,
  type DocumentNode,
  defaultFieldResolver,
  executeSync,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  parse,
} from 'graphql';
import { expect, test } from 'vitest';
import { type Selection, selectionOf } from '../../src/graphql/selection.js';

const TYPES = `
  type Query { lamps(first: Int): [Lamp!]! }
  type Lamp { id: ID!, colour: String!, room: Room! }
  type Room { id: ID!, name: String! }
`;

const lamp = { id: '1', colour: 'red', room: { id: '1', name: 'hall' } };

type Found = Partial<Record<string, Selection>>;

/** A schema whose fields with objects note what is selected below them. */
function lamps(): GraphQLSchema {
  const schema = buildSchema(TYPES);
  const note: GraphQLFieldResolver<object, Found> = (source, args, found, info) => {
    found[info.path.key] = selectionOf(info);
    return defaultFieldResolver(source, args, found, info);
  };
  schema.getQueryType()!.getFields().lamps!.resolve = note;
  (schema.getType('Lamp') as GraphQLObjectType).getFields().room!.resolve = note;
  return schema;
}

/** What a document selects below its fields, by their keys in the answer. */
function run(document: DocumentNode, variableValues: Record<string, unknown> = {}, schema = lamps()): Found {
  const found: Found = {};
  const { errors } = executeSync({
    schema,
    document,
    variableValues,
    contextValue: found,
    rootValue: { lamps: [lamp] },
  });
  expect(errors).toBeUndefined();
  return found;
}

const fieldsOf = (selection: Selection | undefined): string[] => [...selection!.fields.keys()];

test('is worked out once for a document that is run again', () => {
  const [schema, document] = [lamps(), parse('{ lamps { id room { name } } }')];
  const [first, second] = [run(document, {}, schema), run(document, {}, schema)];
  expect(second.lamps).toBe(first.lamps);
  expect(second.lamps!.under('room')).toBe(first.lamps!.under('room'));
  expect(second.room).toBe(first.room);
});

test('is what the variables of each run let through', () => {
  const [schema, document] = [
    lamps(),
    parse(`query ($on: Boolean!, $off: Boolean = false) { lamps { id ...more @include(if: $on) } }
           fragment more on Lamp { colour room @skip(if: $off) { name } }`),
  ];
  for (let round = 0; round < 2; round++) {
    expect(fieldsOf(run(document, { on: false }, schema).lamps)).toEqual(['id']);
    expect(fieldsOf(run(document, { on: true }, schema).lamps)).toEqual(['id', 'colour', 'room']);
    expect(fieldsOf(run(document, { on: true, off: true }, schema).lamps)).toEqual(['id', 'colour']);
  }
});

test('is what the variables let through below, too', () => {
  const [schema, document] = [lamps(), parse('query ($on: Boolean!) { lamps { room { id name @include(if: $on) } } }')];
  for (const on of [true, false, true]) {
    const { lamps: list, room } = run(document, { on }, schema);
    expect(fieldsOf(list!.under('room'))).toEqual(on ? ['id', 'name'] : ['id']);
    expect(fieldsOf(room)).toEqual(fieldsOf(list!.under('room')));
  }
});

test('holds no other variables of the request that it was worked out for', () => {
  const document = parse(
    'query ($first: Int!, $on: Boolean!) { lamps(first: $first) { id colour @include(if: $on) } }',
  );
  expect(run(document, { first: 7, on: true }).lamps!.scope.variableValues).toEqual({ on: true });
});

test('is of all fields under one key, wherever they stand', () => {
  const [schema, document] = [lamps(), parse('{ lamps { id } ...f } fragment f on Query { lamps { colour } }')];
  for (let round = 0; round < 2; round++) expect(fieldsOf(run(document, {}, schema).lamps)).toEqual(['id', 'colour']);
});

test('is of the schema that runs the document', () => {
  const document = parse('{ lamps { id } }');
  const schemas = [lamps(), lamps()];
  for (const schema of schemas) expect(run(document, {}, schema).lamps!.type).toBe(schema.getType('Lamp'));
});
