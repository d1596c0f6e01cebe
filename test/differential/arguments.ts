import { AuditCategory, AuditOutcome } from '../../src/features/audits/audit.js';
import { UserAccountStatus } from '../../src/features/users/user-account.js';
import { hostileTexts } from './hostile-texts.js';
import { times, users } from './records.js';
import type { Tape } from './tape.js';

/** The arguments of a field by their names, as JSON. A cursor that is not read yet is a `CursorOf`. */
export type Arguments = Record<string, unknown>;

/** The cursor of a row of the list with these arguments, or of a place in the feed. */
export class CursorOf {
  constructor(
    readonly root: string,
    readonly list: Arguments,
    /** Which row of the list it is; of a feed, behind how many rows. */
    readonly row: number,
  ) {}
}

const ids = ['1', '2', '4', '21', '29', '10001', '10023', '20000', '2147483647', '9007199254740991'];
const badIds = ['', '0', '-1', 'x', '1.5', '9007199254740993', '"', '__proto__'];
const badCursors = ['', 'x', '\u0000"\\', 'MTIz', 'eyJub3QiOiJvdXJzIn0'];
const inputTimes = [...times, '2026-03-29T03:30:00.0101+02:00', '0001-01-01T00:00:00Z'];
const badTimes = ['2026-03-29', '2026-03-29T01:30:00', '2026-02-30T00:00:00Z', 7];

const lists: Record<string, { filter: Record<string, readonly string[]>; fields: string[]; dates: string[] }> = {
  audits: {
    filter: {
      categories: Object.values(AuditCategory),
      operations: hostileTexts,
      outcomes: Object.values(AuditOutcome),
      operatedBy: [...users, ...hostileTexts],
      resourceIds: ids,
      resourceNames: hostileTexts,
      accountNames: hostileTexts,
      userNames: hostileTexts,
      ipAddresses: hostileTexts,
    },
    fields: [],
    dates: [],
  },
  resources: {
    filter: {
      ids,
      names: hostileTexts,
      types: hostileTexts,
      departments: hostileTexts,
      locations: ['moved', ...hostileTexts],
      ownerNames: [...users, ...hostileTexts],
    },
    fields: ['NAME', 'CREATED_AT', 'MODIFIED_AT', 'LAST_ACCESSED_AT'],
    dates: ['MODIFIED_AT', 'CREATED_AT', 'LAST_ACCESSED_AT'],
  },
  userAccounts: {
    filter: {
      ids,
      userNames: [...users, ...hostileTexts],
      roles: hostileTexts,
      departments: hostileTexts,
      statuses: Object.values(UserAccountStatus),
    },
    fields: ['USER_NAME', 'CREATED_AT', 'MODIFIED_AT', 'LAST_LOGIN_AT'],
    dates: ['MODIFIED_AT', 'CREATED_AT', 'LAST_LOGIN_AT'],
  },
};

/** Arguments of a field; such as are refused while the operation runs only where `mayFail`. */
export function argumentsOf(field: string, tape: Tape, mayFail: boolean): Arguments {
  if (field in lists) return listArguments(field, tape, mayFail);
  if (field.endsWith('Feed')) return feedArguments(field, tape, mayFail);
  if (field === 'usage') return { dateRange: dateRange(tape, mayFail) };
  // Wherever these stand, the answer of a bad one is null.
  if (['audit', 'resource', 'userAccount'].includes(field)) return { id: tape.one(tape.once(8) ? badIds : ids) };
  return {};
}

function listArguments(root: string, tape: Tape, mayFail: boolean): Arguments {
  const { fields, dates } = lists[root]!;
  const list: Arguments = {
    filter: filter(root, tape, mayFail),
    dateRange: tape.once(4) ? dateRange(tape, mayFail) : undefined,
    ...(dates.length > 0 && { dateField: tape.once(3) ? tape.one(dates) : undefined }),
    orderBy: tape.once(3)
      ? {
          direction: tape.one([undefined, 'DESC', 'ASC']),
          ...(fields.length > 0 && { field: tape.one([undefined, ...fields]) }),
        }
      : undefined,
  };
  const size = tape.one([undefined, 100, 1, 2, 5, 0, 7, 12]);
  const place = () => (tape.once(3) ? cursor(root, list, tape, mayFail) : undefined);
  return {
    ...list,
    [tape.one(['first', 'last'])]: mayFail && tape.once(4) ? tape.one([-1, 10_001, 2_147_483_647]) : size,
    ...(mayFail && tape.once(6) && { first: 1, last: 1 }),
    after: place(),
    before: place(),
  };
}

function feedArguments(root: string, tape: Tape, mayFail: boolean): Arguments {
  const list: Arguments =
    root === 'auditFeed'
      ? { filter: filter('audits', tape, mayFail), since: tape.once(4) ? time(tape, mayFail) : undefined }
      : {};
  return {
    ...list,
    first: mayFail && tape.once(4) ? tape.one([0, -1, 10_001]) : tape.one([undefined, 100, 1, 3, 12]),
    after: tape.once(2) ? tape.one([cursor(root, list, tape, mayFail), null, '']) : undefined,
  };
}

function cursor(root: string, list: Arguments, tape: Tape, mayFail: boolean): unknown {
  if (mayFail && tape.once(3)) return tape.one(badCursors);
  const foreign = mayFail && tape.once(3) ? { ...list, filter: undefined } : list;
  return new CursorOf(root, foreign, 1 + tape.next(15));
}

function filter(root: string, tape: Tape, mayFail: boolean): Arguments | null | undefined {
  if (!tape.once(3)) return tape.one([undefined, undefined, undefined, null]);
  const given: Arguments = {};
  for (const [name, values] of tape.some(Object.entries(lists[root]!.filter), 2)) {
    given[name] = tape.one([tape.some(values, 8), tape.some(values, 8), null]);
    if (mayFail && values === ids && tape.once(2)) given[name] = [tape.one(badIds)];
  }
  if (root !== 'audits' && tape.once(4)) given.search = tape.one([...hostileTexts, 'A', '%', '_']);
  return given;
}

function dateRange(tape: Tape, mayFail: boolean): Arguments | null {
  if (tape.once(8)) return null;
  const ends = [time(tape, mayFail), time(tape, mayFail)];
  // In their text's order, which is not theirs where one has an offset: such a pair may fail.
  const [from, to] = mayFail ? ends : ends.map((end) => (end === inputTimes.at(-2) ? times[3] : end)).sort();
  return tape.one([{ from, to }, { from }, { to }, {}]);
}

function time(tape: Tape, mayFail: boolean): unknown {
  return tape.one(mayFail && tape.once(4) ? badTimes : inputTimes);
}
