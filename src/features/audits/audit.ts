import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Entity, Index } from 'typeorm';
import { Key, Long, LongText, Text, Time } from '../../database/columns.js';
import { Access, Privilege } from '../../graphql/access.js';
import { DateTime } from '../../graphql/date-time.js';
import { SOURCE, SOURCE_ID } from '../users/user-account.js';

export enum AuditCategory {
  RESOURCE = 'RESOURCE',
  USER = 'USER',
  TASK = 'TASK',
  USER_SESSION = 'USER_SESSION',
  RECORDED_CONNECTION = 'RECORDED_CONNECTION',
  ACTIVE_PRIVILEGED_SESSION = 'ACTIVE_PRIVILEGED_SESSION',
  KEY_AND_CERTIFICATE = 'KEY_AND_CERTIFICATE',
  SDK_APPLICATION = 'SDK_APPLICATION',
}
registerEnumType(AuditCategory, { name: 'AuditCategory' });

export enum AuditOutcome {
  SUCCESS = 'SUCCESS',
  FAILURE = 'FAILURE',
  UNKNOWN = 'UNKNOWN',
}
registerEnumType(AuditOutcome, { name: 'AuditOutcome' });

/**
 * An index for each filter, in the order of time, so that no filter reads more than its page; operators are looked up in
 * `user_names`, names of user accounts and of resources in `audit.name-index.ts`. That of resources ends with the name, which is compared and counted in it.
 */
@Entity('audits')
@Index('audits_identity', ['source', 'sourceId'], { unique: true })
@Index('audits_occurred_at', ['occurredAt', 'id'])
@Index('audits_category', ['category', 'outcome', 'occurredAt', 'id'])
@Index('audits_operation', ['operation', 'occurredAt', 'id'])
@Index('audits_operator', ['operatorNameId', 'occurredAt', 'id'])
@Index('audits_ip_address', ['ipAddress', 'occurredAt', 'id'])
@Index('audits_resource_id', ['resourceId', 'occurredAt', 'id', 'resourceName'])
@Index('audits_account_name', ['accountName', 'occurredAt', 'id'])
@Access(Privilege.READ_AUDITS)
@ObjectType({
  simpleResolvers: true,
  description:
    'One operation that somebody performed. Names are those of the moment: they do not change when the resource or user does.',
})
export class Audit {
  @Key()
  @Field(() => ID, { description: 'Stable, unique, never reused: the key to update-and-add by.' })
  id!: number;
  @Time() @Field(() => DateTime) occurredAt!: string;
  @Time() @Field(() => DateTime, { description: 'When this gateway stored it.' }) recordedAt!: string;
  @Text(32) @Field(() => AuditCategory) category!: AuditCategory;
  @Text(255) @Field(() => String) operation!: string;
  @Text(16) @Field(() => AuditOutcome) outcome!: AuditOutcome;
  @Text(255) @Field(() => String) operatedBy!: string;
  /** Whom the source meant by it when the audit came in. Every audit has one; null stands only until a migration is done. */
  @Long({ nullable: true }) operatorNameId!: number | null;
  @Text(64, { nullable: true }) @Field(() => String, { nullable: true }) ipAddress!: string | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) clientType!: string | null;
  @LongText({ nullable: true }) @Field(() => String, { nullable: true }) reason!: string | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) ticketId!: string | null;
  @Long({ nullable: true }) @Field(() => ID, { nullable: true }) resourceId!: number | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) resourceName!: string | null;
  @Long({ nullable: true }) @Field(() => ID, { nullable: true }) accountId!: number | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) accountName!: string | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) userName!: string | null;
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) userFullName!: string | null;
  @Text(64) @Field(() => String, { description: SOURCE }) source!: string;
  @Text(255) @Field(() => ID, { description: SOURCE_ID }) sourceId!: string;
}
