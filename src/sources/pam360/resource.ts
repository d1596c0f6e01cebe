import type {
  CustomFieldRecord,
  PrivilegedAccountRecord,
  ResourceRecord,
} from '../../features/resources/resource.record.js';
import { DateTimeError } from '../../lib/date-time.js';
import type { TimeZone } from '../../lib/time-zone.js';
import { parseAccountTime } from './account-time.js';
import { fieldId, fieldText, isNothing, rowsOf, type UpstreamRow } from './field-values.js';

/** A resource as the REST API tells it, call by call. */
export interface UpstreamResource {
  /** Of the list of resources. */
  readonly listed: UpstreamRow;
  /** Of /resources/<id>/accounts. */
  readonly described: UpstreamRow;
  /** Of /resources/<id>/accounts/<id>, by the account's id; what is missing was refused. */
  readonly accounts: ReadonlyMap<string, UpstreamRow>;
}

export interface ReadResource {
  readonly record: ResourceRecord;
  /** Whether it may have more accounts than the record lists. */
  readonly isPartial: boolean;
  /** What of it could not be read. */
  readonly errors: readonly string[];
}

/** The ids of the accounts of a resource. */
export function accountIdsOf(described: UpstreamRow): string[] {
  return rowsOf(described['ACCOUNT LIST']).flatMap((row) => fieldId(row, 'ACCOUNT ID') ?? []);
}

/**
 * A resource in our words, or why it cannot be one. Only what is named here is taken: no password has a name here. It was
 * last accessed when the last of its accounts was.
 */
export function resourceOf(upstream: UpstreamResource, zone: TimeZone): ReadResource | { readonly refused: string } {
  const { listed, described, accounts } = upstream;
  const of = (...keys: string[]) => fieldText(described, ...keys) ?? fieldText(listed, ...keys);
  const sourceId = fieldId(listed, 'RESOURCE ID');
  const name = of('RESOURCE NAME');
  if (sourceId === null) return { refused: 'RESOURCE ID is missing' };
  if (name === null) return { refused: `resource ${sourceId}: RESOURCE NAME is missing` };
  const errors: string[] = [];
  const list = rowsOf(described['ACCOUNT LIST']).flatMap((row) => {
    const id = fieldId(row, 'ACCOUNT ID');
    const account = accountOf({ ...row, ...without(accounts.get(id ?? '')) }, id, readTime);
    if (account) return [account];
    errors.push(`resource ${sourceId}: an account has no name`);
    return [];
  });
  function readTime(text: string | null, what: string): string | null {
    try {
      return text === null ? null : parseAccountTime(text, zone);
    } catch (error) {
      if (!(error instanceof DateTimeError)) throw error;
      errors.push(`resource ${sourceId}: ${what}: ${error.message}`);
      return null;
    }
  }
  const record: ResourceRecord = {
    sourceId,
    name,
    type: of('RESOURCE TYPE') ?? 'Unknown',
    description: of('RESOURCE DESCRIPTION'),
    dnsName: of('DNS NAME'),
    domainName: of('DOMAIN NAME'),
    url: withoutSignIn(of('RESOURCE URL')),
    department: of('DEPARTMENT'),
    location: of('LOCATION'),
    ownerName: of('RESOURCE OWNER'),
    passwordPolicy: of('RESOURCE PASSWORD POLICY', 'PASSWORD POLICY'),
    lastAccessedAt: latestOf(list),
    ...(list.length > 0 || isCountedEmpty(upstream) ? { accounts: list } : {}),
    // A list that is missing says nothing of the fields that are stored.
    ...(!isNothing(described['CUSTOM FIELD']) && {
      customFields: rowsOf(described['CUSTOM FIELD']).flatMap(customFieldOf),
    }),
  };
  return { record, isPartial: list.length < countOf(upstream) || (list.length === 0 && !record.accounts), errors };
}

/** How many accounts the two answers say that the resource has, or list: the greatest of the numbers. */
function countOf({ listed, described }: UpstreamResource): number {
  const counts = [listed, described].map((row) => Number(fieldText(row, 'NOOFACCOUNTS') ?? 0) || 0);
  return Math.max(...counts, rowsOf(described['ACCOUNT LIST']).length);
}

/** Whether the resource has no accounts for certain: an empty list alone may be a fault of the server. */
function isCountedEmpty(upstream: UpstreamResource): boolean {
  const { listed, described } = upstream;
  return countOf(upstream) === 0 && [listed, described].some((row) => fieldText(row, 'NOOFACCOUNTS') !== null);
}

function accountOf(
  row: UpstreamRow,
  sourceId: string | null,
  readTime: (text: string | null, what: string) => string | null,
): PrivilegedAccountRecord | null {
  const name = fieldText(row, 'ACCOUNT NAME');
  if (name === null) return null;
  const compliance = fieldText(row, 'COMPLIANT STATUS')?.trim().toLowerCase();
  return {
    sourceId,
    name,
    description: fieldText(row, 'DESCRIPTION', 'ACCOUNT_DESCRIPTION', 'ACCOUNT DESCRIPTION'),
    passwordStatus: fieldText(row, 'PASSWORD STATUS'),
    passwordPolicy: fieldText(row, 'ACCOUNT PASSWORD POLICY', 'PASSWORD POLICY'),
    expiryStatus: fieldText(row, 'EXPIRY STATUS'),
    compliant: compliance === 'compliant' ? true : compliance === 'non-compliant' ? false : null,
    complianceReason: fieldText(row, 'COMPLIANT REASON'),
    lastAccessedAt: readTime(fieldText(row, 'LAST ACCESSED TIME'), 'LAST ACCESSED TIME'),
    lastModifiedAt: readTime(fieldText(row, 'LAST MODIFIED TIME'), 'LAST MODIFIED TIME'),
  };
}

/** What the details of an account leave open the list may say. */
function without(details: UpstreamRow = {}): UpstreamRow {
  return Object.fromEntries(
    Object.keys(details).flatMap((key) => (fieldText(details, key) === null ? [] : [[key, details[key]]])),
  );
}

/**
 * A custom field that is no secret. Secrets are of the type Password and stand in columns named COLUMN_SCHAR and a
 * number; a field that says neither its type nor its column may be one.
 */
function customFieldOf(row: UpstreamRow): CustomFieldRecord[] {
  const type = fieldText(row, 'CUSTOMFIELDTYPE');
  const column = fieldText(row, 'CUSTOMFIELDCOLUMNNAME');
  const label = fieldText(row, 'CUSTOMFIELDLABEL') ?? column;
  if (label === null || (type === null && column === null)) return [];
  if (/password/i.test(type ?? '') || /COLUMN_SCHAR/i.test(column ?? '')) return [];
  return [{ label, value: fieldText(row, 'CUSTOMFIELDVALUE') }];
}

/** A URL may carry a user and a password before its host. */
function withoutSignIn(url: string | null): string | null {
  return url?.replace(/\/\/[^/?#]*@/, '//') ?? null;
}

function latestOf(accounts: readonly PrivilegedAccountRecord[]): string | null {
  return (
    accounts
      .flatMap(({ lastAccessedAt }) => lastAccessedAt ?? [])
      .sort()
      .at(-1) ?? null
  );
}
