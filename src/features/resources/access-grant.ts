import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Entity, Index } from 'typeorm';
import { Id, Long, Text, Time } from '../../database/columns.js';
import { DateTime } from '../../graphql/date-time.js';

export enum ShareLevel {
  REMOTE_APP_ONLY = 'REMOTE_APP_ONLY',
  VIEW = 'VIEW',
  MODIFY = 'MODIFY',
  FULL_ACCESS = 'FULL_ACCESS',
}
registerEnumType(ShareLevel, { name: 'ShareLevel', description: 'Lowest to highest.' });

/** What was shared with a user: a resource, or one account of it. */
@Entity('access_grants')
@Index('access_grants_identity', ['userId', 'resourceId', 'accountKey'], { unique: true })
@Index('access_grants_resource', ['resourceId', 'userId'])
@ObjectType({ simpleResolvers: true })
export class AccessGrant {
  @Id() id!: number;
  @Long() userId!: number;
  @Long() resourceId!: number;
  /** The account's id; 0 where the whole resource was shared, since a unique index takes every NULL for another. */
  @Long() accountKey!: number;
  @Text(32) @Field(() => ShareLevel) level!: ShareLevel;
  @Field(() => String) resourceName!: string;
  @Field(() => String, { nullable: true, description: 'Null: the whole resource.' }) accountName!: string | null;
  @Time() @Field(() => DateTime) grantedAt!: string;
}
