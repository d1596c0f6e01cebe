import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Entity } from 'typeorm';
import { Int as IntColumn, Key, Text } from '../../database/columns.js';
import { Access, Privilege } from '../../graphql/access.js';

export enum IntegrationStatus {
  NOT_CONFIGURED = 'NOT_CONFIGURED',
  ENABLED = 'ENABLED',
  DISABLED = 'DISABLED',
}
registerEnumType(IntegrationStatus, { name: 'IntegrationStatus' });

/** The one row of it; also the lock of every transaction that changes the integration or puts a token in or out of effect. */
@Entity('integration')
@Access(Privilege.MANAGEENGINE_INTEGRATION)
@ObjectType({ simpleResolvers: true })
export class Integration {
  @Key() id!: number;
  @Text(32) @Field(() => IntegrationStatus) status!: IntegrationStatus;
  /** In the form of `normalHostName`. */
  @Text(255, { nullable: true }) @Field(() => String, { nullable: true }) hostName!: string | null;
  @IntColumn({ nullable: true }) @Field(() => Int, { nullable: true }) portNumber!: number | null;
}
