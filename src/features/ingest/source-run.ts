import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Entity, Index } from 'typeorm';
import { Id, Long, LongText, Text, Time } from '../../database/columns.js';
import { Module } from '../../database/module.js';
import { DateTime } from '../../graphql/date-time.js';

export enum SourceKind {
  PULL = 'PULL',
}
registerEnumType(SourceKind, {
  name: 'SourceKind',
  description: 'How records come in.',
  valuesConfig: { PULL: { description: "Read from the PAM product's own API." } },
});

export enum SourceRunStatus {
  RUNNING = 'RUNNING',
  SUCCEEDED = 'SUCCEEDED',
  FAILED = 'FAILED',
}
registerEnumType(SourceRunStatus, {
  name: 'SourceRunStatus',
  valuesConfig: {
    SUCCEEDED: { description: 'All that there was has been read.' },
    FAILED: { description: 'Not all could be read; what was read is stored. The messages say why.' },
  },
});

/** What became of the records of a run. */
export interface RunCounts {
  rowsRead: number;
  added: number;
  changed: number;
  unchanged: number;
  deleted: number;
  refused: number;
  /** Audits that came under the id of another stored audit. */
  conflicts: number;
}

/** One time that records of a module were taken in from a source. The last ones are kept. */
@Entity('source_runs')
@Index('source_runs_source', ['source', 'kind', 'module', 'id'])
@ObjectType({ simpleResolvers: true })
export class SourceRun {
  @Id() @Field(() => ID) id!: number;
  @Text(64) source!: string;
  @Text(16) kind!: SourceKind;
  @Text(32) @Field(() => Module) module!: Module;
  @Text(16) @Field(() => SourceRunStatus) status!: SourceRunStatus;
  @Time() @Field(() => DateTime) startedAt!: string;
  @Time({ nullable: true }) @Field(() => DateTime, { nullable: true }) endedAt!: string | null;
  @Long() @Field(() => Int) rowsRead!: number;
  @Long() @Field(() => Int) added!: number;
  @Long() @Field(() => Int) changed!: number;
  @Long() @Field(() => Int) unchanged!: number;
  @Long() @Field(() => Int) deleted!: number;
  @Long() @Field(() => Int) refused!: number;
  @Long({ nullable: true })
  @Field(() => Int, {
    nullable: true,
    description:
      'Audits that came under the id of another stored audit, and were not stored; null for a run from before they were counted.',
  })
  conflicts!: number | null;
  /** One a line. */
  @LongText() messageLines!: string;
  @Field(() => [String], { description: 'What went wrong, or is worth knowing.' })
  messages!: readonly string[];
}
