import { Field, ObjectType } from 'type-graphql';
import { UserError } from '../../graphql/user-errors.js';
import { Viewer } from '../users/viewer.js';

@ObjectType({ simpleResolvers: true })
export class SignInPayload {
  @Field(() => Viewer, { nullable: true }) viewer!: Viewer | null;
  @Field(() => [UserError]) userErrors!: readonly UserError[];
}

@ObjectType({ simpleResolvers: true })
export class SignOutPayload {
  @Field(() => Boolean, { description: 'False where nobody was signed in.' }) signedOut!: boolean;
}
