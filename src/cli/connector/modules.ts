/** The modules by the names that the schema gives them, in the order in which they are imported. */
export const MODULE_NAMES = ['RESOURCES', 'USER_ACCOUNTS', 'AUDITS'] as const;
export type ModuleName = (typeof MODULE_NAMES)[number];

/** A row as the gateway gives it. */
export type Row = Record<string, unknown>;

/** One field of a row in the files. */
export interface Column {
  name: string;
  /** The selection below the field, where it is an object. */
  selection?: string;
  /** How the field becomes one cell of CSV, where its values are not scalars. */
  cell?: 'json' | 'list';
  /** What is kept of the value, where that is not the value itself. */
  keep?: (value: unknown) => unknown;
}

/** What the connector knows of one module. */
export interface FeedModule<Name extends ModuleName = ModuleName> {
  name: Name;
  /** The file's name without its extension. */
  file: string;
  feed: string;
  /** `changes` name what became of a row; `nodes` are only ever added. */
  items: 'changes' | 'nodes';
  columns: readonly Column[];
}

const ACCOUNT_FIELDS =
  'id name description passwordStatus passwordPolicy expiryStatus compliant complianceReason lastAccessedAt lastModifiedAt';

export const RESOURCES: FeedModule<'RESOURCES'> = {
  name: 'RESOURCES',
  file: 'resources',
  feed: 'resourceFeed',
  items: 'changes',
  columns: [
    ...scalars('id name description type dnsName domainName url department location ownerName passwordPolicy'),
    ...scalars('accountCount createdAt modifiedAt lastAccessedAt source sourceId'),
    { name: 'accounts', selection: ACCOUNT_FIELDS, cell: 'json' },
    { name: 'customFields', selection: 'label value', cell: 'json' },
  ],
};

export const USER_ACCOUNTS: FeedModule<'USER_ACCOUNTS'> = {
  name: 'USER_ACCOUNTS',
  file: 'user-accounts',
  feed: 'userAccountFeed',
  items: 'changes',
  columns: [
    ...scalars('id userName firstName lastName fullName email status accessScope source department location'),
    ...scalars('createdAt modifiedAt lastLoginAt expiresAt sourceId'),
    { name: 'roles', cell: 'list' },
    { name: 'privileges', cell: 'list' },
    {
      name: 'grants',
      selection: 'level resource { id } resourceName account { id } accountName grantedAt',
      cell: 'json',
      keep: (grants) => (Array.isArray(grants) ? grants.map(flatGrant) : []),
    },
  ],
};

export const AUDITS: FeedModule<'AUDITS'> = {
  name: 'AUDITS',
  file: 'audits',
  feed: 'auditFeed',
  items: 'nodes',
  columns: [
    ...scalars('id occurredAt recordedAt category operation outcome operatedBy ipAddress clientType reason ticketId'),
    ...scalars('resourceId resourceName accountId accountName userName userFullName source sourceId'),
  ],
};

interface Grant {
  level: string;
  resource: { id: string } | null;
  resourceName: string;
  account: { id: string } | null;
  accountName: string | null;
  grantedAt: string;
}

function flatGrant({ level, resource, resourceName, account, accountName, grantedAt }: Grant): Row {
  return {
    level,
    resourceId: resource?.id ?? null,
    resourceName,
    accountId: account?.id ?? null,
    accountName,
    grantedAt,
  };
}

function scalars(names: string): Column[] {
  return names.split(' ').map((name) => ({ name }));
}
