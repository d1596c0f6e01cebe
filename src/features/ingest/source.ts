import { Field, ObjectType } from 'type-graphql';
import { Access, Privilege } from '../../graphql/access.js';
import { DateTime } from '../../graphql/date-time.js';
import { SourceKind, SourceRun } from './source-run.js';

@Access(Privilege.INGEST)
@ObjectType({ simpleResolvers: true, description: 'Where records come from, by one way.' })
export class Source {
  @Field(() => String, { description: 'With the id that it gives a record it is what the record is known by.' })
  name!: string;
  @Field(() => SourceKind) kind!: SourceKind;
  @Field(() => DateTime, { nullable: true, description: 'Null where it is not read by a schedule.' })
  nextRunAt!: string | null;
  @Field(() => [String], { description: 'The sources that name the same people, as an administrator declared.' })
  linkedTo!: string[];
  @Field(() => [SourceRun], { description: 'The last runs of each module, newest first.' }) runs!: SourceRun[];
}
