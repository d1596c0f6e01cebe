import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../../graphql/context.js';
import { RowsBehind } from '../../graphql/limits/rows-behind.js';
import { Viewer } from '../users/viewer.js';
import { SeenRecords, seenRecords } from './seen-records.js';

/** Records that are charged for a count: the list has three. */
const COUNTED = 10;

@Resolver(() => Viewer)
export class SeenRecordsResolver {
  @RowsBehind(COUNTED)
  @FieldResolver(() => [SeenRecords], {
    description: 'How many records of each module the viewer sees, and why it may be fewer than there are.',
  })
  seen(@Root() { actor }: Viewer, @Ctx() context: Context): Promise<SeenRecords[]> {
    return seenRecords(context, actor);
  }
}
