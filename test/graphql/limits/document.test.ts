import { getIntrospectionQuery, Lexer, Source, TokenKind } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Actor } from '../../../src/graphql/context.js';
import { LIMITS } from '../../../src/graphql/limits/limit.js';
import { buildSchema } from '../../../src/schema.js';
import { type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';

const times = (count: number, part: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => part(n)).join(' ');
const server = (fields: string) => `{ server { ${fields} } }`;
const padded = (query: string, characters: number) => `${query}#${'x'.repeat(characters - query.length - 1)}`;
const listOf = (count: number) => `{ resources(filter: { names: [${times(count, () => '"a"')}] }) { totalCount } }`;
const ofTypes = (depth: number) =>
  `{ __type(name: "Audit") ${'{ ofType '.repeat(depth - 1)}{ name }${' }'.repeat(depth - 1)} }`;
const owners = ['owner', 'grants', 'resource'];
/** So many objects within each other. */
const nested = (depth: number) => {
  const fields = Array.from({ length: depth }, (_, n) => ['resources(first: 1)', 'nodes'][n] ?? owners[(n - 2) % 3]!);
  return fields.reduceRight((below, field) => `{ ${field} ${below} }`, '{ __typename }');
};
const fragments = (count: number) =>
  `{ ...f0 } ${times(count, (n) => `fragment f${n} on Query { ${n + 1 < count ? `...f${n + 1}` : 'server { version }'} }`)}`;
/** Selections in hundreds: of very many of one name validation has enough. */
const selections = (size: number) =>
  `{ ${times(Math.floor(size / 100), (n) => `a${n}: server { ${times(99, () => 'now')} }`)} ${times(size % 100, () => '__typename')} }`;
const list = (depth: number): unknown => (depth === 1 ? 1 : [list(depth - 1)]);

/** How large an operation is made, the code of one that is too large, and the number that is told where it is known. */
type Limit = [
  code: string,
  limit: number,
  sized: (size: number) => [query: string, variables?: object],
  told?: boolean,
];

const limits: Limit[] = [
  ['DOCUMENT_TOO_LARGE', LIMITS.characters, (size) => [padded(server('version'), size)], true],
  ['TOO_MANY_TOKENS', LIMITS.tokens, (size) => [listOf(size - tokensOf(listOf(0)))]],
  ['TOO_MANY_FIELDS', LIMITS.selections, (size) => [selections(size)]],
  ['TOO_MANY_ROOT_FIELDS', LIMITS.rootFields, (size) => [`{ ${times(size, (n) => `a${n}: __typename`)} }`], true],
  ['TOO_MANY_ALIASES', LIMITS.aliases, (size) => [server(times(size, (n) => `a${n}: version`))], true],
  ['TOO_MANY_ALIASES', LIMITS.aliases, (size) => [server(times(size, (n) => `a${n}: __typename`))], true],
  ['TOO_MANY_DIRECTIVES', LIMITS.directives, (size) => [server(times(size, () => 'now @skip(if: false)'))], true],
  ['TOO_MANY_FRAGMENTS', LIMITS.fragments, (size) => [fragments(size)], true],
  [
    'TOO_MANY_OPERATIONS',
    LIMITS.operations,
    (size) => [times(size, (n) => `query q${n} { server { version } }`)],
    true,
  ],
  ['BAD_USER_INPUT', LIMITS.depth, (size) => [nested(size)], true],
  ['BAD_USER_INPUT', LIMITS.introspectionDepth, (size) => [ofTypes(size)], true],
  ['VARIABLES_TOO_DEEP', LIMITS.variableDepth, (size) => [server('version'), { v: list(size) }]],
  ['VARIABLES_TOO_LARGE', LIMITS.variableValues, (size) => [server('version'), { v: Array(size - 1).fill(0) }], true],
];

describe('a document', () => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase('sqlite');
    gateway = new Gateway(database.db);
  });
  afterAll(() => database.drop());

  const ask = (query: string, variables = {}, actor: Actor | null = anActor()) =>
    gateway.ask<unknown>(actor, query, variables as Record<string, unknown>);
  const codes = async (query: string, variables = {}) =>
    (await ask(query, variables)).errors.map(({ extensions }) => extensions?.code);

  test.each(limits)('%s: %d is not too much', async (code, limit, sized) => {
    // A list of so many values is too long for the filter, which is another fault.
    if (code === 'TOO_MANY_TOKENS') expect(await codes(...sized(limit))).toEqual(['BAD_USER_INPUT']);
    else if (code === 'TOO_MANY_OPERATIONS')
      expect(await codes(...sized(limit))).toEqual(['OPERATION_RESOLUTION_FAILURE']);
    else expect(await codes(...sized(limit))).toEqual([]);
  });

  test.each(limits)('%s: one more than %d is refused, with both numbers', async (code, limit, sized, told) => {
    const { errors, statements } = await ask(...sized(limit + 1));
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code }]);
    expect(errors[0]!.message).toContain(String(limit));
    if (told) expect(errors[0]!.message).toContain(String(limit + 1));
    expect(statements).toEqual([]);
  });

  test('that is too large tells who is not signed in no word that it did not use', async () => {
    const schema = buildSchema();
    const types = Object.values(schema.getTypeMap());
    const fields = types.flatMap((type) => ('getFields' in type ? Object.keys(type.getFields()) : []));
    // Words of English apart, such as `operation`.
    const words = [...types.map(({ name }) => name), ...fields].filter((word) => /[a-z][A-Z]|_/.test(word));
    for (const [, limit, sized] of limits) {
      const [query, variables] = sized(limit + 1);
      const text = JSON.stringify((await ask(query, variables, null)).errors);
      expect(words.filter((word) => text.includes(word) && !query.includes(word))).toEqual([]);
    }
  });

  test('of fragments is counted as often as they are spread', async () => {
    const fragment = (n: number) =>
      `fragment f${n} on Resource { owner { grants { ${times(20, (m) => `r${m}: resource { ...f${n + 1} }`)} } } }`;
    const query = `{ resources { nodes { ...f0 } } } ${times(4, fragment)} fragment f4 on Resource { id }`;
    expect(await codes(query)).toEqual(['TOO_MANY_FIELDS']);
  });

  test.each([
    ['itself', '{ ...f } fragment f on Query { ...f }'],
    ['another that spreads it', '{ ...f } fragment f on Query { ...g } fragment g on Query { ...f ...f }'],
    ['itself below a field', '{ viewer { ...f } } fragment f on Viewer { ...g } fragment g on Viewer { kind ...f }'],
    [
      'itself within objects',
      '{ resources { nodes { ...f } } } fragment f on Resource { owner { grants { resource { ...f } } } }',
    ],
  ])('whose fragment spreads %s is told so', async (_, query) => {
    const { errors } = await ask(query);
    expect(new Set(errors.map(({ extensions }) => extensions?.code))).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']));
    expect(errors[0]!.message).toMatch(/Cannot spread fragment "." within itself/);
  });

  test('of the tools that show a schema is answered', async () => {
    const query = getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, schemaDescription: true });
    expect(await codes(query)).toEqual([]);
  });

  test.each([
    ['lists', `{ resources(filter: { names: ${'['.repeat(4_900)}${']'.repeat(4_900)} }) { totalCount } }`],
    ['objects', `{ resources(filter: ${'{a:'.repeat(3_000)}1${'}'.repeat(3_000)}) { totalCount } }`],
    ['types of variables', `query ($v: ${'['.repeat(4_900)}Int${']'.repeat(4_900)}) { server { version } }`],
    ['fields', `${'{a'.repeat(4_900)}${'}'.repeat(4_900)}`],
    ['inline fragments', `${'{...'.repeat(3_000)}{a}${'}'.repeat(3_000)}`],
    ['brackets behind texts that hold some', `{ a(b: "}\\"", c: """]\\""" """) ${'{a'.repeat(4_900)}`],
  ])('whose %s are nested without an end is refused before it is parsed', async (_, query) => {
    for (const actor of [anActor(), null]) {
      const { errors } = await ask(query.slice(0, 16_000), {}, actor);
      expect(errors.map(({ extensions }) => extensions?.code)).toEqual(['BAD_USER_INPUT']);
      expect(errors[0]!.message).toMatch(/^the document has \d+ brackets within each other: at most 100 are taken$/);
    }
  });

  test('with brackets in texts and comments is not deep', async () => {
    const brackets = '{[('.repeat(33);
    const query = `# ${brackets}\n{ resources(filter: { search: "\\"${brackets}", names: ["""${brackets}\\""" ${brackets}"""] }) { nodes { id } } }`;
    expect(await codes(query)).toEqual([]);
  });

  test.each([
    ['in one place', `{ server { ${'now '.repeat(400)} } }`],
    ['within fields of one name', `{ ${'server { now now now now now now now now now now now } '.repeat(29)} }`],
    ['in a fragment that nothing spreads', `{ server { now } } fragment F on Server { ${'now '.repeat(400)} }`],
    [
      'in one of two fragments of one name',
      `{ ...F } fragment F on Query { server { now } } fragment F on Query { server { ${'now '.repeat(400)} } }`,
    ],
    [
      'spread in one place',
      `{ ${times(80, (n) => `...f${n}`)} } ${times(80, (n) => `fragment f${n} on Query { ${'__typename '.repeat(5)} }`)}`,
    ],
    [
      'with long arguments',
      `{ ${`resources(filter: { names: [${'"a" '.repeat(100)}] }) { totalCount } `.repeat(80)} }`,
    ],
  ])('that selects fields of one name very often %s is refused before they are compared', async (_, query) => {
    expect(await codes(query)).toEqual([expect.stringMatching(/^TOO_MANY_(COMPARISONS|FIELDS)$/)]);
  });

  test('that repeats fields as fragments of an application do is answered', async () => {
    const fields = 'id name type description location';
    const query = `{ resources { nodes { ${times(20, (n) => `...f${n}`)} } } } ${times(20, (n) => `fragment f${n} on Resource { ${fields} owner { id } }`)}`;
    expect(await codes(query)).toEqual([]);
  });

  test('that was refused, or taken, is so again', async () => {
    const large = server(times(LIMITS.aliases + 1, (n) => `a${n}: version`));
    for (const round of [1, 2, 3]) {
      expect([round, await codes(large)]).toEqual([round, ['TOO_MANY_ALIASES']]);
      expect([round, await codes(server('version'))]).toEqual([round, []]);
      expect([round, await codes('{ nothing }')]).toEqual([round, ['GRAPHQL_VALIDATION_FAILED']]);
    }
  });
});

function tokensOf(text: string): number {
  const lexer = new Lexer(new Source(text));
  let count = 0;
  while (lexer.advance().kind !== TokenKind.EOF) count++;
  return count;
}
