import type { AuditRecord } from '../../../src/features/audits/audit.record.js';
import type { DemoWorld } from '../../../src/sources/demo/world.js';

/** What is wrong with the audits' references to users, resources and accounts; empty where all of them resolve. */
export function brokenReferences(world: DemoWorld, audits: readonly AuditRecord[]): string[] {
  const users = new Map(world.users.map((user) => [user.userName, user]));
  const resources = new Map(world.resources.map((resource) => [resource.sourceId, resource]));
  const broken: string[] = [];
  for (const audit of audits) {
    const says = (error: string): number => broken.push(`${audit.sourceId} ${audit.operation}: ${error}`);
    if (audit.operatedBy !== 'System' && !users.has(audit.operatedBy)) says('operator');
    if (audit.userName && users.get(audit.userName)?.fullName !== audit.userFullName) says('user');
    const resource = audit.resourceSourceId ? resources.get(audit.resourceSourceId) : undefined;
    if (audit.resourceSourceId && resource?.name !== audit.resourceName) says('resource');
    if (resource && resource.createdAt! > audit.occurredAt) says('resource before its creation');
    const account = resource?.accounts?.find(({ sourceId }) => sourceId === audit.accountSourceId);
    if (audit.accountSourceId && account?.name !== audit.accountName) says('account');
  }
  return broken;
}
