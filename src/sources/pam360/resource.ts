import type {
  CustomFieldRecord,
  PrivilegedAccountRecord,
  ResourceRecord,
} from '../../features/resources/resource.record.js';
import { DateTimeError } from '../../lib/date-time.js';
import type { TimeZone } from '../../lib/time-zone.js';
import { parseAccountTime } from './account-time.js';
import { type ForeignRow, rowsOf, said, saidId } from './said.js';

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
    ...(listsAccounts(described) && { accounts: list }),
    customFields: rowsOf(described['CUSTOM FIELD']).flatMap(customFieldOf),
  };
  return { record, faults };
}

/** One that says how many accounts it has, and lists none, leaves them as they were. */
function listsAccounts(described: ForeignRow): boolean {
  const count = Number(said(described, 'NOOFACCOUNTS') ?? 0);
  return rowsOf(described['ACCOUNT LIST']).length > 0 || !(count > 0);
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
