/** What is asked of an audit, in the words of the schema. */
export const thirteen = [
  'id',
  'occurredAt',
  'category',
  'operation',
  'outcome',
  'operatedBy',
  'ipAddress',
  'clientType',
  'reason',
  'ticketId',
  'resourceName',
  'accountName',
  'userName',
] as const;

export const four = ['id', 'occurredAt', 'operation', 'operatedBy'] as const;

export type Fields = readonly string[];

/** What is asked of a page of resources. */
export const resourceFields = {
  resource: ['id', 'name', 'type', 'dnsName', 'department', 'location', 'ownerName', 'accountCount', 'createdAt'],
  account: ['id', 'name', 'passwordStatus', 'compliant', 'lastModifiedAt'],
  owner: ['id', 'userName', 'fullName', 'email'],
  usage: ['operationCount', 'failureCount', 'passwordRetrievalCount', 'distinctUserCount', 'lastUsedAt'],
} as const;
