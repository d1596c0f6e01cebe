import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Privilege } from '../../src/graphql/access.js';
import type { Actor } from '../../src/graphql/context.js';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { anActor, Gateway } from '../helpers/gateway.js';

/** Words that only those who are signed in have a use for. */
const guardedNames = new Set(
  `Integration IntegrationPayload SaveIntegrationInput hostName portNumber input Audit AuditConnection AuditOrder
    SortDirection direction ASC DESC`.split(/\s+/),
);

/** What a guard decides, it decides without the database: one engine is enough. */
describe('the guard', () => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase('sqlite');
    gateway = new Gateway(database.db);
  });
  afterAll(() => database.drop());

  const withOnly = (...privileges: Privilege[]): Actor => anActor({ privileges: new Set(privileges) });

  describe('refuses nobody', () => {
    test.each([
      ['a root field', '{ audits { totalCount } }', ['audits']],
      ['an alias', '{ all: audits { totalCount } }', ['all']],
      ['a fragment', '{ ...f } fragment f on Query { audits { totalCount } }', ['audits']],
      ['an inline fragment', '{ ... on Query { ... { audits { totalCount } } } }', ['audits']],
      ['a variable default', 'query ($on: Boolean! = true) { audits @include(if: $on) { totalCount } }', ['audits']],
      ['a skip that does not skip', '{ audits @skip(if: false) { totalCount } }', ['audits']],
      ['a second field', '{ server { version } resource(id: "1") { id } }', ['resource']],
      ['the schema', '{ __schema { types { name } } }', ['__schema']],
      ['a type', '{ seen: __type(name: "Audit") { name } }', ['seen']],
    ])('%s behind which something is guarded', async (_, query, path) => {
      const { code, message, path: found } = await gateway.refusal(null, query);
      expect({ code, found }).toEqual({ code: 'UNAUTHENTICATED', found: path });
      expect(message).toMatch(/needs an auth token, or a sign-in/);
    });

    test('however often fragments spread each other', async () => {
      const fragment = (n: number) => `fragment f${n} on Query { ...f${n + 1} ...f${n + 1} }`;
      const document = Array.from({ length: 60 }, (_, n) => fragment(n)).join(' ');
      const { code } = await gateway.refusal(
        null,
        `{ ...f0 } ${document} fragment f60 on Query { audits { totalCount } }`,
      );
      expect(code).toBe('UNAUTHENTICATED');
    });

    test('who asks for what is not there, and tells it no word of what is', async () => {
      const { message } = await gateway.refusal(null, '{ resourceFed }');
      expect(message).toBe('Cannot query field "resourceFed" on type "Query".');
      expect((await gateway.refusal(anActor(), '{ resourceFed }')).message).toMatch(/Did you mean "resourceFeed"/);
    });

    test.each<[string, Record<string, unknown>?]>([
      ['{ integration }'],
      ['{ integration { nothing } }'],
      ['mutation { saveIntegration { nothing } }'],
      ['mutation { saveIntegration(input: {}) { userErrors { code } } }'],
      ['{ audits(orderBy: { direction: UP }) { totalCount } }'],
      ['query ($by: AuditOrder) { audits(orderBy: $by) { totalCount } }', { by: 'a " mark' }],
      ['query ($by: AuditOrder) { audits(orderBy: $by) { totalCount } }', { by: { direction: 'a " mark' } }],
      ['query ($id: Int!) { audit(id: $id) { id } }'],
      ['{ audit { id } }'],
      ['fragment f on Audit { nothing } { viewer { ...f } }'],
    ])('who asks wrongly, as in %s, and tells it no word of what is guarded', async (query, variables = {}) => {
      const { errors } = await gateway.ask(null, query, variables);
      expect(errors.length).toBeGreaterThan(0);
      const told = errors.flatMap(({ message }) => message.match(/\w+/g) ?? []);
      const used = JSON.stringify([query, variables]).match(/\w+/g)!;
      const words = told.filter((word) => guardedNames.has(word) && !used.includes(word));
      expect(words).toEqual([]);
    });

    test('who signs in wrongly, and says what is wrong', async () => {
      const { errors } = await gateway.ask(null, 'mutation { signIn(userName: "ann") { viewer { roles { name } } } }');
      expect(errors.map(({ message }) => message).sort()).toEqual([
        'Field "roles" must not have a selection since type "[String!]!" has no subfields.',
        'Field "signIn" argument "password" of type "String!" is required, but it was not provided.',
      ]);
    });

    test('variable given over its default', async () => {
      const query = 'query ($on: Boolean! = false) { audits @include(if: $on) { totalCount } }';
      expect(await gateway.refusal(null, query, { on: true })).toMatchObject({ code: 'UNAUTHENTICATED' });
    });
  });

  test('lets nobody see the viewer, the server and what type it is', async () => {
    const query = '{ viewer { userName } server { product sourceTimeZone minimumAnalyticsPlusBuild } __typename }';
    expect(await gateway.read(null, query)).toEqual({
      viewer: null,
      server: { product: 'PAM360', sourceTimeZone: 'UTC', minimumAnalyticsPlusBuild: 4301 },
      __typename: 'Query',
    });
  });

  test('tells an actor who it is', async () => {
    const viewer = await gateway.read(anActor(), '{ viewer { kind userName privileges } }');
    const privileges = ['READ_AUDITS', 'READ_RESOURCES', 'READ_USER_ACCOUNTS'];
    expect(viewer).toEqual({ viewer: { kind: 'CONNECTOR', userName: 'analytics', privileges } });
  });

  test.each([
    ['{ audits { nodes { operator { id } } } }', ['audits', 'nodes', 'operator'], 'Audit.operator'],
    ['{ audits { edges { node { who: operator { id } } } } }', ['audits', 'edges', 'node', 'who'], 'Audit.operator'],
    ['{ auditFeed { nodes { ...f } } } fragment f on Audit { operator { id } }', ['auditFeed', 'nodes', 'operator']],
    ['{ audit(id: "1") { resource { owner { id } } } }', ['audit', 'resource', 'owner'], 'Resource.owner'],
    ['{ all: userAccounts { totalCount } }', ['all'], 'Query.userAccounts'],
  ])('refuses %s to an actor that may not read user accounts', async (query, path, field = 'Audit.operator') => {
    const actor = withOnly(Privilege.READ_AUDITS, Privilege.READ_RESOURCES);
    const refusal = await gateway.refusal(actor, query);
    const message = expect.stringMatching(`^${field} needs the privilege READ_USER_ACCOUNTS, which the roles of`);
    expect(refusal).toEqual({ code: 'FORBIDDEN', path, message });
  });

  test('refuses the resource of a grant to an actor that may not read resources', async () => {
    const query = '{ userAccounts { nodes { grants { resource { id } } } } }';
    const refusal = await gateway.refusal(withOnly(Privilege.READ_USER_ACCOUNTS), query);
    expect(refusal).toMatchObject({ code: 'FORBIDDEN', path: ['userAccounts', 'nodes', 'grants', 'resource'] });
  });

  test('runs nothing of an operation that it refuses', async () => {
    const query = '{ audits { totalCount } userAccounts { totalCount } }';
    const { data, statements } = await gateway.ask(withOnly(Privilege.READ_AUDITS), query);
    expect(data).toBeFalsy();
    expect(statements).toEqual([]);
  });

  test.each([
    '{ audits { nodes { id operator @include(if: false) { id } } } }',
    'query ($off: Boolean = true) { audits { nodes { id operator @skip(if: $off) { id } } } }',
    'query { audits { nodes { id ...f @include(if: false) } } } fragment f on Audit { operator { id } }',
  ])('takes a field that is not included for no field: %s', async (query) => {
    expect(await gateway.read(withOnly(Privilege.READ_AUDITS), query)).toEqual({ audits: { nodes: [] } });
  });

  test('guards the operation that is asked for, not its neighbour in the document', async () => {
    const query = 'query mine { server { version } } query other { audits { totalCount } }';
    const { errors } = await gateway.ask(null, query, {});
    expect(errors[0]?.extensions?.code).toBe('OPERATION_RESOLUTION_FAILURE');
  });

  test('lets an actor introspect', async () => {
    const { __type } = await gateway.read<{ __type: { name: string } }>(
      anActor(),
      '{ __type(name: "Audit") { name } }',
    );
    expect(__type.name).toBe('Audit');
  });
});
