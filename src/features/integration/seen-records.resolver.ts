import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context.js';
import { RowCost } from '../../graphql/limits/row-cost.js';
import { Viewer } from '../users/viewer.js';
import { SeenRecords, seenRecords } from './seen-records.js';

/** Records that are charged for a count: the list has three. */
const COUNTED = 10;

@Resolver(() => Viewer)
export class SeenRecordsResolver {
  @RowCost(COUNTED)
  @FieldResolver(() => [SeenRecords], {
    description: 'How many records of each module the viewer sees, and why it may be fewer than there are.',
  })
  seen(@Root() { actor }: Viewer, @Ctx() context: Context): Promise<SeenRecords[]> {
    return seenRecords(context, actor);
  }
}
