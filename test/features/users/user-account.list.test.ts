import fc from 'fast-check';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { UserAccountStatus } from '../../../src/features/users/user-account.js';
import type { UserAccountRecord } from '../../../src/features/users/user-account.record.js';
import { anActor } from '../../helpers/gateway.js';
import { listLaws } from '../list-laws.js';
import type { ListSpec, Row } from '../list-spec.js';
import { orNull, text, time } from '../list-values.js';

const record = fc.record({
  sourceId: fc.uuid(),
  userName: fc.tuple(text, fc.uuid()).map(([name, id]) => `${name} ${id}`),
  fullName: text,
  email: orNull(text),
  status: fc.constantFrom(...Object.values(UserAccountStatus)),
  department: orNull(text),
  roles: fc.uniqueArray(text, { maxLength: 3 }),
  createdAt: time,
  modifiedAt: time,
  lastLoginAt: orNull(time),
});

const fields = 'id userName fullName email status department roles createdAt modifiedAt lastLoginAt';

const userAccounts: ListSpec = {
  root: 'userAccounts',
  type: 'UserAccount',
  fields,
  filters: {
    ids: 'id',
    userNames: 'userName',
    roles: 'roles',
    departments: 'department',
    statuses: 'status',
  },
  searched: ['userName', 'fullName', 'email'],
  dates: { CREATED_AT: 'createdAt', MODIFIED_AT: 'modifiedAt', LAST_LOGIN_AT: 'lastLoginAt' },
  orders: {
    USER_NAME: 'userName',
    CREATED_AT: 'createdAt',
    MODIFIED_AT: 'modifiedAt',
    LAST_LOGIN_AT: 'lastLoginAt',
  },
  hasFieldArguments: true,
  records: fc.array(record, { maxLength: 30, minLength: 6 }),
  async store(db, records) {
    await storeUserAccounts(db, 'test', records as UserAccountRecord[]);
  },
  async everyRow(gateway) {
    const query = `{ userAccountFeed { changes { node { ${fields} } } } }`;
    const answer = await gateway.read<{ userAccountFeed: { changes: { node: Row }[] } }>(anActor(), query);
    return answer.userAccountFeed.changes.map(({ node }) => node);
  },
};

listLaws(userAccounts);
