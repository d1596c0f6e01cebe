import sql, { type Sql } from 'sql-template-tag';
import { Module } from '../../database/module.js';
import { actorOf, type Context } from '../../graphql/context.js';
import { all, checkLists, contains, isOneOf, isWithin, parseIds, SortDirection } from '../../graphql/pages/filters.js';
import { checkRange, type DateRange } from '../../graphql/pages/page-arguments.js';
import type { FeedSource } from '../../graphql/pages/read-change-feed.js';
import type { List } from '../../graphql/pages/read-connection.js';
import {
  type UserAccountDateField,
  type UserAccountFilter,
  type UserAccountOrder,
  UserAccountOrderField,
} from './user-account.inputs.js';
import { UserAccount } from './user-account.js';
import { visibleUserAccounts } from './user-account.queries.js';

const orders = {
  USER_NAME: { property: 'userName', column: 'user_name' },
  CREATED_AT: { property: 'createdAt', column: 'created_at' },
  MODIFIED_AT: { property: 'modifiedAt', column: 'modified_at' },
  LAST_LOGIN_AT: { property: 'lastLoginAt', column: 'last_login_at' },
} as const;

export const userAccountChanges: FeedSource = {
  module: Module.USER_ACCOUNTS,
  entity: UserAccount,
  visibleTo: visibleUserAccounts,
};

/** The user accounts that an actor may see and a query asks for. */
export function userAccountList(
  context: Context,
  range: DateRange | null | undefined,
  dateField: UserAccountDateField,
  filter: UserAccountFilter | null | undefined,
  order: UserAccountOrder | null | undefined,
): List {
  checkRange(range);
  checkLists(filter);
  const { field, direction } = order ?? { field: UserAccountOrderField.USER_NAME, direction: SortDirection.ASC };
  const { property, column } = orders[field];
  const isRangedByOrder = orders[dateField].column === column;
  const ids = parseIds('filter.ids', filter?.ids);
  return {
    module: Module.USER_ACCOUNTS,
    entity: UserAccount,
    orderBy: property,
    direction,
    range: isRangedByOrder ? range : null,
    branches: [{ index: ids ? undefined : `user_accounts_${column}`, where: isOneOf('t.id', ids) }],
    where: all(
      visibleUserAccounts(actorOf(context)),
      isWithin(context.db, `t.${orders[dateField].column}`, isRangedByOrder ? null : range),
      isOneOf('t.user_name', filter?.userNames),
      isOneOf('t.department', filter?.departments),
      isOneOf('t.status', filter?.statuses),
      contains('t.search_text', filter?.search),
      hasRole(filter?.roles),
    ),
    isWhole: actorOf(context).scope === 'ALL' && !range && !filter,
    boundTo: { range, dateField, filter },
  };
}

function hasRole(roles: readonly string[] | null | undefined): Sql {
  if (!roles) return sql`1 = 1`;
  return sql`t.id IN (SELECT r.user_id FROM user_account_roles r WHERE ${isOneOf('r.role', roles)})`;
}
