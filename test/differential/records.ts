import sql from 'sql-template-tag';
import type { Database } from '../../src/database/db.js';
import { AuditCategory, AuditOutcome } from '../../src/features/audits/audit.js';
import { recordAudits } from '../../src/features/audits/audit.service.js';
import { ShareLevel } from '../../src/features/resources/access-grant.js';
import { dropUserAccounts, storeUserAccounts } from '../../src/features/resources/access-grant.service.js';
import type { ResourceRecord } from '../../src/features/resources/resource.record.js';
import { deleteResources, recordResources } from '../../src/features/resources/resource.service.js';
import { UserAccountStatus } from '../../src/features/users/user-account.js';
import type { GrantRecord, UserAccountRecord } from '../../src/features/users/user-account.record.js';
import { userNameError } from '../../src/features/users/user-name.js';
import { anAudit, aResource, aUser, SOURCE } from '../features/writing/records.js';
import { hostileTexts, LONG } from './hostile-texts.js';

/** The users that ask, as themselves. */
export const users = ['ann', 'bob'];

export const times: readonly string[] = [
  '1000-01-01T00:00:00.000Z',
  '1969-12-31T23:59:59.999Z',
  '2000-02-29T12:00:00.100Z',
  '2026-03-29T01:30:00.010Z',
  '2026-03-29T01:30:00.011Z',
  '9999-12-31T23:59:59.999Z',
];

const ROWS = 30;
const MAX_ID = 2_147_483_647;

/** Every text stands in every column of texts once, beside other ones; every column that takes null has some. */
function text(row: number, column: number): string {
  return hostileTexts[(row + column * 5) % hostileTexts.length]!;
}

function orNull<T>(row: number, column: number, value: T): T | null {
  return (row + column) % 9 === 0 ? null : value;
}

function nullableText(row: number, column: number): string | null {
  return orNull(row, column, text(row, column));
}

function time(row: number, column: number): string {
  return times[(row + column) % times.length]!;
}

/** Fills an empty database with records of all modules, of which some were changed and some deleted. */
export async function storeRecords(db: Database): Promise<void> {
  const rows = Array.from({ length: ROWS }, (_, row) => row);
  await accepted(recordResources(db, SOURCE, rows.map(resource)));
  await accepted(storeUserAccounts(db, SOURCE, rows.map(user)).then(({ outcomes }) => outcomes));
  await accepted(recordAudits(db, SOURCE, [...rows, ...rows.map((row) => row + ROWS)].map(audit)));
  await accepted(
    recordResources(
      db,
      SOURCE,
      [3, 5, 8].map((row) => ({ ...resource(row), location: 'moved' })),
    ),
  );
  await deleteResources(db, SOURCE, ['1', '6', '12']);
  await dropUserAccounts(db, SOURCE, ['4', '9']);
  await db.execute(sql`UPDATE resources SET id = ${MAX_ID}, account_count = ${MAX_ID} WHERE source_id = '20'`);
  await db.execute(sql`UPDATE resources SET account_count = ${-MAX_ID} WHERE source_id = '21'`);
  const { MAX_SAFE_INTEGER } = Number;
  await db.execute(sql`UPDATE audits SET resource_id = ${MAX_ID} WHERE source_id IN ('20', '22')`);
  await db.execute(
    sql`UPDATE audits SET resource_id = ${MAX_SAFE_INTEGER}, account_id = ${MAX_SAFE_INTEGER} WHERE source_id = '23'`,
  );
}

async function accepted(outcomes: Promise<readonly unknown[]>): Promise<void> {
  const refused = (await outcomes).filter((outcome) => typeof outcome === 'object');
  if (refused.length > 0) throw new Error(`a record was refused: ${JSON.stringify(refused)}`);
}

function resource(row: number): ResourceRecord {
  return aResource(String(row), {
    name: text(row, 0),
    type: text(row, 1),
    description: row === 2 ? LONG : nullableText(row, 2),
    dnsName: nullableText(row, 3),
    domainName: nullableText(row, 4),
    url: nullableText(row, 5),
    department: nullableText(row, 6),
    location: nullableText(row, 7),
    ownerName: row % 3 === 0 ? users[row % 2]! : nullableText(row, 8),
    passwordPolicy: nullableText(row, 9),
    createdAt: time(row, 0),
    modifiedAt: time(row, 1),
    lastAccessedAt: orNull(row, 2, time(row, 2)),
    accounts: [0, 1].slice(row % 3).map((n) => ({
      name: `${n}${text(row, 10)}`,
      description: row === 3 ? LONG : nullableText(row, 11 + n),
      passwordStatus: nullableText(row, 13),
      compliant: orNull(row, 14, row % 2 === 0),
      complianceReason: nullableText(row, 15 + n),
      lastAccessedAt: orNull(row, 17, time(row, 3)),
    })),
    customFields: [{ label: text(row, 16), value: nullableText(row, 17) }].slice(row % 2),
  });
}

function user(row: number): UserAccountRecord {
  const shared = [row, (row * 7) % ROWS].map((resource) => ({
    level: Object.values(ShareLevel)[row % 4]!,
    resourceSourceId: String(resource),
    accountSourceId: resource % 3 === 0 && resource % 2 === 0 ? `0${text(resource, 10)}` : null,
    grantedAt: time(row, 4),
  }));
  return aUser(String(row), {
    userName: users[row] ?? (userNameError(text(row, 8)) ? `user ${row}` : text(row, 8)),
    fullName: nullableText(row, 0),
    firstName: nullableText(row, 1),
    lastName: nullableText(row, 2),
    email: nullableText(row, 3),
    status: Object.values(UserAccountStatus)[row % 3]!,
    accessScope: row % 5 === 4 ? 'ALL' : 'OWNED_AND_SHARED',
    department: nullableText(row, 4),
    location: nullableText(row, 5),
    roles: [text(row, 6), text(row, 7)].slice(row % 3),
    grants: [...shared.slice(row % 3 === 2 ? 1 : 0), ...accountsOfOthers(row)],
    createdAt: time(row, 5),
    modifiedAt: time(row, 6),
    lastLoginAt: orNull(row, 3, time(row, 7)),
    expiresAt: orNull(row, 4, time(row, 8)),
  });
}

/** Single accounts, for the users that ask, of resources that they neither own nor were given as a whole. */
function accountsOfOthers(row: number): GrantRecord[] {
  const level = ShareLevel.VIEW;
  return (
    [
      ['15', '27'],
      ['18', '24'],
    ][row] ?? []
  ).map((resourceSourceId) => ({
    level,
    resourceSourceId,
    accountSourceId: `0${text(Number(resourceSourceId), 10)}`,
  }));
}

function audit(row: number) {
  return anAudit(String(row), {
    occurredAt: time(row, 0),
    category: Object.values(AuditCategory)[row % 8]!,
    operation: text(row, 0),
    outcome: Object.values(AuditOutcome)[row % 3]!,
    operatedBy: row % 4 === 0 ? users[row % 8 === 0 ? 0 : 1]! : text(row, 8),
    ipAddress: nullableText(row, 2)?.slice(0, 60) ?? null,
    clientType: nullableText(row, 3),
    reason: row === 4 ? LONG : nullableText(row, 4),
    ticketId: nullableText(row, 5),
    resourceSourceId: orNull(row, 6, String(row % ROWS)),
    resourceName: nullableText(row, 0),
    accountName: orNull(row, 7, `0${text(row % ROWS, 10)}`),
    userName: nullableText(row, 8),
    userFullName: nullableText(row, 9),
  });
}
