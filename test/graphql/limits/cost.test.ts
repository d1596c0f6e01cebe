import fc from 'fast-check';
import {
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isObjectType,
  type OperationDefinitionNode,
  parse,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { isSessionOnly, Privilege } from '../../../src/graphql/access.js';
import type { Actor } from '../../../src/graphql/context.js';
import { authorizeAndCost } from '../../../src/graphql/limits/authorize-and-cost.js';
import { actualCost } from '../../../src/graphql/limits/cost.js';
import { buildSchema } from '../../../src/schema.js';
import { anActor } from '../../helpers/gateway.js';

const schema = buildSchema();
const everything = new Set(Object.values(Privilege));
const connector = anActor({ privileges: everything });
const session = anActor({ kind: 'SESSION', privileges: everything });

function judged(query: string, variables: Record<string, unknown> = {}, actor: Actor | null = connector) {
  const document = parse(query);
  return authorizeAndCost(schema, document, document.definitions[0] as OperationDefinitionNode, variables, actor)!;
}

const costOf = (...operation: Parameters<typeof judged>) => judged(...operation).requested;

describe('the cost of an operation', () => {
  test.each([
    ['a page is its rows', '{ audits(first: 1000) { nodes { id operation } } }', 1_000],
    ['whichever end it is read from', '{ audits(last: 1000) { nodes { id } } }', 1_000],
    ['however its rows are asked for', '{ audits(first: 1000) { edges { cursor node { id operation } } } }', 1_000],
    ['and whether they are', '{ audits(first: 1000) { __typename } }', 1_000],
    ['with one for the object that says where it ends', '{ audits(first: 10) { pageInfo { endCursor } } }', 11],
    ['and as many as are read to count', '{ audits(first: 10) { totalCount } }', 1_010],
    ['a connection has 100 rows', '{ audits { nodes { id } } }', 100],
    ['a feed has 1,000', '{ resourceFeed { changes { kind id node { name } } nextCursor } }', 1_000],
    ['no rows are one', '{ audits(first: 0) { nodes { id } } }', 1],
    ['and no more than a page may have', '{ audits(first: 2000000000) { nodes { id } } }', 10_000],
    ['nor than there are ids', '{ resources(filter: { ids: ["1", "2"] }) { nodes { id } } }', 2],
    ['an object is one', '{ audit(id: "1") { id resource { id owner { id } } } }', 3],
    ['what reads nothing is one at the root', '{ __typename server { version } viewer { kind } }', 3],
    ['a list of no size is ten', '{ resource(id: "1") { accounts { id } } }', 11],
    ['lists multiply', '{ resources(first: 50) { nodes { accounts { id } owner { grants { level } } } } }', 50 * 22],
    ['the usage of a resource is ten', '{ resources(first: 50) { nodes { usage { operationCount } } } }', 50 * 11],
    ['aliases are more', '{ a: audits(first: 5) { nodes { id } } b: audits(first: 6) { nodes { id } } }', 11],
    ['what is not included is nothing', '{ server { now } audits(first: 5) @skip(if: true) { nodes { id } } }', 1],
  ])('%s: %s', (_, query, cost) => {
    expect(costOf(query)).toBe(cost);
  });

  test('is the records that are pushed, in variables and in the document', () => {
    const push =
      'mutation ($ids: [ID!]!) { deleteResources(source: "x", sourceIds: $ids) { deleted results { index } } }';
    expect(costOf(push, { ids: ['1', '2', '3'] })).toBe(3);
    expect(costOf(push, { ids: Array.from({ length: 5_000 }, String) })).toBe(5_000);
    expect(costOf(push, { ids: [] })).toBe(1);
    expect(costOf('mutation { deleteResources(source: "x", sourceIds: ["1", "2"]) { deleted } }')).toBe(2);
  });

  test('depends on the largest page of who asks', () => {
    expect(costOf('{ audits(first: 5000) { nodes { id } } }', {}, session)).toBe(1_000);
  });

  test('takes variables, and their defaults where they are not given', () => {
    const query =
      'query ($n: Int = 7, $filter: ResourceFilter) { resources(first: $n, filter: $filter) { nodes { id } } }';
    expect(costOf(query)).toBe(7);
    expect(costOf(query, { n: 9 })).toBe(9);
    expect(costOf(query, { n: null })).toBe(100);
    expect(costOf(query, { filter: { ids: ['1', '2', '3'] } })).toBe(3);
    const feed = 'query ($n: Int) { resourceFeed(first: $n) { nextCursor } }';
    expect(costOf(feed.replace('Int', 'Int! = 1000'))).toBe(1_000);
  });

  test('of a schema that is read whole is less than a page', () => {
    const type = 'type { kind name ofType { kind name ofType { kind name } } }';
    const query = `{ __schema { types { kind name fields { name args { name ${type} } ${type} } inputFields { name ${type} } } } }`;
    expect(costOf(query, {}, session)).toBeLessThan(10_000);
  });

  test('is worked out for each actor apart', () => {
    const document = parse('{ audits(first: 5000) { nodes { id } } }');
    const of = (actor: Actor | null) =>
      authorizeAndCost(schema, document, document.definitions[0] as OperationDefinitionNode, {}, actor)?.requested;
    const withheld = new Set([Privilege.READ_AUDITS]);
    for (const _ of [1, 2]) {
      expect(of(connector)).toBe(5_000);
      expect(of(session)).toBe(1_000);
      expect(() => of(null)).toThrow(/needs an auth token/);
      expect(() => of(anActor({ privileges: new Set() }))).toThrow(/needs the privilege READ_AUDITS/);
      expect(() => of(anActor({ bounds: { withheld, since: null } }))).toThrow(/was not chosen/);
    }
  });
});

describe('the actual cost', () => {
  test.each([
    ['of a page that was full', '{ audits(first: 1000) { nodes { id resource { id } } } }', 1_000, 2_000],
    ['of one that was not', '{ audits(first: 1000) { nodes { id resource { id } } } }', 10, 20],
    ['of one that was empty', '{ audits(first: 1000) { nodes { id } } }', 0, 1],
    ['of no page', '{ audit(id: "1") { resource { id } } }', 0, 2],
    // 100 of the 110 rows may be those with accounts.
    [
      'of two pages is no less than it may be',
      '{ a: audits(first: 100) { nodes { id } } r: resources(first: 100) { nodes { accounts { id } } } }',
      110,
      1_110,
    ],
  ])('%s: %s, of which %d rows were served', (_, query, rows, cost) => {
    expect(actualCost(judged(query), rows)).toBe(cost);
  });
});

/** A field that is asked for, in one of the ways in which it may be written. */
interface Asked {
  readonly field: GraphQLField<unknown, unknown>;
  readonly type: GraphQLObjectType;
  readonly size: number;
  readonly below: readonly Asked[];
}

function selectionOf(type: GraphQLObjectType, depth: number): fc.Arbitrary<Asked[]> {
  const fields = Object.values(type.getFields()).filter(
    (field) => !isSessionOnly(field) && (depth > 0 || !isObjectType(getNamedType(field.type))),
  );
  if (fields.length === 0) return fc.constant([]);
  return fc
    .subarray(fields, { minLength: 1, maxLength: Math.min(4, fields.length) })
    .chain((some) => fc.tuple(...some.map((field) => fieldOf(field, depth))));
}

function fieldOf(field: GraphQLField<unknown, unknown>, depth: number): fc.Arbitrary<Asked> {
  const type = getNamedType(field.type) as GraphQLObjectType;
  const below = isObjectType(type) ? selectionOf(type, depth - 1) : fc.constant([]);
  return fc.record({ field: fc.constant(field), type: fc.constant(type), size: fc.nat(10_000), below });
}

const operations = selectionOf(schema.getQueryType()!, 6);

/** Writes an operation; `split` writes what is asked for below a field in several pieces, and `vary` a size. */
function write(
  asked: readonly Asked[],
  split: (parts: string[], type: string) => string,
  vary: (size: number) => string,
): string {
  const parts = asked.map(({ field, type, size, below }) => {
    const given = field.args.flatMap(({ name, type: of }) => {
      if (name === 'first') return [`first: ${vary(size)}`];
      return String(of).endsWith('!') && name !== 'dateField' ? [`${name}: "1"`] : [];
    });
    const selection = isObjectType(type) ? ` { ${write(below, split, vary) || '__typename'} }` : '';
    return `${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}${selection}`;
  });
  const [first] = asked;
  return first ? split(parts, typeOf(first)) : '';
}

function typeOf({ field }: Asked): string {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  return types.find((type) => Object.values(type.getFields()).includes(field))!.name;
}

const plain = (parts: string[]) => parts.join(' ');
const literal = (size: number) => String(size);

describe('whatever is asked for', () => {
  const runs = { numRuns: 300 };

  test('one field more never costs less', () => {
    fc.assert(
      fc.property(operations, fc.nat(), (asked, pick) => {
        const without = asked.filter((_, n) => asked.length === 1 || n !== pick % asked.length);
        const shallower = asked.map((each) => ({ ...each, below: each.below.slice(1) }));
        const whole = costOf(`{ ${write(asked, plain, literal)} }`);
        expect(costOf(`{ ${write(without, plain, literal)} }`)).toBeLessThanOrEqual(whole);
        expect(costOf(`{ ${write(shallower, plain, literal)} }`)).toBeLessThanOrEqual(whole);
      }),
      runs,
    );
  });

  test('fragments, names and repetition change nothing', () => {
    fc.assert(
      fc.property(operations, (asked) => {
        const fragments: string[] = [];
        const split = (parts: string[], type: string) => {
          const name = `f${fragments.length}`;
          fragments.push(`fragment ${name} on ${type} { ${parts.slice(1).join(' ')} ${parts[0]} }`);
          return `${parts[0]} ... on ${type} { ${parts.slice(0, 2).join(' ')} } ...${name} ... { ...${name} }`;
        };
        const pieces = `{ ${write(asked, split, literal)} } ${fragments.join(' ')}`;
        expect(costOf(pieces)).toBe(costOf(`{ ${write(asked, plain, literal)} }`));
        const renamed = (parts: string[]) => parts.map((part, n) => `a${n}: ${part}`).join(' ');
        expect(costOf(`{ ${write(asked, renamed, literal)} }`)).toBe(costOf(`{ ${write(asked, plain, literal)} }`));
      }),
      runs,
    );
  });

  test('a variable costs what its value costs, given or by default', () => {
    fc.assert(
      fc.property(operations, fc.boolean(), (asked, byDefault) => {
        const values: number[] = [];
        const query = write(asked, plain, (size) => `$v${values.push(size) - 1}`);
        if (values.length === 0) return;
        const types = values.map((value, n) => `$v${n}: Int! = ${byDefault ? value : 1}`).join(', ');
        const given = byDefault ? {} : Object.fromEntries(values.map((value, n) => [`v${n}`, value]));
        expect(costOf(`query (${types}) { ${query} }`, given)).toBe(costOf(`{ ${write(asked, plain, literal)} }`));
      }),
      runs,
    );
  });
});
