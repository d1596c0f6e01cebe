import type { AuditRecord } from '../../features/audits/audit.record.js';
import { DateTimeError, wallClockMs } from '../../lib/date-time.js';
import { quote } from '../../lib/quote.js';
import { occurredAtError, parseSourceTime } from '../../lib/source-time.js';
import type { TimeZone } from '../../lib/time-zone.js';
import { fieldId, fieldText, type UpstreamRow } from './field-values.js';

/** What stands for nobody, or for nothing that has a name. */
const UNKNOWN = 'Unknown';

/** The id of no resource, account or user. */
const NONE = '0';

const EPOCH = /^\d{12,13}$/;
const STAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/;

/**
 * An audit as the REST API writes it, in our words, or why it cannot be one. It has no outcome there.
 *
 * It is known by its Audit ID together with its instant as it was written. The id is a number that counts up; whether each kind of
 * audits counts for itself is not documented, and a server that was set up anew counts from the beginning.
 */
export function auditOf(
  row: UpstreamRow,
  category: AuditRecord['category'],
  zone: TimeZone,
): AuditRecord | { readonly refused: string } {
  const id = fieldId(row, 'Audit ID');
  if (id === null) return { refused: 'Audit ID is missing' };
  const time = instantOf(row);
  if (time === null) return { refused: `audit ${id}: TIME and Time Stamp are missing` };
  try {
    const occurredAt = parseSourceTime(time, zone);
    if (occurredAt === null) return { refused: `audit ${id}: ${quote(time)} stands for no time` };
    const problem = occurredAtError(occurredAt);
    if (problem) return { refused: `audit ${id}: ${problem}` };
    return { ...fieldsOf(row), sourceId: `${id}@${time}`, occurredAt, category };
  } catch (error) {
    if (error instanceof DateTimeError) return { refused: `audit ${id}: ${error.message}` };
    throw error;
  }
}

/** Milliseconds since 1970 where the row has them; else the time that the server's clock showed, without a zone. */
function instantOf(row: UpstreamRow): string | null {
  const time = fieldId(row, 'TIME');
  return time !== null && EPOCH.test(time) ? time : fieldId(row, 'Time Stamp');
}

function fieldsOf(row: UpstreamRow) {
  const resourceName = fieldText(row, 'Resource Name');
  return {
    operation: fieldText(row, 'Operation Type') ?? UNKNOWN,
    outcome: 'UNKNOWN',
    operatedBy: fieldText(row, 'Operated by') ?? UNKNOWN,
    ipAddress: fieldText(row, 'IP Address'),
    clientType: fieldText(row, 'Client Type'),
    reason: fieldText(row, 'Reason'),
    ticketId: fieldId(row, 'Ticket ID'),
    // Where the id is 0 the name is that of another object, as in "Weekly (Custom Report)". The id is kept, which no
    // resource has, so that no resource is looked up by that name.
    resourceSourceId: resourceName === null ? idOf(row, 'Resource ID') : fieldId(row, 'Resource ID'),
    resourceName,
    accountSourceId: idOf(row, 'User Account ID'),
    accountName: fieldText(row, 'User Account'),
    userName: fieldText(row, 'User Name'),
    userFullName: fieldText(row, "User's Full Name"),
  } as const;
}

function idOf(row: UpstreamRow, key: string): string | null {
  const id = fieldId(row, key);
  return id === NONE ? null : id;
}

/**
 * How many minutes a server's clock is ahead of one in `zone`, as TIME and the zone-less stamp of a row show together; null
 * where they do not.
 */
export function minutesAhead(row: UpstreamRow, zone: TimeZone): number | null {
  const time = fieldId(row, 'TIME');
  const stamp = fieldId(row, 'Time Stamp');
  if (time === null || stamp === null || !EPOCH.test(time) || !STAMP.test(stamp)) return null;
  try {
    return Math.round((wallClockMs(stamp) - Number(time)) / 60_000 - zone.offsetAt(Number(time)));
  } catch (error) {
    if (error instanceof DateTimeError) return null;
    throw error;
  }
}
