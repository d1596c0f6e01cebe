import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../src/database/db.js';
import { Module } from '../../../src/database/module.js';
import { openDatabase } from '../../../src/database/open.js';
import { lastPosition } from '../../../src/database/positions.js';
import { commandLine } from '../../../src/features/audits/activity-log.js';
import { assignRoles, changeRole, createRole, deleteRole } from '../../../src/features/roles/role.service.js';
import { Privilege } from '../../../src/graphql/access.js';
import { UserInputError } from '../../../src/graphql/user-errors.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { ann, givePassword, ownAudits, recordUsers } from './role.fixture.js';
import {
  clear,
  emptyWorld,
  outcomeOf,
  privilegesIn,
  type RoleStep,
  roleSteps,
  storedWorld,
  take,
  users,
} from './role-world.js';

const ROUNDS = 10;

onEveryEngine('the last who manages users', (engine) => {
  let database: TestDatabase;
  let db: Database;
  /** A second copy of the program on the same database. */
  let second: Database;
  beforeAll(async () => {
    database = await testDatabase(engine);
    db = database.db;
    second = await openDatabase(database.url);
    await recordUsers(db, ...users);
  });
  beforeEach(() => clear(db));
  afterAll(async () => {
    await second.close();
    await database.drop();
  });

  const codeOf = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'done';
    } catch (error) {
      if (!(error instanceof UserInputError)) throw error;
      return error.code;
    }
  };
  const messageOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error) => error.message,
    );
  const holders = () =>
    db.query<{ name: string }>(
      sql`SELECT DISTINCT u.user_name AS name FROM user_accounts u JOIN role_assignments a ON a.user_id = u.id
          JOIN role_privileges p ON p.role_id = a.role_id WHERE p.privilege = 'MANAGE_USERS' ORDER BY 1`,
    );
  const positions = async () => {
    const rows = await db.query<{ name: string; position: number }>(
      sql`SELECT user_name AS name, position FROM user_accounts`,
    );
    return new Map(rows.map(({ name, position }) => [name, position]));
  };

  /** Whatever is done to roles: it is refused or not, stored, told to the feed, and recorded, as the model says. */
  const check = async (steps: readonly RoleStep[]): Promise<void> => {
    await clear(db);
    let world = emptyWorld;
    for (const step of steps) {
      const before = { positions: await positions(), audits: await lastPosition(db, Module.AUDITS), world };
      const outcome = outcomeOf(world, step);
      expect(await codeOf(take(db, step))).toBe('code' in outcome ? outcome.code : 'done');
      if (!('code' in outcome)) world = outcome;
      expect(await storedWorld(db, world)).toEqual(world);
      const after = await positions();
      for (const user of users) {
        const changed = String(privilegesIn(world, user)) !== String(privilegesIn(before.world, user));
        expect([user, after.get(user) !== before.positions.get(user)]).toEqual([user, changed]);
      }
      const changed = step.kind !== 'turn' && !isDeepStrictEqual(world, before.world);
      expect((await lastPosition(db, Module.AUDITS)) - before.audits).toBe(changed ? 1 : 0);
    }
  };

  test('cannot lose that by any step, and who is not the last can', async () => {
    await fc.assert(fc.asyncProperty(roleSteps, check), { numRuns: 30 });
  });

  test('is told so, and so is the command line; nothing is changed or recorded', async () => {
    const own = { name: 'Own', privileges: [Privilege.MANAGE_USERS] };
    await createRole(db, ann, own);
    await assignRoles(db, commandLine, 'u0', ['Own']);
    const before = await ownAudits(db);
    const message = 'nobody would hold MANAGE_USERS any more: give a role that has it to another user first';
    expect(await messageOf(assignRoles(db, ann, 'u0', []))).toBe(message);
    expect(await messageOf(assignRoles(db, commandLine, 'u0', ['Password User']))).toBe(message);
    expect(await messageOf(changeRole(db, ann, 'Own', { name: 'Other', privileges: [] }))).toBe(message);
    expect(await messageOf(deleteRole(db, ann, 'Own'))).toBe(message);
    expect(await holders()).toEqual([{ name: 'u0' }]);
    expect(await ownAudits(db)).toEqual(before);
  });

  test('is the last who can sign in, where somebody can', async () => {
    await assignRoles(db, ann, 'u0', ['Administrator']);
    await assignRoles(db, ann, 'u1', ['Administrator']);
    await givePassword(db, 'u0');
    expect(await messageOf(assignRoles(db, ann, 'u0', []))).toMatch(
      /^nobody who can sign in would hold MANAGE_USERS any more: .* ACTIVE, has not expired and has a password$/,
    );
    await givePassword(db, 'u1');
    expect(await messageOf(assignRoles(db, ann, 'u0', []))).toBe('done');
  });

  test('is one of two who take it from each other at the same time, in whatever way', async () => {
    const own = ['Own 0', 'Own 1'];
    const ways: ((copy: Database, n: number) => Promise<unknown>)[] = [
      (copy, n) => assignRoles(copy, ann, users[n]!, []),
      (copy, n) => changeRole(copy, ann, own[n]!, { privileges: [Privilege.READ_AUDITS] }),
      (copy, n) => deleteRole(copy, ann, own[n]!),
    ];
    for (let round = 0; round < ROUNDS; round++) {
      for (const way of ways) {
        await clear(db);
        for (const [n, name] of own.entries()) {
          await createRole(db, ann, { name, privileges: [Privilege.MANAGE_USERS] });
          await assignRoles(db, ann, users[n]!, [name]);
        }
        const other = ways[round % ways.length]!;
        const codes = await Promise.all([codeOf(way(db, 0)), codeOf(other(second, 1))]);
        expect(codes.toSorted()).toEqual(['LAST_HOLDER', 'done']);
        expect(await holders()).toHaveLength(1);
      }
    }
  });

  test('no change of roles is kept without its audit', async () => {
    await createRole(db, ann, { name: 'Own', privileges: [] });
    const nobody = { ...ann, userName: null as never };
    const audits = await ownAudits(db);
    const ways = [
      () => createRole(db, nobody, { name: 'Other', privileges: [] }),
      () => changeRole(db, nobody, 'Own', { privileges: [Privilege.INGEST] }),
      () => assignRoles(db, nobody, 'u0', ['Own']),
      () => deleteRole(db, nobody, 'Own'),
    ];
    for (const way of ways) expect(await messageOf(way())).toMatch(/null/i);
    expect(await storedWorld(db, emptyWorld)).toEqual(emptyWorld);
    expect(await db.query(sql`SELECT name FROM roles WHERE predefined = 0`)).toEqual([{ name: 'Own' }]);
    expect(await ownAudits(db)).toEqual(audits);
  });
});
