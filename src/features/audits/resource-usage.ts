import { Field, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../../graphql/date-time.js';

@ObjectType({ simpleResolvers: true })
export class ResourceUsage {
  @Field(() => Int) operationCount!: number;
  @Field(() => Int) failureCount!: number;
  @Field(() => Int) passwordRetrievalCount!: number;
  @Field(() => Int) distinctUserCount!: number;
  @Field(() => DateTime, { nullable: true }) lastUsedAt!: string | null;
}
