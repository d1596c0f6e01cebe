import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { lastPosition } from '../../../src/database/positions.js';
import { dropUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { Privilege } from '../../../src/graphql/access.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';
import { predefinedRoles } from '../../helpers/predefined-roles.js';
import {
  clearRoles,
  manager,
  mutations,
  ownAudits,
  type Payload,
  queries,
  type RoleAnswer,
  recordUsers,
} from './role.fixture.js';

onEveryEngine('roles', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
  });
  beforeEach(async () => {
    await clearRoles(database.db);
    await recordUsers(database.db, 'ann', 'bob', 'cid');
  });
  afterAll(() => database.drop());

  const send = async (mutation: keyof typeof mutations, variables: object): Promise<Payload> => {
    const answer = await gateway.read<{ payload: Payload }>(manager, mutations[mutation], { ...variables });
    return answer.payload;
  };
  /** The one error of a mutation that is refused, which answers nothing else. */
  const refused = async (mutation: keyof typeof mutations, variables: object) => {
    const { userErrors, ...rest } = await send(mutation, variables);
    expect(Object.values(rest)).toEqual([mutation === 'deleteRole' ? false : null]);
    expect(userErrors).toHaveLength(1);
    return userErrors[0]!;
  };
  const create = (name: string, privileges: string[] = []) => send('createRole', { input: { name, privileges } });
  const change = (name: string, input: object) => send('changeRole', { name, input });
  const assign = (userName: string, ...roles: string[]) => send('assignRoles', { userName, roles });
  const readRole = async (name: string) =>
    (await gateway.read<{ role: RoleAnswer | null }>(manager, queries.role, { name })).role;
  const readRoles = async () => (await gateway.read<{ roles: RoleAnswer[] }>(manager, queries.roles)).roles;
  const writes = async () => [
    await lastPosition(database.db, Module.USER_ACCOUNTS),
    await lastPosition(database.db, Module.AUDITS),
  ];

  test('are those of PAM360 at first, with what they allow', async () => {
    const roles = await readRoles();
    expect(roles.map(({ name }) => name)).toEqual(predefinedRoles);
    expect(roles.every((role) => role.predefined && role.userCount === 0)).toBe(true);
    expect(await readRole('Password Auditor')).toEqual({
      name: 'Password Auditor',
      privileges: ['READ_ANALYTICS', 'READ_AUDITS', 'READ_RESOURCES', 'READ_USER_ACCOUNTS'],
      predefined: true,
      userNames: [],
      userCount: 0,
    });
    expect(await readRole('password auditor')).toBeNull();
  });

  test('are read by four statements, however many they are', async () => {
    await create('Helpdesk');
    await assign('ann', 'Helpdesk', 'Password User');
    expect((await gateway.ask(manager, queries.roles)).statements).toHaveLength(4);
  });

  test('are created with sorted privileges, each once, and a name without spaces around it', async () => {
    const helpdesk = {
      name: 'Helpdesk',
      privileges: ['READ_AUDITS', 'READ_RESOURCES'],
      predefined: false,
      userNames: [],
      userCount: 0,
    };
    const { role, userErrors } = await create('  Helpdesk\t', ['READ_RESOURCES', 'READ_AUDITS', 'READ_RESOURCES']);
    expect([role, userErrors]).toEqual([helpdesk, []]);
    expect((await readRoles()).at(-1)).toEqual(helpdesk);
  });

  test.each([
    ['', /^name is empty: write 1 to 255 characters$/],
    [' \n ', /^name is empty/],
    ['Help\u0000desk', /^name "Help\\u0000desk" has a control character or an invisible one: leave it out$/],
    ['Help\u202edesk', /an invisible one/],
    ['Help\ud800desk', /an invisible one/],
    ['é'.repeat(256), /^name has 256 characters; at most 255 are kept$/],
  ])('are not created with the name %j', async (name, message) => {
    const error = { field: ['input', 'name'], code: 'INVALID_NAME', message: expect.stringMatching(message) };
    expect(await refused('createRole', { input: { name, privileges: [] } })).toEqual(error);
    await create('Helpdesk');
    expect(await refused('changeRole', { name: 'Helpdesk', input: { name } })).toEqual(error);
  });

  test('have names of up to 255 characters, whatever they are made of', async () => {
    for (const name of ['🗝'.repeat(255), 'O\'Neill, "the" %_ \\ Söhne']) {
      expect((await create(name)).role?.name).toBe(name);
      expect((await assign('ann', name)).roles?.map((role) => role.name)).toEqual([name]);
      expect((await readRole(name))?.userNames).toEqual(['ann']);
    }
  });

  test('have names that differ by more than case', async () => {
    await create('Übersicht');
    for (const name of ['Übersicht', 'üBERSICHT', 'U\u0308bersicht', 'administrator']) {
      const taken = name === 'administrator' ? 'Administrator' : 'Übersicht';
      expect(await refused('createRole', { input: { name, privileges: [] } })).toEqual({
        field: ['input', 'name'],
        code: 'NAME_TAKEN',
        message: `there is a role "${taken}" already: choose a name that differs by more than case`,
      });
    }
    await create('Helpdesk');
    expect((await refused('changeRole', { name: 'Helpdesk', input: { name: 'ÜBERSICHT' } })).code).toBe('NAME_TAKEN');
    expect((await change('Helpdesk', { name: 'HELPDESK' })).role?.name).toBe('HELPDESK');
  });

  test('are changed in what is said and stay as they are in the rest', async () => {
    await create('Helpdesk', ['READ_AUDITS']);
    await assign('ann', 'Helpdesk');
    const renamed = await change('Helpdesk', { name: 'Desk' });
    expect(renamed.role).toMatchObject({ name: 'Desk', privileges: ['READ_AUDITS'], userNames: ['ann'] });
    const allowed = await change('Desk', { privileges: ['INGEST'], name: null });
    expect(allowed.role).toMatchObject({ name: 'Desk', privileges: ['INGEST'], userNames: ['ann'] });
    expect((await change('Desk', { privileges: [] })).role?.privileges).toEqual([]);
    expect(await readRole('Helpdesk')).toBeNull();
  });

  test('are taken from all who have them when they are deleted', async () => {
    await create('Helpdesk', ['READ_AUDITS']);
    await assign('ann', 'Helpdesk', 'Password User');
    expect(await send('deleteRole', { name: 'Helpdesk' })).toEqual({ deleted: true, userErrors: [] });
    expect(await readRole('Helpdesk')).toBeNull();
    expect((await readRole('Password User'))?.userNames).toEqual(['ann']);
    expect((await create('Helpdesk')).role).toMatchObject({ privileges: [], userNames: [] });
  });

  test.each(predefinedRoles)('that are predefined stay as they are: %s', async (name) => {
    const before = await readRoles();
    const error = {
      field: ['name'],
      code: 'PREDEFINED_ROLE',
      message: `"${name}" is a predefined role, which can be neither changed nor deleted: create one of your own`,
    };
    expect(await refused('changeRole', { name, input: { privileges: [] } })).toEqual(error);
    expect(await refused('changeRole', { name, input: {} })).toEqual(error);
    expect(await refused('deleteRole', { name })).toEqual(error);
    expect(await readRoles()).toEqual(before);
  });

  test('are assigned in exchange for those that a user had, each once', async () => {
    const given = await assign('ann', 'Password User', 'Administrator', 'Password User');
    expect(given.userErrors).toEqual([]);
    expect(given.roles?.map(({ name, userNames }) => [name, userNames])).toEqual([
      ['Administrator', ['ann']],
      ['Password User', ['ann']],
    ]);
    await assign('bob', 'Administrator');
    expect((await assign('ann', 'Connection User')).roles?.map(({ name }) => name)).toEqual(['Connection User']);
    expect(await readRole('Administrator')).toMatchObject({ userNames: ['bob'], userCount: 1 });
    expect((await assign('ann')).roles).toEqual([]);
  });

  test('and users that are not there are named, with the roles that there are', async () => {
    const message = `there is no role "Boss"; there are: ${predefinedRoles.join(', ')}`;
    const error = { code: 'ROLE_NOT_FOUND', message };
    expect(await refused('changeRole', { name: 'Boss', input: {} })).toEqual({ ...error, field: ['name'] });
    expect(await refused('deleteRole', { name: 'Boss' })).toEqual({ ...error, field: ['name'] });
    const roles = ['Administrator', 'Boss'];
    expect(await refused('assignRoles', { userName: 'ann', roles })).toEqual({ ...error, field: ['roles', '1'] });
    expect(await refused('assignRoles', { userName: 'Ann', roles: ['Administrator'] })).toEqual({
      field: ['userName'],
      code: 'USER_NOT_FOUND',
      message: 'there is no user account "Ann"',
    });
    expect((await readRole('Administrator'))?.userCount).toBe(0);
  });

  test('that are very many are not all named', async () => {
    for (let n = 0; n < 15; n++) await create(`custom ${n}`);
    const { message } = await refused('deleteRole', { name: 'Boss' });
    expect(message).toMatch(/^there is no role "Boss"; there are: .*, custom 11 and 3 more$/);
  });

  test('are answered as they are after each of several mutations in one operation', async () => {
    await create('Helpdesk');
    const step = (privilege: string) =>
      `changeRole(name: "Helpdesk", input: { privileges: [${privilege}] }) { role { privileges } }`;
    const answer = await gateway.read(manager, `mutation { a: ${step('INGEST')} b: ${step('READ_AUDITS')} }`);
    expect(answer).toEqual({
      a: { role: { privileges: ['INGEST'] } },
      b: { role: { privileges: ['READ_AUDITS'] } },
    });
  });

  test('that are not changed write nothing', async () => {
    await create('Helpdesk', ['READ_AUDITS', 'INGEST']);
    await assign('ann', 'Helpdesk', 'Administrator');
    const before = await writes();
    await change('Helpdesk', {});
    await change('Helpdesk', { name: ' Helpdesk ', privileges: ['INGEST', 'READ_AUDITS', 'INGEST'] });
    await assign('ann', 'Administrator', 'Helpdesk', 'Helpdesk');
    await assign('bob');
    expect(await writes()).toEqual(before);
  });

  test('that are refused write nothing', async () => {
    await create('Helpdesk', ['READ_AUDITS']);
    const before = await writes();
    await refused('createRole', { input: { name: 'helpdesk', privileges: [] } });
    await refused('changeRole', { name: 'Helpdesk', input: { name: 'administrator', privileges: ['INGEST'] } });
    await refused('assignRoles', { userName: 'ann', roles: ['Helpdesk', 'Boss'] });
    expect(await writes()).toEqual(before);
    expect(await readRole('Helpdesk')).toMatchObject({ privileges: ['READ_AUDITS'], userCount: 0 });
  });

  test('bring those whose privileges they change into the feed of user accounts, and nobody else', async () => {
    const reader = anActor({ privileges: new Set([Privilege.READ_USER_ACCOUNTS]) });
    type Feed = { changes: { node: { userName: string; privileges: string[] } }[]; nextCursor: string };
    let after: string | null = null;
    const changed = async () => {
      const query = `query ($after: String) { feed: userAccountFeed(after: $after) {
        changes { node { userName privileges } } nextCursor } }`;
      const { feed }: { feed: Feed } = await gateway.read<{ feed: Feed }>(reader, query, { after });
      after = feed.nextCursor;
      return feed.changes.map(({ node }) => [node.userName, ...node.privileges]);
    };
    await changed();
    await create('Helpdesk', ['READ_AUDITS']);
    await create('Reading', ['READ_AUDITS']);
    expect(await changed()).toEqual([]);
    await assign('ann', 'Helpdesk');
    await assign('bob', 'Helpdesk', 'Reading');
    expect(await changed()).toEqual([
      ['ann', 'READ_AUDITS'],
      ['bob', 'READ_AUDITS'],
    ]);
    await assign('cid', 'Reading');
    expect(await changed()).toEqual([['cid', 'READ_AUDITS']]);
    await change('Helpdesk', { name: 'Desk' });
    await assign('ann', 'Reading', 'Desk');
    expect(await changed()).toEqual([]);
    await assign('ann', 'Desk');
    await change('Desk', { privileges: ['INGEST'] });
    expect(await changed()).toEqual([
      ['ann', 'INGEST'],
      ['bob', 'INGEST', 'READ_AUDITS'],
    ]);
    await send('deleteRole', { name: 'Desk' });
    expect(await changed()).toEqual([['ann'], ['bob', 'READ_AUDITS']]);
  });

  test('leave an audit of each change: who, from where, what', async () => {
    const before = await ownAudits(database.db);
    await create('Helpdesk', ['READ_AUDITS', 'INGEST']);
    await change('Helpdesk', { name: 'Desk, "front"', privileges: ['READ_RESOURCES', 'INGEST'] });
    await assign('bob', 'Desk, "front"', 'Administrator');
    await assign('cid', 'Administrator');
    await assign('bob', 'Desk, "front"');
    await assign('cid', 'Administrator');
    await send('deleteRole', { name: 'Desk, "front"' });
    const audits = (await ownAudits(database.db)).slice(before.length);
    expect(audits.map(({ operation, userName, reason }) => [operation, userName, reason])).toEqual([
      ['Role Created', null, '"Helpdesk" with INGEST, READ_AUDITS'],
      ['Role Changed', null, '"Helpdesk": renamed to "Desk, \\"front\\""; added READ_RESOURCES; removed READ_AUDITS'],
      ['Roles Assigned', 'bob', 'none -> "Administrator", "Desk, \\"front\\""'],
      ['Roles Assigned', 'cid', 'none -> "Administrator"'],
      ['Roles Assigned', 'bob', '"Administrator", "Desk, \\"front\\"" -> "Desk, \\"front\\""'],
      ['Role Deleted', null, '"Desk, \\"front\\"" with INGEST, READ_RESOURCES; taken from "bob"'],
    ]);
    expect(new Set(audits.map(({ operatedBy, ipAddress }) => `${operatedBy} ${ipAddress}`))).toEqual(
      new Set(['ann 192.0.2.1']),
    );
  });

  test('have an audit in any case, however long their names are', async () => {
    const names = Array.from({ length: 25 }, (_, n) => `${n}`.padEnd(255, '"'));
    for (const name of names) await create(name);
    expect((await assign('ann', ...names)).userErrors).toEqual([]);
    expect((await assign('ann', 'Administrator')).userErrors).toEqual([]);
    expect((await ownAudits(database.db)).at(-1)?.reason).toMatch(/and 5 more -> "Administrator"$/);
  });

  test('of a user who is deleted are taken from nobody else', async () => {
    await assign('ann', 'Password User');
    await assign('bob', 'Password User');
    await dropUserAccounts(database.db, 'test', ['ann']);
    expect(await readRole('Password User')).toMatchObject({ userNames: ['bob'], userCount: 1 });
    expect((await refused('assignRoles', { userName: 'ann', roles: [] })).code).toBe('USER_NOT_FOUND');
  });
});
