import { Field, ID, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { Key, Text, Time } from '../../database/columns.js';
import { Access, Privilege } from '../../graphql/access.js';
import { DateTime } from '../../graphql/date-time.js';

/** The access scope ALL that was pushed for a user who can read here, and that takes effect once it is confirmed. */
@Entity('scope_requests')
@Access(Privilege.MANAGE_USERS)
@ObjectType({
  simpleResolvers: true,
  description:
    'A push gave the access scope ALL to a user who has a role, a sign-in or an auth token here. It takes effect when an administrator confirms it.',
})
export class ScopeRequest {
  @Key() @Field(() => ID, { description: 'The id of the user account.' }) userId!: number;
  @Field(() => String, { description: 'The name of the user account.' }) userName!: string;
  @Field(() => String, { description: 'The source of the user account.' }) source!: string;
  @Text(255)
  @Field(() => String, { description: 'The ingest token that pushed it, as audits name it.' })
  requestedBy!: string;
  @Time() @Field(() => DateTime, { description: 'When it was pushed first.' }) requestedAt!: string;
  @Time({ nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description:
      'When an administrator refused it; null if it waits. A refusal holds until the source pushes another scope.',
  })
  refusedAt!: string | null;
}
