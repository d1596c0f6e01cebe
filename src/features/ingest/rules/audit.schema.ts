import type { TimeZone } from '../../../lib/time-zone.js';
import { AuditOutcome } from '../../audits/audit.js';
import type { AuditRecord } from '../../audits/audit.record.js';
import { categories, outcomes } from './product-words.js';
import { type RowSchema, rowSchema } from './row-schema.js';
import { id, LONG_TEXT_LENGTH, optionalId, optionalText, text } from './text-field.js';
import { time } from './time-field.js';
import { optionalWord, word } from './word-field.js';

/** A row of audits. Audits are never deleted. */
export function auditSchema(zone: TimeZone | null): RowSchema<AuditRecord> {
  return rowSchema(
    {
      sourceId: id(),
      occurredAt: time(zone),
      category: word(categories),
      operation: text(),
      outcome: optionalWord(outcomes).transform((outcome) => outcome ?? AuditOutcome.UNKNOWN),
      operatedBy: text(),
      ipAddress: optionalText(64),
      clientType: optionalText(),
      reason: optionalText(LONG_TEXT_LENGTH),
      ticketId: optionalId(),
      resourceSourceId: optionalId(),
      resourceName: optionalText(),
      accountSourceId: optionalId(),
      accountName: optionalText(),
      userName: optionalText(),
      userFullName: optionalText(),
    },
    false,
  );
}
