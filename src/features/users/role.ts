import { Entity, Index } from 'typeorm';
import { Flag, Id, Key, Text, TextKey } from '../../database/columns.js';

/** A role given in this gateway: a named set of privileges. */
@Entity('roles')
@Index('roles_name', ['name'], { unique: true })
export class Role {
  @Id() id!: number;
  @Text(255) name!: string;
  /** Came with the program, after a role of the PAM product. */
  @Flag() predefined!: boolean;
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
