import { Audit } from './audits/audit.js';
import { AuditName, AuditResourceName } from './audits/audit.name-index.js';
import { AuditResolver } from './audits/audit.resolver.js';
import { RefusalCount } from './audits/refusals/refusal-count.js';
import { ResourceUsageResolver } from './audits/resource-usage.resolver.js';
import { AuditRemoval, AuditRetention } from './audits/retention/retention-tables.js';
import { OperationCount, ResourceCount, ResourceUserCount, UserCount } from './audits/rollups/count-tables.js';
import { Watermark } from './audits/rollups/watermark.js';
import { ScopeRequestResolver } from './audits/scope-request.resolver.js';
import { IngestToken } from './ingest/ingest-token.js';
import { IngestTokenResolver } from './ingest/ingest-token.resolver.js';
import { PushResolver } from './ingest/push.resolver.js';
import { SourceResolver } from './ingest/source.resolver.js';
import { SourceLinkResolver } from './ingest/source-link.resolver.js';
import { SourceRun } from './ingest/source-run.js';
import { AnalyticsPlus } from './integration/analytics-plus.js';
import { ConnectorToken } from './integration/connector-token.js';
import { Integration } from './integration/integration.js';
import { AnalyticsPlusResolver, IntegrationResolver } from './integration/integration.resolver.js';
import { IssuedTokenResolver } from './integration/issued-token.resolver.js';
import { ModuleImport } from './integration/module-import.js';
import { SeenRecordsResolver } from './integration/seen-records.resolver.js';
import { ServerResolver } from './integration/server.resolver.js';
import { TestIntegrationResolver } from './integration/test-integration.resolver.js';
import { AccessGrant } from './resources/access-grant.js';
import { AccessGrantResolver, UserAccountGrantsResolver } from './resources/access-grant.resolver.js';
import { PastShare } from './resources/past-share.js';
import { CustomField, PrivilegedAccount, Resource } from './resources/resource.js';
import { ResourceResolver } from './resources/resource.resolver.js';
import { RoleResolver } from './roles/role.resolver.js';
import { AccountResolver } from './sign-in/account.resolver.js';
import { SignInResolver } from './sign-in/sign-in.resolver.js';
import { SignInAttempts } from './sign-in/sign-in-attempts.js';
import { Password } from './users/password.js';
import { Role, RoleAssignment, RolePrivilege } from './users/role.js';
import { ScopeRequest } from './users/scope-request.js';
import { Session } from './users/session.js';
import { SourceLink } from './users/source-link.js';
import { TrustedNetwork } from './users/trusted-network.js';
import { UserAccount, UserAccountRole } from './users/user-account.js';
import { UserAccountResolver } from './users/user-account.resolver.js';
import { UserName } from './users/user-names.js';
import { ViewerResolver } from './users/viewer.resolver.js';

/** The manifest: every table that a feature has. */
export const entities = [
  UserAccount,
  UserAccountRole,
  UserName,
  SourceLink,
  Role,
  RolePrivilege,
  RoleAssignment,
  Password,
  ScopeRequest,
  Session,
  SignInAttempts,
  TrustedNetwork,
  RefusalCount,
  Resource,
  PrivilegedAccount,
  CustomField,
  AccessGrant,
  PastShare,
  Audit,
  AuditName,
  AuditResourceName,
  IngestToken,
  Watermark,
  OperationCount,
  UserCount,
  ResourceCount,
  ResourceUserCount,
  AuditRetention,
  AuditRemoval,
  ConnectorToken,
  Integration,
  AnalyticsPlus,
  ModuleImport,
  SourceRun,
];

/** The manifest: every resolver that a feature has. */
export const resolvers = [
  UserAccountResolver,
  ViewerResolver,
  ResourceResolver,
  UserAccountGrantsResolver,
  AccessGrantResolver,
  AuditResolver,
  ResourceUsageResolver,
  RoleResolver,
  ScopeRequestResolver,
  SignInResolver,
  AccountResolver,
  IngestTokenResolver,
  PushResolver,
  SeenRecordsResolver,
  ServerResolver,
  IntegrationResolver,
  IssuedTokenResolver,
  AnalyticsPlusResolver,
  TestIntegrationResolver,
  SourceResolver,
  SourceLinkResolver,
] as const;
