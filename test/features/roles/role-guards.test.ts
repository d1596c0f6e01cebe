import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Privilege } from '../../../src/graphql/access.js';
import type { Actor } from '../../../src/graphql/context.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';
import { predefinedRoles } from '../../helpers/predefined-roles.js';
import { manager, mutations, ownAudits, queries, recordUsers } from './role.fixture.js';

const managing = ['Privileged Administrator', 'Administrator'];
const operations = { ...mutations, ...queries };
const input = { name: 'Own', privileges: [Privilege.MANAGE_USERS] };
const variables = { name: 'Administrator', input, userName: 'ann', roles: ['Administrator'] };

onEveryEngine('the fields of roles', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
    await recordUsers(database.db, 'ann');
  });
  afterAll(() => database.drop());

  /** Somebody with one of the roles, as its privileges are stored. */
  const withRole = async (role: string): Promise<Actor> => {
    const rows = await database.db.query<{ privilege: Privilege }>(
      sql`SELECT p.privilege FROM roles r JOIN role_privileges p ON p.role_id = r.id WHERE r.name = ${role}`,
    );
    const privileges = new Set(rows.map(({ privilege }) => privilege));
    return { ...manager, roles: [role], privileges };
  };
  const ofOperation = (operation: string) =>
    Object.fromEntries(Object.entries(variables).filter(([name]) => operation.includes(`$${name}:`)));

  test.each(predefinedRoles.filter((role) => !managing.includes(role)))(
    'are refused to a person with the role %s',
    async (role) => {
      const actor = await withRole(role);
      for (const [name, operation] of Object.entries(operations)) {
        const refusal = await gateway.refusal(actor, operation, ofOperation(operation));
        expect([name, refusal.code, refusal.message]).toEqual([
          name,
          'FORBIDDEN',
          expect.stringMatching(/needs the privilege MANAGE_USERS$/),
        ]);
      }
    },
  );

  test('are refused to who is not signed in', async () => {
    for (const operation of Object.values(operations)) {
      expect((await gateway.refusal(null, operation, ofOperation(operation))).code).toBe('UNAUTHENTICATED');
    }
  });

  test('are refused to a connector', async () => {
    for (const operation of Object.values(operations)) {
      expect((await gateway.refusal(anActor(), operation, ofOperation(operation))).code).toBe('FORBIDDEN');
    }
  });

  test('were not touched by any of them', async () => {
    expect(await ownAudits(database.db)).toEqual([]);
    expect(await database.db.query(sql`SELECT name FROM roles WHERE predefined = 0`)).toEqual([]);
  });

  test.each(managing)('are for a person with the role %s', async (role) => {
    const actor = await withRole(role);
    for (const operation of Object.values(operations)) {
      const { errors } = await gateway.ask(actor, operation, ofOperation(operation));
      expect(errors).toEqual([]);
    }
  });

  test('need no other privilege', async () => {
    for (const operation of Object.values(operations)) {
      const { errors } = await gateway.ask(manager, operation, ofOperation(operation));
      expect(errors).toEqual([]);
    }
  });
});
