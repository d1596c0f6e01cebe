import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { findBy } from '../../database/rows.js';
import { Access, Privilege } from '../../graphql/access.js';
import type { Context } from '../../graphql/context.js';
import { withUserErrors } from '../../graphql/user-errors.js';
import { operatorOf } from '../audits/activity-log.js';
import { Role } from '../users/role.js';
import { SOURCE_OF_USER } from '../users/user-name.js';
import { ChangeRoleInput, CreateRoleInput } from './role.inputs.js';
import { forgetRoles, privilegesOfRoles, userCountOf, userNamesOf } from './role.loaders.js';
import { AssignRolesPayload, DeleteRolePayload, RolePayload } from './role.payloads.js';
import { readRoles } from './role.queries.js';
import { assignRoles, changeRole, createRole, deleteRole } from './role.service.js';

@Resolver(() => Role)
export class RoleResolver {
  @Access(Privilege.MANAGE_USERS)
  @Query(() => [Role], { description: 'The predefined ones first, then in the order in which they were created.' })
  roles(@Ctx() { db }: Context): Promise<Role[]> {
    return readRoles(db);
  }

  @Access(Privilege.MANAGE_USERS)
  @Query(() => Role, { nullable: true })
  async role(@Arg('name', () => String) name: string, @Ctx() { db }: Context): Promise<Role | null> {
    const [role] = await findBy<Role>(db, Role, 'name', [name]);
    return role ?? null;
  }

  @FieldResolver(() => [Privilege])
  privileges(@Root() { id }: Role, @Ctx() context: Context): Promise<Privilege[]> {
    return privilegesOfRoles(context).load(id);
  }

  @FieldResolver(() => [String], { description: 'The users who have the role.' })
  userNames(@Root() { id }: Role, @Ctx() context: Context): Promise<string[]> {
    return userNamesOf(context).load(id);
  }

  @FieldResolver(() => Int)
  userCount(@Root() { id }: Role, @Ctx() context: Context): Promise<number> {
    return userCountOf(context).load(id);
  }

  @Access(Privilege.MANAGE_USERS)
  @Mutation(() => RolePayload)
  createRole(
    @Arg('input', () => CreateRoleInput) input: CreateRoleInput,
    @Ctx() context: Context,
  ): Promise<RolePayload> {
    return written(context, { role: null }, async () => ({
      role: await createRole(context.db, operatorOf(context), input),
    }));
  }

  @Access(Privilege.MANAGE_USERS)
  @Mutation(() => RolePayload)
  changeRole(
    @Arg('name', () => String) name: string,
    @Arg('input', () => ChangeRoleInput) input: ChangeRoleInput,
    @Ctx() context: Context,
  ): Promise<RolePayload> {
    return written(context, { role: null }, async () => ({
      role: await changeRole(context.db, operatorOf(context), name, input),
    }));
  }

  @Access(Privilege.MANAGE_USERS)
  @Mutation(() => DeleteRolePayload, { description: 'Takes the role from all who have it.' })
  deleteRole(@Arg('name', () => String) name: string, @Ctx() context: Context): Promise<DeleteRolePayload> {
    return written(context, { deleted: false }, async () => {
      await deleteRole(context.db, operatorOf(context), name);
      return { deleted: true };
    });
  }

  @Access(Privilege.MANAGE_USERS)
  @Mutation(() => AssignRolesPayload, { description: 'Gives a user exactly these roles.' })
  assignRoles(
    @Arg('userName', () => String) userName: string,
    @Arg('roles', () => [String]) names: string[],
    @Arg('source', () => String, { nullable: true, description: SOURCE_OF_USER }) source: string | null,
    @Ctx() context: Context,
  ): Promise<AssignRolesPayload> {
    return written(context, { roles: null }, async () => ({
      roles: await assignRoles(context.db, operatorOf(context), userName, names, source ?? null),
    }));
  }
}

/** What a mutation of roles answers, read after it was done. */
async function written<Refused extends object, Done extends object>(
  context: Context,
  refused: Refused,
  work: () => Promise<Done>,
) {
  const payload = await withUserErrors(refused, work);
  forgetRoles(context);
  return payload;
}
