import type { LocalClock } from '../../../lib/source-time.js';
import type { UserAccountRecord } from '../../users/user-account.record.js';
import { list, names } from './list-field.js';
import { accessScopes, shareLevels, userStatuses } from './product-words.js';
import { objectOf, type RowSchema, rowSchema } from './row-schema.js';
import { id, optionalId, optionalText, text } from './text-field.js';
import { optionalTime } from './time-field.js';
import { optionalWord, word } from './word-field.js';

/** First and last name with a space between. */
const FULL_NAME_LENGTH = 511;

/** A row of user accounts, with the roles of the PAM product and what was shared with the user. */
export function userAccountSchema(zone: LocalClock | null): RowSchema<UserAccountRecord> {
  return rowSchema(
    {
      sourceId: id(),
      userName: text(),
      fullName: optionalText(FULL_NAME_LENGTH),
      firstName: optionalText(),
      lastName: optionalText(),
      email: optionalText(),
      status: optionalWord(userStatuses),
      accessScope: optionalWord(accessScopes),
      department: optionalText(),
      location: optionalText(),
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
