import type { LocalClock } from '../../../lib/source-time.js';
import type { ResourceRecord } from '../../resources/resource.record.js';
import { list } from './list-field.js';
import { objectOf, type RowSchema, rowSchema } from './row-schema.js';
import { id, LONG_TEXT_LENGTH, optionalId, optionalText, text } from './text-field.js';
import { optionalTime } from './time-field.js';
import { compliance } from './word-field.js';

/** A row of resources, with its privileged accounts and custom fields. */
export function resourceSchema(zone: LocalClock | null): RowSchema<ResourceRecord> {
  return rowSchema(
    {
      sourceId: id(),
      name: text(),
      type: text(),
      description: optionalText(LONG_TEXT_LENGTH),
      dnsName: optionalText(),
      domainName: optionalText(),
      url: optionalText(2000),
      department: optionalText(),
      location: optionalText(),
      ownerName: optionalText(),
      passwordPolicy: optionalText(),
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
    description: optionalText(LONG_TEXT_LENGTH),
    passwordStatus: optionalText(),
    passwordPolicy: optionalText(),
    expiryStatus: optionalText(),
    compliant: compliance(),
    complianceReason: optionalText(LONG_TEXT_LENGTH),
    lastAccessedAt: optionalTime(zone),
    lastModifiedAt: optionalTime(zone),
  };
  return objectOf(shape, ['id']);
}

function customFieldSchema() {
  return objectOf({ label: text(), value: optionalText(LONG_TEXT_LENGTH) }, ['id', 'type', 'columnName']);
}

/** PAM360 keeps secret custom fields in columns of these names. Their values go no further than here. */
const SECRET_COLUMN = /^COLUMN_SCHAR/i;

function isPublic(item: unknown): boolean {
  const { type, columnName } = (item ?? {}) as { type?: unknown; columnName?: unknown };
  return !(String(type).trim().toLowerCase() === 'password' || SECRET_COLUMN.test(String(columnName).trim()));
}
