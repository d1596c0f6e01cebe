import { Audit } from './audits/audit.js';
import { ConnectorToken } from './integration/connector-token.js';
import { AccessGrant } from './resources/access-grant.js';
import { CustomField, PrivilegedAccount, Resource } from './resources/resource.js';
import { Role, RoleAssignment, RolePrivilege } from './users/role.js';
import { UserAccount, UserAccountRole } from './users/user-account.js';

/** The manifest: every table that a feature has. */
export const entities = [
  UserAccount,
  UserAccountRole,
  Role,
  RolePrivilege,
  RoleAssignment,
  Resource,
  PrivilegedAccount,
  CustomField,
  AccessGrant,
  Audit,
  ConnectorToken,
];
