import type { LocalClock } from '../../../lib/source-time.js';
import type { ResourceRecord } from '../../resources/resource.record.js';
import { list } from './list-field.js';
import { objectOf, type RowSchema, rowSchema } from './row-schema.js';
import { CUT_IF_TOO_LONG, id, optionalId, optionalText, text } from './text-field.js';
import { optionalTime } from './time-field.js';
import { compliance } from './word-field.js';

/**
 * A row of resources, with its privileged accounts and custom fields. A text that is too long is cut when the resource is stored;
 * an id or name that is too long is refused.
 */
export function resourceSchema(zone: LocalClock | null): RowSchema<ResourceRecord> {
  return rowSchema(
    {
      sourceId: id(),
      name: text(),
      type: text(CUT_IF_TOO_LONG),
      description: optionalText(CUT_IF_TOO_LONG),
      dnsName: optionalText(CUT_IF_TOO_LONG),
      domainName: optionalText(CUT_IF_TOO_LONG),
      url: optionalText(CUT_IF_TOO_LONG),
      department: optionalText(CUT_IF_TOO_LONG),
      location: optionalText(CUT_IF_TOO_LONG),
      ownerName: optionalText(),
      passwordPolicy: optionalText(CUT_IF_TOO_LONG),
      createdAt: optionalTime(zone),
      modifiedAt: optionalTime(zone),
      lastAccessedAt: optionalTime(zone),
      accounts: list(accountSchema(zone)),
      customFields: list(customFieldSchema(), isPublic),
    },
    true,
  );
}

function accountSchema(zone: LocalClock | null) {
  const shape = {
    sourceId: optionalId(),
    name: text(),
    description: optionalText(CUT_IF_TOO_LONG),
    passwordStatus: optionalText(CUT_IF_TOO_LONG),
    passwordPolicy: optionalText(CUT_IF_TOO_LONG),
    expiryStatus: optionalText(CUT_IF_TOO_LONG),
    compliant: compliance(),
    complianceReason: optionalText(CUT_IF_TOO_LONG),
    lastAccessedAt: optionalTime(zone),
    lastModifiedAt: optionalTime(zone),
  };
  return objectOf(shape, ['id']);
}

function customFieldSchema() {
  return objectOf({ label: text(CUT_IF_TOO_LONG), value: optionalText(CUT_IF_TOO_LONG) }, ['id', 'type', 'columnName']);
}

/** PAM360 keeps secret custom fields in columns of these names. Their values go no further than here. */
const SECRET_COLUMN = /^COLUMN_SCHAR/i;

function isPublic(item: unknown): boolean {
  const { type, columnName } = (item ?? {}) as { type?: unknown; columnName?: unknown };
  return !(String(type).trim().toLowerCase() === 'password' || SECRET_COLUMN.test(String(columnName).trim()));
}
