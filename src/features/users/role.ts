import { Field, ObjectType } from 'type-graphql';
import { Entity, Index } from 'typeorm';
import { Flag, Id, Key, Text, TextKey } from '../../database/columns.js';
import { Access, Privilege } from '../../graphql/access.js';

@Entity('roles')
@Index('roles_name', ['name'], { unique: true })
@Access(Privilege.MANAGE_USERS)
@ObjectType({ simpleResolvers: true, description: 'A role given in this gateway: a named set of privileges.' })
export class Role {
  @Id() id!: number;
  @Text(255) @Field(() => String) name!: string;
  @Flag()
  @Field(() => Boolean, { description: 'Came with the gateway; it can be neither changed nor deleted.' })
  predefined!: boolean;
}

@Entity('role_privileges')
export class RolePrivilege {
  @Key() roleId!: number;
  @TextKey(64) privilege!: string;
}

@Entity('role_assignments')
@Index('role_assignments_role', ['roleId'])
export class RoleAssignment {
  @Key() userId!: number;
  @Key() roleId!: number;
}
