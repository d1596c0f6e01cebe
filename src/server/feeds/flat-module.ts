import { Module } from '../../database/module.js';
import type { RowSelection } from '../../database/row-query.js';
import type { EntityClass } from '../../database/rows.js';
import { readAuditsAfter } from '../../features/audits/audit.feed.js';
import { Audit } from '../../features/audits/audit.js';
import { auditList } from '../../features/audits/audit.list.js';
import { ResourceDateField, ResourceOrderField } from '../../features/resources/resource.inputs.js';
import { resourceChanges, resourceList } from '../../features/resources/resource.list.js';
import { UserAccountDateField, UserAccountOrderField } from '../../features/users/user-account.inputs.js';
import { userAccountChanges, userAccountList } from '../../features/users/user-account.list.js';
import type { Context } from '../../graphql/context.js';
import type { FeedCursors, FeedPlace } from '../../graphql/pages/feed-cursor.js';
import { SortDirection } from '../../graphql/pages/filters.js';
import type { DateRange } from '../../graphql/pages/page-arguments.js';
import { type ChangeRow, type FeedPage, type FeedSource, readChanges } from '../../graphql/pages/read-change-feed.js';
import type { List } from '../../graphql/pages/read-connection.js';

/** A row of a feed; of audits, which are never deleted, it has its position alone. */
export type FeedRow = Pick<ChangeRow, 'feedPosition'> & Partial<ChangeRow>;

/** A module as the flat feeds read it: the rows that GraphQL reads, in the same ways. */
export interface FlatModule {
  /** As it stands in the path. */
  readonly name: string;
  readonly module: Module;
  readonly entity: EntityClass;
  /** The root field that reads the same rows. */
  readonly field: string;
  /** Whether its records change and are deleted. */
  readonly changes: boolean;
  /** The records of a range, in the order of the module's date. */
  list(context: Context, range: DateRange | null): List | Promise<List>;
  /** A page of the feed, with what is wanted of its rows. */
  readAfter<Row extends FeedRow>(
    context: Context,
    cursors: FeedCursors,
    place: FeedPlace,
    size: number,
    rowSelection: RowSelection,
  ): Promise<FeedPage<Row>>;
}

const direction = SortDirection.ASC;

function changing(
  name: string,
  field: string,
  source: FeedSource,
  list: (context: Context, range: DateRange | null) => List,
): FlatModule {
  const { module, entity } = source;
  return {
    name,
    module,
    entity,
    field,
    changes: true,
    list,
    readAfter: <Row extends FeedRow>(context: Context, ...page: PageAfter) =>
      readChanges<Row & ChangeRow>(context, source, ...page),
  };
}

type PageAfter = [cursors: FeedCursors, place: FeedPlace, size: number, rowSelection: RowSelection];

export const flatModules: readonly FlatModule[] = [
  changing('resources', 'resources', resourceChanges, (context, range) =>
    resourceList(context, range, ResourceDateField.MODIFIED_AT, null, {
      field: ResourceOrderField.MODIFIED_AT,
      direction,
    }),
  ),
  changing('user-accounts', 'userAccounts', userAccountChanges, (context, range) =>
    userAccountList(context, range, UserAccountDateField.MODIFIED_AT, null, {
      field: UserAccountOrderField.MODIFIED_AT,
      direction,
    }),
  ),
  {
    name: 'audits',
    module: Module.AUDITS,
    entity: Audit,
    field: 'audits',
    changes: false,
    list: (context, range) => auditList(context, range, null, { direction }),
    readAfter: readAuditsAfter,
  },
];
