import type { UserAccountRecord } from '../../features/users/user-account.record.js';
import { fieldId, fieldText, isNothing, rowOf, textOf, type UpstreamRow } from './field-values.js';

const EXTENSION = 'urn:ietf:params:scim:schemas:extension:pam360_domain:2.0:User';

/** A user account, and the domain that it signs in to, where it says one. */
export interface ScimUser {
  readonly record: UserAccountRecord;
  readonly domain: string | null;
}

/** A user as SCIM writes one (RFC 7643, 4.1), in our words, or why it cannot be one. */
export function scimUserOf(row: UpstreamRow): ScimUser | { readonly refused: string } {
  const userName = fieldText(row, 'userName');
  if (userName === null) return { refused: `user ${fieldId(row, 'id') ?? 'without an id'}: userName is missing` };
  const name = rowOf(row.name);
  return {
    record: {
      sourceId: fieldId(row, 'id') ?? userName,
      userName,
      firstName: fieldText(name, 'givenName'),
      lastName: fieldText(name, 'familyName'),
      email: primaryOf(row.emails),
      status: textOf(row.active)?.trim().toLowerCase() === 'false' ? 'DISABLED' : 'ACTIVE',
      // A list that is missing says nothing of the roles that are stored.
      ...(!isNothing(row.roles) && {
        roles: [...new Set(listOf(row.roles).flatMap((role) => fieldText(role, 'display', 'value') ?? []))],
      }),
    },
    domain: fieldText(rowOf(row[EXTENSION]), 'domain'),
  };
}

/** Items are objects with a `value`; a bare text is taken for one. */
function listOf(list: unknown): UpstreamRow[] {
  const items = Array.isArray(list) ? list : list === undefined || list === null ? [] : [list];
  return items.map((item) => (typeof item === 'string' ? { value: item } : rowOf(item)));
}

function primaryOf(list: unknown): string | null {
  const items = listOf(list).filter((item) => fieldText(item, 'value') !== null);
  const primary = items.find((item) => textOf(item.primary)?.toLowerCase() === 'true') ?? items[0];
  return primary ? fieldText(primary, 'value') : null;
}

/**
 * The user name of an owner. Owners are written `DOMAIN\user` where user names may be without the domain: the user is the one
 * of that name and domain, or the only one of that name who says no domain. Where nobody is, it stays as it is.
 */
export function ownerNamed(owner: string, users: readonly ScimUser[]): string {
  const [, domain, name] = /^([^\\]+)\\(.+)$/s.exec(owner) ?? [];
  if (domain === undefined || users.some(({ record }) => record.userName === owner)) return owner;
  const named = users.filter(({ record }) => record.userName === name);
  const same = named.filter((user) => user.domain?.toLowerCase() === domain.toLowerCase());
  if (same.length > 0) return same[0]!.record.userName;
  return named.length === 1 && named[0]!.domain === null ? name! : owner;
}
