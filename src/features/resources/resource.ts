import { Field, Int as GraphQLInt, ID, ObjectType } from 'type-graphql';
import { Entity, Index } from 'typeorm';
import { Flag, Id, Int, Key, Long, LongText, Text, Time } from '../../database/columns.js';
import { Access, Privilege } from '../../graphql/access.js';
import { DateTime } from '../../graphql/date-time.js';
import { Shown } from '../../graphql/rows/shown-rows.js';
import { SOURCE, SOURCE_ID } from '../users/user-account.js';
import { shownResources } from './resource.shown.js';

@Entity('resources')
@Index('resources_identity', ['source', 'sourceId'], { unique: true })
@Index('resources_name', ['name', 'id'])
@Index('resources_owner', ['ownerNameId'])
@Index('resources_created_at', ['createdAt', 'id'])
@Index('resources_modified_at', ['modifiedAt', 'id'])
@Index('resources_last_accessed_at', ['lastAccessedAt', 'id'])
@Index('resources_position', ['position'])
@Shown(shownResources)
@Access(Privilege.READ_RESOURCES)
@ObjectType({
  simpleResolvers: true,
  description: `A machine, device, database or application whose privileged accounts are managed, and how it is used.

To a user of scope OWNED_AND_SHARED who was given only accounts of it, it shows \`id\`, \`name\`, \`type\`, \`createdAt\`, \`modifiedAt\`, those accounts, and
the use that the user may see. All else is null or empty, and filters, search and orders take it as such.`,
})
export class Resource {
  @Id() @Field(() => ID) id!: number;
  @Long() position!: number;
  @Text(255) @Field(() => String) name!: string;
  @LongText({ nullable: true }) @Field(() => String, { nullable: true }) description!: string | null;
  @Text(255) @Field(() => String) type!: string;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) dnsName!: string | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) domainName!: string | null;
  @Text(2000, { nullable: true }) @Field(() => String, { nullable: true }) url!: string | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) department!: string | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) location!: string | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) ownerName!: string | null;
  /** Whom the source meant by it when the resource last came in. */
  @Long({ nullable: true }) ownerNameId!: number | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) passwordPolicy!: string | null;
  @Int()
  @Field(() => GraphQLInt, { description: 'How many accounts it has that the caller may see.' })
  accountCount!: number;
  /** What `search` looks through, in lower case. */
  @LongText() searchText!: string;
  @Time() @Field(() => DateTime) createdAt!: string;
  @Time() @Field(() => DateTime) modifiedAt!: string;
  @Time({ nullable: true }) @Field(() => DateTime, { nullable: true }) lastAccessedAt!: string | null;
  @Text(64) @Field(() => String, { description: SOURCE }) source!: string;
  @Text(255) @Field(() => ID, { description: SOURCE_ID }) sourceId!: string;
}

@Entity('privileged_accounts')
@Index('privileged_accounts_identity', ['resourceId', 'identity'], { unique: true })
@Access(Privilege.READ_RESOURCES)
@ObjectType({ simpleResolvers: true })
export class PrivilegedAccount {
  @Id() @Field(() => ID) id!: number;
  @Long() resourceId!: number;
  /** The source's id of the account, or its name where the source gives none. */
  @Text(255) identity!: string;
  @Text(255) @Field(() => String) name!: string;
  @LongText({ nullable: true }) @Field(() => String, { nullable: true }) description!: string | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) passwordStatus!: string | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) passwordPolicy!: string | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) expiryStatus!: string | null;
  @Flag({ nullable: true }) @Field(() => Boolean, { nullable: true }) compliant!: boolean | null;
  @LongText({ nullable: true }) @Field(() => String, { nullable: true }) complianceReason!: string | null;
  @Time({ nullable: true }) @Field(() => DateTime, { nullable: true }) lastAccessedAt!: string | null;
  @Time({ nullable: true }) @Field(() => DateTime, { nullable: true }) lastModifiedAt!: string | null;
}

@Entity('custom_fields')
@ObjectType({ simpleResolvers: true })
export class CustomField {
  @Key() resourceId!: number;
  /** Where it stands in the resource's list, from 0. */
  @Key() ordinal!: number;
  @Text(255) @Field(() => String) label!: string;
  @LongText({ nullable: true }) @Field(() => String, { nullable: true }) value!: string | null;
}
