import fc from 'fast-check';
import sql, { join } from 'sql-template-tag';
import type { Database } from '../../../src/database/db.js';
import { assignRoles, changeRole, createRole, deleteRole } from '../../../src/features/roles/role.service.js';
import { Privilege } from '../../../src/graphql/access.js';
import { ann, clearRoles, givePassword } from './role.fixture.js';

export const users = ['u0', 'u1', 'u2'];
const customRoles = ['r0', 'r1'];
const predefinedRole = 'Password User';

/** What decides who manages users, by name: the privileges of roles, the roles of users, and who can sign in. */
export interface RoleWorld {
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly assigned: Readonly<Record<string, readonly string[]>>;
  readonly ableToSignIn: readonly string[];
}

export const emptyWorld: RoleWorld = {
  roles: { [predefinedRole]: [Privilege.READ_RESOURCES] },
  assigned: {},
  ableToSignIn: [],
};

const anyRole = fc.constantFrom(...customRoles, predefinedRole);
const anyUser = fc.constantFrom(...users);
const privileges = fc.subarray([Privilege.MANAGE_USERS, Privilege.READ_AUDITS]);

const creating = (role: fc.Arbitrary<string>) => fc.record({ kind: fc.constant('create' as const), role, privileges });
const assigning = (user: fc.Arbitrary<string>) =>
  fc.record({ kind: fc.constant('assign' as const), user, roles: fc.subarray([...customRoles, predefinedRole]) });
const turning = (user: fc.Arbitrary<string>) =>
  fc.record({
    kind: fc.constant('turn' as const),
    user,
    into: fc.constantFrom('ABLE', 'ABLE', 'LOCKED', 'EXPIRED', 'WITHOUT_PASSWORD'),
  });

const anyStep = fc.oneof(
  creating(anyRole),
  fc.record({ kind: fc.constant('change' as const), role: anyRole, privileges }),
  fc.record({ kind: fc.constant('delete' as const), role: anyRole }),
  { weight: 3, arbitrary: assigning(anyUser) },
  turning(anyUser),
);

/** Steps that make a world of all roles and users, and then any others. */
export const roleSteps = fc
  .tuple(
    fc.tuple(...customRoles.map((role) => creating(fc.constant(role)))),
    fc.tuple(...users.map((user) => assigning(fc.constant(user)))),
    fc.tuple(...users.map((user) => turning(fc.constant(user)))),
    fc.array(anyStep, { maxLength: 15, size: 'max' }),
  )
  .map(([created, assigned, turned, others]) => [...created, ...assigned, ...turned, ...others]);
export type RoleStep = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

/** What a step must lead to: the code of its refusal, or the world after it. */
export function outcomeOf(before: RoleWorld, step: RoleStep): { code: string } | RoleWorld {
  const after = stepped(before, step);
  if ('code' in after || step.kind === 'turn') return after;
  const lost = (of: (world: RoleWorld) => string[]) => of(before).length > 0 && of(after).length === 0;
  const able = (world: RoleWorld) => managers(world).filter((user) => world.ableToSignIn.includes(user));
  return lost(managers) || lost(able) ? { code: 'LAST_HOLDER' } : after;
}

export function privilegesIn({ roles, assigned }: RoleWorld, user: string): string[] {
  return [...new Set((assigned[user] ?? []).flatMap((role) => roles[role]!))].sort();
}

function managers(world: RoleWorld): string[] {
  return users.filter((user) => privilegesIn(world, user).includes(Privilege.MANAGE_USERS));
}

function stepped(world: RoleWorld, step: RoleStep): { code: string } | RoleWorld {
  const { roles, assigned, ableToSignIn } = world;
  if (step.kind === 'turn') {
    const others = ableToSignIn.filter((user) => user !== step.user);
    return { ...world, ableToSignIn: step.into === 'ABLE' ? [...others, step.user].sort() : others };
  }
  if (step.kind === 'create') {
    if (roles[step.role]) return { code: 'NAME_TAKEN' };
    return { ...world, roles: { ...roles, [step.role]: step.privileges.toSorted() } };
  }
  const named = step.kind === 'assign' ? step.roles : [step.role];
  if (named.some((role) => !roles[role])) return { code: 'ROLE_NOT_FOUND' };
  if (step.kind === 'assign') return { ...world, assigned: keep({ ...assigned, [step.user]: step.roles.toSorted() }) };
  if (step.role === predefinedRole) return { code: 'PREDEFINED_ROLE' };
  if (step.kind === 'change') return { ...world, roles: { ...roles, [step.role]: step.privileges.toSorted() } };
  const { [step.role]: _, ...left } = roles;
  const without = Object.entries(assigned).map(([user, held]) => [user, held.filter((role) => role !== step.role)]);
  return { ...world, roles: left, assigned: keep(Object.fromEntries(without)) };
}

/** Without the users who have no role. */
function keep(assigned: RoleWorld['assigned']): RoleWorld['assigned'] {
  return Object.fromEntries(Object.entries(assigned).filter(([, held]) => held.length > 0));
}

/** Takes a step in the database. */
export async function take(db: Database, step: RoleStep): Promise<void> {
  if (step.kind === 'create') await createRole(db, ann, { name: step.role, privileges: step.privileges });
  if (step.kind === 'change') await changeRole(db, ann, step.role, { privileges: step.privileges });
  if (step.kind === 'delete') await deleteRole(db, ann, step.role);
  if (step.kind === 'assign') await assignRoles(db, ann, step.user, step.roles);
  if (step.kind === 'turn') await turn(db, step.user, step.into);
}

/** Another state of a user account, as sources and sign-in bring it about. */
async function turn(db: Database, user: string, into: string): Promise<void> {
  const status = into === 'LOCKED' ? 'LOCKED' : 'ACTIVE';
  const year = into === 'EXPIRED' ? '2001' : '2999';
  const expiresAt = db.dialect.timeValue(`${year}-01-01T00:00:00.000Z`);
  await db.execute(
    sql`UPDATE user_accounts SET status = ${status}, expires_at = ${expiresAt} WHERE user_name = ${user}`,
  );
  await db.execute(
    sql`DELETE FROM passwords WHERE user_id IN (SELECT id FROM user_accounts WHERE user_name = ${user})`,
  );
  if (into !== 'WITHOUT_PASSWORD') await givePassword(db, user);
}

/** What is stored of it, with who can sign in taken from `world`. */
export async function storedWorld(db: Database, { ableToSignIn }: RoleWorld): Promise<RoleWorld> {
  const names = sql`(${join([...customRoles, predefinedRole])})`;
  const roles = await db.query<{ role: string; privilege: string | null }>(
    sql`SELECT r.name AS role, p.privilege FROM roles r LEFT JOIN role_privileges p ON p.role_id = r.id
        WHERE r.name IN ${names} ORDER BY r.name, p.privilege`,
  );
  const assigned = await db.query<{ user: string; role: string }>(
    sql`SELECT u.user_name AS user, r.name AS role FROM role_assignments a JOIN roles r ON r.id = a.role_id
        JOIN user_accounts u ON u.id = a.user_id ORDER BY u.user_name, r.name`,
  );
  return {
    roles: grouped(roles.map(({ role, privilege }) => [role, privilege])),
    assigned: grouped(assigned.map(({ user, role }) => [user, role])),
    ableToSignIn,
  };
}

function grouped(pairs: [string, string | null][]): Record<string, string[]> {
  const groups: Record<string, string[]> = {};
  for (const [key, value] of pairs) groups[key] = [...(groups[key] ?? []), ...(value === null ? [] : [value])];
  return groups;
}

/** Back to the empty world. */
export async function clear(db: Database): Promise<void> {
  await clearRoles(db);
  for (const user of users) await turn(db, user, 'WITHOUT_PASSWORD');
}
