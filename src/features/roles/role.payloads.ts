import { Field, ObjectType } from 'type-graphql';
import { UserError } from '../../graphql/user-errors.js';
import { Role } from '../users/role.js';

@ObjectType({ simpleResolvers: true })
export class RolePayload {
  @Field(() => Role, { nullable: true }) role!: Role | null;
  @Field(() => [UserError]) userErrors!: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class DeleteRolePayload {
  @Field(() => Boolean) deleted!: boolean;
  @Field(() => [UserError]) userErrors!: UserError[];
}

/** No user account, which needs a privilege of its own. */
@ObjectType({ simpleResolvers: true })
export class AssignRolesPayload {
  @Field(() => [Role], { nullable: true, description: 'The roles that the user has now.' }) roles!: Role[] | null;
  @Field(() => [UserError]) userErrors!: UserError[];
}
