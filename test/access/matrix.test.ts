import { readFileSync } from 'node:fs';
import {
  type ConstDirectiveNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLObjectType,
  getNamedType,
  isObjectType,
  Kind,
  parse,
} from 'graphql';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recordAudits } from '../../src/features/audits/audit.service.js';
import { storeUserAccounts } from '../../src/features/resources/access-grant.service.js';
import { recordResources } from '../../src/features/resources/resource.service.js';
import { Privilege } from '../../src/graphql/access.js';
import type { Actor } from '../../src/graphql/context.js';
import { guard } from '../../src/graphql/guard.js';
import { buildSchema } from '../../src/schema.js';
import { anAudit, aResource, aUser, SOURCE } from '../features/writing/records.js';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { anActor, connectorFor, Gateway } from '../helpers/gateway.js';
import { predefinedRoles } from '../helpers/predefined-roles.js';
import { operationOf, type SchemaPath, schemaPaths, spellings } from './schema-paths.js';

const schema = buildSchema();
const paths = schemaPaths(schema, 4);

let database: TestDatabase;
let gateway: Gateway;
const callers = new Map<string, Actor | null>();

beforeAll(async () => {
  database = await testDatabase('sqlite');
  gateway = new Gateway(database.db);
  callers.set('anonymous', null).set('connector', anActor());
  callers.set('ingest token', anActor({ kind: 'INGEST', privileges: new Set([Privilege.INGEST]) }));
  const rows = await database.db.query<{ name: string; privilege: Privilege }>(
    sql`SELECT r.name, p.privilege FROM roles r JOIN role_privileges p ON p.role_id = r.id`,
  );
  for (const name of predefinedRoles) {
    const privileges = new Set(rows.filter((row) => row.name === name).map(({ privilege }) => privilege));
    callers.set(name, anActor({ kind: 'SESSION', roles: [name], privileges }));
  }
});
afterAll(() => database.drop());

test('there is no predefined role beside those below', async () => {
  const roles = await database.db.query<{ name: string }>(sql`SELECT name FROM roles WHERE predefined = 1 ORDER BY id`);
  expect(roles.map(({ name }) => name)).toEqual(predefinedRoles);
});

describe('of every field, by every path to depth 4,', () => {
  test('the paths reach every field of every type', () => {
    const reached = new Set(paths.map(({ steps }) => `${steps.at(-1)!.type}.${steps.at(-1)!.field.name}`));
    const types = Object.values(schema.getTypeMap()).filter(
      (type) => isObjectType(type) && !type.name.startsWith('__'),
    );
    const all = types.flatMap((type) =>
      isObjectType(type) ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
    );
    expect(all.filter((field) => !reached.has(field))).toEqual([]);
  });

  test.each(['anonymous', 'connector', 'ingest token', ...predefinedRoles])(
    '%s reads what the printed schema says, however it is written',
    (name) => {
      const actor = callers.get(name)!;
      const wrong: string[] = [];
      for (const path of paths) {
        const expected = expectedOf(path, actor);
        for (const spelling of spellings) {
          const decided = decide(operationOf(path, spelling), actor);
          if (decided !== expected) wrong.push(`${nameOf(path)} ${spelling}: ${decided}, not ${expected}`);
        }
      }
      expect(wrong).toEqual([]);
    },
  );

  test('a refusal names the field, and no field of the operation runs', async () => {
    for (const path of paths.filter(({ steps }) => steps.length <= 2)) {
      for (const [name, actor] of callers) {
        const expected = expectedOf(path, actor);
        if (expected === 'allowed') continue;
        const [code, at] = expected.split(' at ');
        const { data, errors, statements } = await gateway.ask(actor, besidePublic(path));
        const here = `${name} ${nameOf(path)}`;
        expect(
          errors.map(({ extensions, path }) => [extensions?.code, path?.join('.')]),
          here,
        ).toEqual([[code, at]]);
        expect({ data, statements }, here).toEqual({ data: undefined, statements: [] });
      }
    }
  });
});

/** What each field of a resource says to who was given its account `root`; one that is added must be given its place here. */
const ofSharedAccount: Record<string, [selection: string, answer: unknown]> = {
  id: ['', expect.any(String)],
  source: ['', SOURCE],
  sourceId: ['', '1'],
  name: ['', 'db-1'],
  type: ['', 'Linux'],
  description: ['', null],
  dnsName: ['', null],
  domainName: ['', null],
  url: ['', null],
  department: ['', null],
  location: ['', null],
  ownerName: ['', null],
  passwordPolicy: ['', null],
  createdAt: ['', expect.any(String)],
  modifiedAt: ['', expect.any(String)],
  lastAccessedAt: ['', null],
  accountCount: ['', 1],
  accounts: ['{ name description }', [{ name: 'root', description: 'of root' }]],
  customFields: ['{ value }', []],
  owner: ['{ id }', null],
  usage: ['{ operationCount distinctUserCount }', { operationCount: 1, distinctUserCount: 1 }],
};

test('a resource of which one account was shared shows its identity, that account and the audits on it', async () => {
  const { db } = database;
  const said = ['description', 'dnsName', 'domainName', 'url', 'department', 'location', 'passwordPolicy'];
  const accounts = ['root', 'backup'].map((name) => ({ name, description: `of ${name}` }));
  const resource = aResource('1', {
    ...Object.fromEntries(said.map((field) => [field, 'hidden'])),
    name: 'db-1',
    ownerName: 'kim',
    lastAccessedAt: '2026-03-01T00:00:00.000Z',
    customFields: [{ label: 'rack', value: 'hidden' }],
    accounts,
  });
  await recordResources(db, SOURCE, [resource]);
  const grants = [{ level: 'VIEW' as const, resourceSourceId: '1', accountSourceId: 'root' }];
  await storeUserAccounts(db, SOURCE, [
    aUser('1', { userName: 'kim', grants }),
    aUser('2', { userName: 'pat', grants }),
  ]);
  const audits = ['root', 'backup', null].map((accountName, n) =>
    anAudit(`${n}`, { resourceSourceId: '1', accountName }),
  );
  await recordAudits(db, SOURCE, audits);
  const fields = Object.entries(ofSharedAccount).map(([name, [selection]]) => `${name} ${selection}`);
  const type = schema.getType('Resource') as GraphQLObjectType;
  expect(Object.keys(type.getFields()).sort()).toEqual(Object.keys(ofSharedAccount).sort());

  const resourceFields = `{ ${fields.join(' ')} }`;
  const shown = Object.fromEntries(Object.entries(ofSharedAccount).map(([name, [, answer]]) => [name, answer]));
  const ways: Record<string, unknown> = {
    [`resources { nodes ${resourceFields} }`]: { resources: { nodes: [shown] } },
    [`resources { edges { node ${resourceFields} } }`]: { resources: { edges: [{ node: shown }] } },
    [`resourceFeed { changes { node ${resourceFields} } }`]: { resourceFeed: { changes: [{ node: shown }] } },
    [`resource(id: "1") ${resourceFields}`]: { resource: shown },
    [`audits { nodes { accountName resource ${resourceFields} } }`]: {
      audits: { nodes: [{ accountName: 'root', resource: shown }] },
    },
    [`auditFeed { nodes { accountName resource ${resourceFields} } }`]: {
      auditFeed: { nodes: [{ accountName: 'root', resource: shown }] },
    },
    [`userAccounts { nodes { grants { resource ${resourceFields} } } }`]: {
      userAccounts: { nodes: [{ grants: [{ resource: shown }] }] },
    },
  };
  const pat = await connectorFor(db, 'pat');
  for (const [query, answer] of Object.entries(ways)) expect(await gateway.read(pat, `{ ${query} }`)).toEqual(answer);
});

/** What each guarded root field is for; one that is added must be given its place here. */
const rootFields: Record<string, readonly string[]> = {
  READ_RESOURCES: ['resources', 'resource', 'resourceFeed'],
  READ_USER_ACCOUNTS: ['userAccounts', 'userAccount', 'userAccountFeed'],
  READ_AUDITS: ['audits', 'audit', 'auditFeed', 'connectAnalyticsPlus'],
  MANAGEENGINE_INTEGRATION: [
    'integration',
    'generateAuthToken',
    'saveIntegration',
    'enableIntegration',
    'disableIntegration',
    'removeIntegration',
    'testIntegration',
    'authTokens',
    'revokeAuthToken',
  ],
  MANAGE_USERS: [
    'roles',
    'role',
    'createRole',
    'changeRole',
    'deleteRole',
    'assignRoles',
    'ingestTokens',
    'generateIngestToken',
    'revokeIngestToken',
    'scopeRequests',
    'confirmAccessScope',
    'refuseAccessScope',
    'sourceLinks',
    'linkSources',
    'unlinkSources',
  ],
  INGEST: ['recordAudits', 'upsertResources', 'upsertUserAccounts', 'deleteResources', 'deleteUserAccounts', 'sources'],
  public: ['viewer', 'server', 'signIn', 'signOut'],
  session: ['mySessions', 'changePassword', 'endSession', 'endOtherSessions'],
};

test.each([
  ['anonymous', []],
  ['connector', ['READ_RESOURCES', 'READ_USER_ACCOUNTS', 'READ_AUDITS']],
  ['ingest token', ['INGEST']],
  ['Privileged Administrator', ['READ_RESOURCES', 'READ_USER_ACCOUNTS', 'READ_AUDITS', 'MANAGE_USERS', 'INGEST']],
  ['Administrator', ['READ_RESOURCES', 'READ_USER_ACCOUNTS', 'READ_AUDITS', 'MANAGE_USERS', 'INGEST']],
  ['Password Administrator', ['READ_RESOURCES', 'READ_AUDITS']],
  ['Cloud Administrator', ['READ_RESOURCES', 'READ_AUDITS']],
  ['Password Auditor', ['READ_RESOURCES', 'READ_USER_ACCOUNTS', 'READ_AUDITS']],
  ['Password User', ['READ_RESOURCES']],
  ['Connection User', ['READ_RESOURCES']],
  ['ManageEngine Integration', ['MANAGEENGINE_INTEGRATION']],
])('%s may use the root fields of its privileges and those that are public, and no others', (name, held) => {
  const roots = paths.filter(({ steps }) => steps.length === 1);
  const allowed = roots.filter((path) => expectedOf(path, callers.get(name)!) === 'allowed');
  const isSession = callers.get(name)?.kind === 'SESSION';
  const expected = [...held, 'public', ...(isSession ? ['session'] : [])].flatMap(
    (privilege) => rootFields[privilege]!,
  );
  expect(allowed.map(({ steps }) => steps[0]!.field.name).sort()).toEqual(expected.toSorted());
});

/** The guards as schema.graphql says them, by type and by field: apart from how the guard itself finds them. */
const printed = new Map<string, Privilege[]>();
const sessionOnly = new Set<string>();
for (const definition of parse(readFileSync('schema.graphql', 'utf8')).definitions) {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
  printed.set(definition.name.value, requiresOf(definition.directives));
  for (const field of definition.fields!) {
    const coordinate = `${definition.name.value}.${field.name.value}`;
    printed.set(coordinate, requiresOf(field.directives));
    const { arguments: given = [] } = field.directives?.find(({ name }) => name.value === 'access') ?? {};
    if (given.some(({ name }) => name.value === 'sessionOnly')) sessionOnly.add(coordinate);
  }
}

function requiresOf(directives: readonly ConstDirectiveNode[] | undefined): Privilege[] {
  const requires = directives?.find(({ name }) => name.value === 'access')?.arguments?.[0]?.value;
  return requires?.kind === Kind.LIST ? requires.values.map((value) => (value as { value: Privilege }).value) : [];
}

function expectedOf({ steps }: SchemaPath, actor: Actor | null): string {
  for (const [index, { type, field }] of steps.entries()) {
    const required = [...printed.get(`${type}.${field.name}`)!, ...(printed.get(getNamedType(field.type).name) ?? [])];
    const at = steps
      .slice(0, index + 1)
      .map((step) => step.field.name)
      .join('.');
    const needsSession = sessionOnly.has(`${type}.${field.name}`);
    if ((required.length > 0 || needsSession) && !actor) return `UNAUTHENTICATED at ${at}`;
    if (needsSession && actor!.kind !== 'SESSION') return `FORBIDDEN at ${at}`;
    if (required.some((privilege) => !actor!.privileges.has(privilege))) return `FORBIDDEN at ${at}`;
  }
  return 'allowed';
}

/** An operation that asks for something public, too. */
function besidePublic(path: SchemaPath): string {
  const open = path.kind === 'query' ? 'server { version }' : 'signOut { signedOut }';
  return operationOf(path, 'plain').replace('{', `{ ${open}`);
}

/** The guard's decision, its path in field names. */
function decide(query: string, actor: Actor | null): string {
  const { definitions } = parse(query);
  const [operation] = definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(query);
  const named = definitions.filter(
    (definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION,
  );
  const fragments = Object.fromEntries(named.map((fragment) => [fragment.name.value, fragment]));
  try {
    guard({ schema, operation, fragments, variableValues: { yes: true, no: false } }, actor);
    return 'allowed';
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const aliases = [...query.matchAll(/\ba\d+: (\w+)/g)].map(([, field]) => field!);
    const path = error.path!.map((part) => aliases[Number(/^a(\d+)$/.exec(String(part))?.[1] ?? -1)] ?? part);
    return `${error.extensions.code} at ${path.join('.')}`;
  }
}

function nameOf({ steps }: SchemaPath): string {
  return steps.map(({ field }) => field.name).join('.');
}
