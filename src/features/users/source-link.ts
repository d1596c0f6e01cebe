import { Field, ObjectType } from 'type-graphql';
import { Entity, Index } from 'typeorm';
import { Text, TextKey, Time } from '../../database/columns.js';
import { Access, Privilege } from '../../graphql/access.js';
import { DateTime } from '../../graphql/date-time.js';

/** Two sources that name the same people, as an administrator declared. The names stand in the order of code points. */
@Entity('source_links')
@Index('source_links_other', ['otherSource'])
@Access(Privilege.MANAGE_USERS)
@ObjectType({
  simpleResolvers: true,
  description:
    'Two sources that name the same people: what one of them says of a user name that it has no user account of is about the user account of the other.',
})
export class SourceLink {
  @TextKey(64) @Field(() => String) source!: string;
  @TextKey(64) @Field(() => String) otherSource!: string;
  @Time() @Field(() => DateTime) linkedAt!: string;
  @Text(255) @Field(() => String) linkedBy!: string;
}
