import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../../graphql/date-time.js';

export enum AuthTokenState {
  NONE = 'NONE',
  PENDING_SAVE = 'PENDING_SAVE',
  AVAILABLE = 'AVAILABLE',
}
registerEnumType(AuthTokenState, { name: 'AuthTokenState' });

@ObjectType({
  simpleResolvers: true,
  description: 'The token itself is never here: it is shown once, by generateAuthToken.',
})
export class AuthToken {
  @Field(() => AuthTokenState) state!: AuthTokenState;
  @Field(() => String, { nullable: true, description: 'The user whose login the token is mapped to.' })
  userName!: string | null;
  @Field(() => String, { nullable: true, description: 'The first characters, to tell tokens apart.' })
  hint!: string | null;
  @Field(() => DateTime, { nullable: true }) generatedAt!: string | null;
  @Field(() => DateTime, { nullable: true }) savedAt!: string | null;
  @Field(() => DateTime, { nullable: true }) lastUsedAt!: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'Why the token is refused now, because of its user or because it expired; which modules it may not read; or that it expires within two weeks. Null if nothing is wrong, and for a disabled integration.',
  })
  problem!: string | null;
}
