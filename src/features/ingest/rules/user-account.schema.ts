import type { LocalClock } from '../../../lib/source-time.js';
import type { UserAccountRecord } from '../../users/user-account.record.js';
import { list, names } from './list-field.js';
import { accessScopes, shareLevels, userStatuses } from './product-words.js';
import { objectOf, type RowSchema, rowSchema } from './row-schema.js';
import { CUT_IF_TOO_LONG, id, optionalId, optionalText, text } from './text-field.js';
import { optionalTime } from './time-field.js';
import { optionalWord, word } from './word-field.js';

/**
 * A row of user accounts, with the roles of the PAM product and what was shared with the user. A text that is too long is cut when
 * the user account is stored; an id, user name or role that is too long is refused.
 */
export function userAccountSchema(zone: LocalClock | null): RowSchema<UserAccountRecord> {
  return rowSchema(
    {
      sourceId: id(),
      userName: text(),
      fullName: optionalText(CUT_IF_TOO_LONG),
      firstName: optionalText(CUT_IF_TOO_LONG),
      lastName: optionalText(CUT_IF_TOO_LONG),
      email: optionalText(CUT_IF_TOO_LONG),
      status: optionalWord(userStatuses),
      accessScope: optionalWord(accessScopes),
      department: optionalText(CUT_IF_TOO_LONG),
      location: optionalText(CUT_IF_TOO_LONG),
      roles: names(),
      grants: list(grantSchema(zone)),
      createdAt: optionalTime(zone),
      modifiedAt: optionalTime(zone),
      lastLoginAt: optionalTime(zone),
      expiresAt: optionalTime(zone),
    },
    true,
  );
}

function grantSchema(zone: LocalClock | null) {
  const shape = {
    level: word(shareLevels),
    resourceSourceId: id(),
    accountSourceId: optionalId(),
    grantedAt: optionalTime(zone),
  };
  return objectOf(shape, ['id']);
}
