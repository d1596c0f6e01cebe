/**
 * A resource as a source hands it in: the whole of it, so what is null or left out is not known. Only `accounts` and
 * `customFields` stay as they were where they are left out. Times are RFC 3339 in UTC with milliseconds.
 */
export interface ResourceRecord {
  sourceId: string;
  name: string;
  type: string;
  description?: string | null;
  dnsName?: string | null;
  domainName?: string | null;
  url?: string | null;
  department?: string | null;
  location?: string | null;
  /** The user name of the owner. */
  ownerName?: string | null;
  passwordPolicy?: string | null;
  createdAt?: string | null;
  modifiedAt?: string | null;
  lastAccessedAt?: string | null;
  accounts?: PrivilegedAccountRecord[];
  customFields?: CustomFieldRecord[];
}

/** A privileged account of a resource; without `sourceId` it is known by its name. */
export interface PrivilegedAccountRecord {
  sourceId?: string | null;
  name: string;
  description?: string | null;
  passwordStatus?: string | null;
  passwordPolicy?: string | null;
  expiryStatus?: string | null;
  compliant?: boolean | null;
  complianceReason?: string | null;
  lastAccessedAt?: string | null;
  lastModifiedAt?: string | null;
}

export interface CustomFieldRecord {
  label: string;
  value?: string | null;
}
