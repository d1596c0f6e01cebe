import { Field, Int, ObjectType } from 'type-graphql';
import { Entity } from 'typeorm';
import { Int as IntColumn, Key, Text, Time } from '../../database/columns.js';
import { DateTime } from '../../graphql/date-time.js';
import { ImportPeriod } from './import-period.js';

/** What Analytics Plus said with a token when it last connected, and so what the token is narrowed to. */
@Entity('analytics_plus')
@ObjectType({ simpleResolvers: true })
export class AnalyticsPlus {
  @Key() tokenId!: number;
  @IntColumn() @Field(() => Int) build!: number;
  @Text(255)
  @Field(() => String, {
    description:
      'As it says itself. Compared with what an administrator saved; never put in its place, never connected to.',
  })
  reportedHostName!: string;
  @IntColumn() @Field(() => Int) reportedPortNumber!: number;
  @Text(64) @Field(() => String) timeZone!: string;
  /** Modules, separated by commas, in the order of the enum. */
  @Text(255) modules!: string;
  @Text(32) @Field(() => ImportPeriod) importPeriod!: ImportPeriod;
  /** Where the period began when it connected; null for ALL. */
  @Time({ nullable: true }) importedSince!: string | null;
  @IntColumn() @Field(() => Int, { description: 'Minutes between imports.' }) importEveryMinutes!: number;
  @Time() @Field(() => DateTime) connectedAt!: string;
}
