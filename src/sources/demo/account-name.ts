import type { PrivilegedAccountRecord, ResourceRecord } from '../../features/resources/resource.record.js';

/** A privileged account as audits name it. */
export interface AccountName {
  readonly resourceSourceId: string;
  readonly resourceName: string;
  readonly accountSourceId: string;
  readonly accountName: string;
}

export function accountName(resource: ResourceRecord, account: PrivilegedAccountRecord): AccountName {
  return {
    resourceSourceId: resource.sourceId,
    resourceName: resource.name,
    accountSourceId: account.sourceId!,
    accountName: account.name,
  };
}

/** An account, and the moment (ms since 1970) from which it may occur in audits. */
export interface DatedAccount {
  readonly account: AccountName;
  readonly since: number;
}

/** Every account of the resources, from the creation of its resource. */
export function accountsOf(resources: readonly ResourceRecord[]): DatedAccount[] {
  return resources.flatMap((resource) => {
    const since = Date.parse(resource.createdAt!);
    return resource.accounts!.map((account) => ({ account: accountName(resource, account), since }));
  });
}
