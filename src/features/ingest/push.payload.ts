import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum PushOutcome {
  ADDED = 'ADDED',
  CHANGED = 'CHANGED',
  UNCHANGED = 'UNCHANGED',
  DELETED = 'DELETED',
  REFUSED = 'REFUSED',
  CONFLICT = 'CONFLICT',
}
registerEnumType(PushOutcome, {
  name: 'PushOutcome',
  description: 'What became of a record that was pushed.',
  valuesConfig: {
    UNCHANGED: { description: 'It is stored as it was pushed already, or it was to be deleted and is not there.' },
    REFUSED: {
      description: 'It was not stored; the reason says what to correct. Sent again as it is, it is refused again.',
    },
    CONFLICT: {
      description:
        'It was not stored: its source has sent another audit under the same id before. That one stays; the reason names the fields that differ.',
    },
  },
});

@ObjectType({ simpleResolvers: true })
export class PushResult {
  @Field(() => Int, { description: 'The place in the list that was pushed, from 0.' }) index!: number;
  @Field(() => ID) sourceId!: string;
  @Field(() => PushOutcome) outcome!: PushOutcome;
  @Field(() => String, {
    nullable: true,
    description: 'Why it was refused, what it conflicts with, or what of it waits for an administrator.',
  })
  reason!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'The counts add up to the records that were pushed.' })
export class PushPayload {
  @Field(() => Int) added!: number;
  @Field(() => Int) changed!: number;
  @Field(() => Int) unchanged!: number;
  @Field(() => Int) deleted!: number;
  @Field(() => Int) refused!: number;
  @Field(() => Int) conflicts!: number;
  /** In the order of the records. */
  all!: readonly PushResult[];
}
