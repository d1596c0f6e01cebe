import type {
  CustomFieldRecord,
  PrivilegedAccountRecord,
  ResourceRecord,
} from '../../features/resources/resource.record.js';
import { DateTimeError } from '../../lib/date-time.js';
import type { TimeZone } from '../../lib/time-zone.js';
import { parseAccountTime } from './account-time.js';
import { type ForeignRow, isNothing, rowsOf, said, saidId } from './said.js';

/** A resource as the REST API tells it, call by call. */
export interface ForeignResource {
  /** Of the list of resources. */
  readonly listed: ForeignRow;
  /** Of /resources/<id>/accounts. */
  readonly described: ForeignRow;
  /** Of /resources/<id>/accounts/<id>, by the account's id; what is missing was refused. */
  readonly accounts: ReadonlyMap<string, ForeignRow>;
}

export interface ReadResource {
  readonly record: ResourceRecord;
  /** Whether it may have more accounts than the record lists. */
  readonly isPartial: boolean;
  /** What of it could not be read. */
  readonly faults: readonly string[];
}

/** The ids of the accounts of a resource. */
export function accountIdsOf(described: ForeignRow): string[] {
  return rowsOf(described['ACCOUNT LIST']).flatMap((row) => saidId(row, 'ACCOUNT ID') ?? []);
}

/**
 * A resource in our words, or why it cannot be one. Only what is named here is taken: no password has a name here. It was
 * last accessed when the last of its accounts was.
 */
export function resourceOf(foreign: ForeignResource, zone: TimeZone): ReadResource | { readonly refused: string } {
  const { listed, described, accounts } = foreign;
  const of = (...keys: string[]) => said(described, ...keys) ?? said(listed, ...keys);
  const sourceId = saidId(listed, 'RESOURCE ID');
  const name = of('RESOURCE NAME');
  if (sourceId === null) return { refused: 'RESOURCE ID is missing' };
  if (name === null) return { refused: `resource ${sourceId}: RESOURCE NAME is missing` };
  const faults: string[] = [];
  const list = rowsOf(described['ACCOUNT LIST']).flatMap((row) => {
    const id = saidId(row, 'ACCOUNT ID');
    const account = accountOf({ ...row, ...without(accounts.get(id ?? '')) }, id, readTime);
    if (account) return [account];
    faults.push(`resource ${sourceId}: an account has no name`);
    return [];
  });
  function readTime(text: string | null, what: string): string | null {
    try {
      return text === null ? null : parseAccountTime(text, zone);
    } catch (error) {
      if (!(error instanceof DateTimeError)) throw error;
      faults.push(`resource ${sourceId}: ${what}: ${error.message}`);
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
    ...(list.length > 0 || isCountedEmpty(foreign) ? { accounts: list } : {}),
    // A list that is missing says nothing of the fields that are stored.
    ...(!isNothing(described['CUSTOM FIELD']) && {
      customFields: rowsOf(described['CUSTOM FIELD']).flatMap(customFieldOf),
    }),
  };
  return { record, isPartial: list.length < countOf(foreign) || (list.length === 0 && !record.accounts), faults };
}

/** How many accounts the two answers say that the resource has, or list: the greatest of the numbers. */
function countOf({ listed, described }: ForeignResource): number {
  const counts = [listed, described].map((row) => Number(said(row, 'NOOFACCOUNTS') ?? 0) || 0);
  return Math.max(...counts, rowsOf(described['ACCOUNT LIST']).length);
}

/** Whether the resource has no accounts for certain: an empty list alone may be a fault of the server. */
function isCountedEmpty(foreign: ForeignResource): boolean {
  const { listed, described } = foreign;
  return countOf(foreign) === 0 && [listed, described].some((row) => said(row, 'NOOFACCOUNTS') !== null);
}

function accountOf(
  row: ForeignRow,
  sourceId: string | null,
  readTime: (text: string | null, what: string) => string | null,
): PrivilegedAccountRecord | null {
  const name = said(row, 'ACCOUNT NAME');
  if (name === null) return null;
  const compliance = said(row, 'COMPLIANT STATUS')?.trim().toLowerCase();
  return {
    sourceId,
    name,
    description: said(row, 'DESCRIPTION', 'ACCOUNT_DESCRIPTION', 'ACCOUNT DESCRIPTION'),
    passwordStatus: said(row, 'PASSWORD STATUS'),
    passwordPolicy: said(row, 'ACCOUNT PASSWORD POLICY', 'PASSWORD POLICY'),
    expiryStatus: said(row, 'EXPIRY STATUS'),
    compliant: compliance === 'compliant' ? true : compliance === 'non-compliant' ? false : null,
    complianceReason: said(row, 'COMPLIANT REASON'),
    lastAccessedAt: readTime(said(row, 'LAST ACCESSED TIME'), 'LAST ACCESSED TIME'),
    lastModifiedAt: readTime(said(row, 'LAST MODIFIED TIME'), 'LAST MODIFIED TIME'),
  };
}

/** What the details of an account leave open the list may say. */
function without(details: ForeignRow = {}): ForeignRow {
  return Object.fromEntries(
    Object.keys(details).flatMap((key) => (said(details, key) === null ? [] : [[key, details[key]]])),
  );
}

/**
 * A custom field that is no secret. Secrets are of the type Password and stand in columns named COLUMN_SCHAR and a
 * number; a field that says neither its type nor its column may be one.
 */
function customFieldOf(row: ForeignRow): CustomFieldRecord[] {
  const type = said(row, 'CUSTOMFIELDTYPE');
  const column = said(row, 'CUSTOMFIELDCOLUMNNAME');
  const label = said(row, 'CUSTOMFIELDLABEL') ?? column;
  if (label === null || (type === null && column === null)) return [];
  if (/password/i.test(type ?? '') || /COLUMN_SCHAR/i.test(column ?? '')) return [];
  return [{ label, value: said(row, 'CUSTOMFIELDVALUE') }];
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
