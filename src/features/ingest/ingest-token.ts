import { Field, ID, ObjectType } from 'type-graphql';
import { Entity, Index } from 'typeorm';
import { Id, Text, Time } from '../../database/columns.js';
import { Access, Privilege } from '../../graphql/access.js';
import { DateTime } from '../../graphql/date-time.js';

/** A token that records are pushed with, and nothing is read. The token itself is nowhere: only its hash. */
@Entity('ingest_tokens')
@Index('ingest_tokens_hash', ['hash'], { unique: true })
@Access(Privilege.MANAGE_USERS)
@ObjectType({
  simpleResolvers: true,
  description: 'A token that pushes records and can do nothing else. It is shown once, by generateIngestToken.',
})
export class IngestToken {
  @Id() @Field(() => ID) id!: number;
  /** SHA-256 in hexadecimal. */
  @Text(64) hash!: string;
  @Text(16) @Field(() => String, { description: 'The first characters, to tell tokens apart.' }) hint!: string;
  @Text(64) @Field(() => String, { description: 'What pushes with it, for people.' }) name!: string;
  @Text(64, { nullable: true })
  @Field(() => String, {
    nullable: true,
    description: 'The one source that it pushes for; null where it may push for any.',
  })
  source!: string | null;
  @Time() @Field(() => DateTime) generatedAt!: string;
  @Text(255, { nullable: true })
  @Field(() => String, { nullable: true, description: 'Who made it; null for one from before this was kept.' })
  generatedBy!: string | null;
  @Time({ nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it is refused from; null if it does not expire.' })
  expiresAt!: string | null;
  @Time({ nullable: true }) revokedAt!: string | null;
  @Time({ nullable: true }) @Field(() => DateTime, { nullable: true }) firstUsedAt!: string | null;
  @Time({ nullable: true }) @Field(() => DateTime, { nullable: true, description: 'To the minute.' }) lastUsedAt!:
    | string
    | null;
  @Text(64, { nullable: true })
  @Field(() => String, { nullable: true, description: 'The address that it came from then.' })
  lastUsedFrom!: string | null;
  /** When a refusal of it, once revoked, was last recorded. */
  @Time({ nullable: true }) refusedAt!: string | null;
}
