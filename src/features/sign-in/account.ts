import { Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../graphql/date-time.js';
import { UserError } from '../../graphql/user-errors.js';

@ObjectType('Session', { simpleResolvers: true, description: 'A sign-in of the user who asks.' })
export class OwnSession {
  @Field(() => ID, { description: 'What `endSession` takes. It is not the secret of the session.' }) id!: string;
  @Field(() => DateTime, { description: 'When the user signed in.' }) createdAt!: string;
  @Field(() => DateTime, { description: 'When the session was last used, to the minute.' }) lastSeenAt!: string;
  @Field(() => String, { nullable: true, description: 'The address that it was last used from.' })
  lastSeenFrom!: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'How the browser named itself when the user signed in: its User-Agent header, cut to 255 characters.',
  })
  clientName!: string | null;
  @Field(() => Boolean, { description: 'Whether it is the session of this request.' }) current!: boolean;
}

@ObjectType({ simpleResolvers: true })
export class ChangePasswordPayload {
  @Field(() => Boolean) changed!: boolean;
  @Field(() => Int, { description: 'How many other sessions of the user were ended.' }) endedSessions!: number;
  @Field(() => [UserError], {
    description:
      'INVALID_CREDENTIALS if the current password is wrong, TOO_MANY_ATTEMPTS if too many were, BAD_USER_INPUT if the new one is refused.',
  })
  userErrors!: readonly UserError[];
}

@ObjectType({ simpleResolvers: true })
export class EndSessionPayload {
  @Field(() => Boolean, { description: 'Whether a session was ended.' }) ended!: boolean;
  @Field(() => [UserError], { description: 'NOT_FOUND if the user has no session of that id.' })
  userErrors!: readonly UserError[];
}

@ObjectType({ simpleResolvers: true })
export class EndOtherSessionsPayload {
  @Field(() => Int, { description: 'How many sessions were ended.' }) endedSessions!: number;
}
