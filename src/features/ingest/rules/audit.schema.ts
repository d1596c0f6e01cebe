import { quote } from '../../../lib/quote.js';
import type { LocalClock } from '../../../lib/source-time.js';
import { AuditOutcome } from '../../audits/audit.js';
import type { AuditRecord } from '../../audits/audit.record.js';
import { isOnlyHere } from '../../audits/own-operations.js';
import { FieldError, field } from './field.js';
import { categories, outcomes } from './product-words.js';
import { type RowSchema, rowSchema } from './row-schema.js';
import { CUT_IF_TOO_LONG, id, optionalId, optionalText, requiredText, text } from './text-field.js';
import { occurredAt } from './time-field.js';
import { optionalWord, word } from './word-field.js';

/** A row of audits. Audits are never deleted. A text that is too long is cut when the audit is stored; a sourceId is refused. */
export function auditSchema(zone: LocalClock | null): RowSchema<AuditRecord> {
  return rowSchema(
    {
      sourceId: id(),
      occurredAt: occurredAt(zone),
      category: word(categories),
      operation: operation(),
      outcome: optionalWord(outcomes).transform((outcome) => outcome ?? AuditOutcome.UNKNOWN),
      operatedBy: text(CUT_IF_TOO_LONG),
      ipAddress: optionalText(CUT_IF_TOO_LONG),
      clientType: optionalText(CUT_IF_TOO_LONG),
      reason: optionalText(CUT_IF_TOO_LONG),
      ticketId: optionalId(CUT_IF_TOO_LONG),
      resourceSourceId: optionalId(CUT_IF_TOO_LONG),
      resourceName: optionalText(CUT_IF_TOO_LONG),
      accountSourceId: optionalId(CUT_IF_TOO_LONG),
      accountName: optionalText(CUT_IF_TOO_LONG),
      userName: optionalText(CUT_IF_TOO_LONG),
      userFullName: optionalText(CUT_IF_TOO_LONG),
    },
    false,
  );
}

/** A text that claims nothing which only this gateway does. */
function operation() {
  return field((value) => {
    const said = requiredText(value, CUT_IF_TOO_LONG);
    if (!isOnlyHere(said)) return said;
    throw new FieldError(`${quote(said)} is recorded by the gateway alone: leave audits out that came from a gateway`);
  });
}
