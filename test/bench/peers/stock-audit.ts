import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('audits')
@ObjectType()
export class Audit {
  @PrimaryColumn('bigint') @Field(() => ID) id!: string;
  @Column('datetime', { name: 'occurred_at', precision: 3 }) @Field(() => Date) occurredAt!: Date;
  @Column('varchar') @Field(() => String) category!: string;
  @Column('varchar') @Field(() => String) operation!: string;
  @Column('varchar') @Field(() => String) outcome!: string;
  @Column('varchar', { name: 'operated_by' }) @Field(() => String) operatedBy!: string;
  @Column('varchar', { name: 'ip_address' }) @Field(() => String, { nullable: true }) ipAddress!: string | null;
  @Column('varchar', { name: 'client_type' }) @Field(() => String, { nullable: true }) clientType!: string | null;
  @Column('text') @Field(() => String, { nullable: true }) reason!: string | null;
  @Column('varchar', { name: 'ticket_id' }) @Field(() => String, { nullable: true }) ticketId!: string | null;
  @Column('varchar', { name: 'resource_name' }) @Field(() => String, { nullable: true }) resourceName!: string | null;
  @Column('varchar', { name: 'account_name' }) @Field(() => String, { nullable: true }) accountName!: string | null;
  @Column('varchar', { name: 'user_name' }) @Field(() => String, { nullable: true }) userName!: string | null;
}
