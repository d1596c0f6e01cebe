import { Field, ObjectType } from 'type-graphql';
import { UserError } from '../../graphql/user-errors.js';
import { IngestToken } from './ingest-token.js';

@ObjectType({ simpleResolvers: true, description: 'token is given here and nowhere else. It is in effect at once.' })
export class GenerateIngestTokenPayload {
  @Field(() => String, { nullable: true }) token!: string | null;
  @Field(() => IngestToken, { nullable: true }) ingestToken!: IngestToken | null;
  @Field(() => [UserError]) userErrors!: UserError[];
}

@ObjectType({ simpleResolvers: true })
export class RevokeIngestTokenPayload {
  @Field(() => Boolean) revoked!: boolean;
  @Field(() => [UserError]) userErrors!: UserError[];
}
