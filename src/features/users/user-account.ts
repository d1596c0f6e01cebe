import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Entity, Index } from 'typeorm';
import { Id, Int, Key, Long, Text, TextKey, Time } from '../../database/columns.js';
import { Access, Privilege } from '../../graphql/access.js';
import { DateTime } from '../../graphql/date-time.js';
import { MAX_USER_NAME_LENGTH } from './user-name.js';

/** Descriptions of what every record has. */
export const SOURCE = 'Where the record came from; `gateway` is this gateway itself.';
export const SOURCE_ID = "The source's own id of the record.";

export enum UserAccountStatus {
  ACTIVE = 'ACTIVE',
  LOCKED = 'LOCKED',
  DISABLED = 'DISABLED',
}
registerEnumType(UserAccountStatus, { name: 'UserAccountStatus' });

export enum AccessScope {
  OWNED_AND_SHARED = 'OWNED_AND_SHARED',
  ALL = 'ALL',
}
registerEnumType(AccessScope, {
  name: 'AccessScope',
  valuesConfig: {
    OWNED_AND_SHARED: {
      description:
        'The resources that the user owns or that were shared with it, and the audits on these. Of a resource of which only accounts were shared: its identity, those accounts and the audits on them. Besides, its own audits and its own user account.',
    },
    ALL: { description: 'Every record.' },
  },
});

@Entity('user_accounts')
@Index('user_accounts_identity', ['source', 'sourceId'], { unique: true })
@Index('user_accounts_name_in_source', ['source', 'userName'], { unique: true })
@Index('user_accounts_user_name', ['userName', 'id'])
@Index('user_accounts_created_at', ['createdAt', 'id'])
@Index('user_accounts_modified_at', ['modifiedAt', 'id'])
@Index('user_accounts_last_login_at', ['lastLoginAt', 'id'])
@Index('user_accounts_position', ['position'])
@Access(Privilege.READ_USER_ACCOUNTS)
@ObjectType({
  simpleResolvers: true,
  description: 'A person or API user of the PAM product, with access levels and permissions.',
})
export class UserAccount {
  @Id() @Field(() => ID) id!: number;
  @Long() position!: number;
  /** Counts up whenever the user comes to see records that it did not see before. */
  @Int() scopeVersion!: number;
  @Text(64) @Field(() => String, { description: SOURCE }) source!: string;
  @Text(MAX_USER_NAME_LENGTH) @Field(() => String) userName!: string;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) firstName!: string | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) lastName!: string | null;
  @Text(511) @Field(() => String) fullName!: string;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) email!: string | null;
  /** What `search` looks through, in lower case. */
  @Text(1100) searchText!: string;
  @Text(32) @Field(() => UserAccountStatus) status!: UserAccountStatus;
  @Text(32) @Field(() => AccessScope) accessScope!: AccessScope;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) department!: string | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) location!: string | null;
  @Time() @Field(() => DateTime) createdAt!: string;
  @Time() @Field(() => DateTime) modifiedAt!: string;
  @Time({ nullable: true }) @Field(() => DateTime, { nullable: true }) lastLoginAt!: string | null;
  @Time({ nullable: true }) @Field(() => DateTime, { nullable: true }) expiresAt!: string | null;
  @Text(255) @Field(() => ID, { description: SOURCE_ID }) sourceId!: string;
}

/** A role as the PAM product says; it carries no privilege here. */
@Entity('user_account_roles')
@Index('user_account_roles_role', ['role', 'userId'])
export class UserAccountRole {
  @Key() userId!: number;
  @TextKey(255) role!: string;
}
