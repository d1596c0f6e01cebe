import type { Row, StandInGateway } from './stand-in-gateway.js';

/** Rows with all that makes files hard: commas, quotes, ends of lines, characters of several bytes, and nulls. */
const TEXTS = ['plain', 'a,b', 'say "no"', 'two\r\nlines', 'one\nmore', 'Zürich ☂ 😀', '', '=1+1', '\u2028', null];
const TIME = '2026-11-22T08:30:00.123Z';

export function resource(id: number, change = 0): Row {
  return {
    id: String(id),
    source: 'pam360',
    sourceId: `r${id}`,
    name: `server-${id}`,
    type: 'Linux',
    description: TEXTS[(id + change) % TEXTS.length],
    department: TEXTS[(id + change + 3) % TEXTS.length],
    accountCount: 1,
    accounts: [{ id: `${id}1`, name: 'root', description: TEXTS[id % TEXTS.length], compliant: id % 2 === 0 }],
    customFields: [{ label: 'rack', value: TEXTS[(id + 1) % TEXTS.length] }],
    createdAt: TIME,
    modifiedAt: TIME,
  };
}

export function userAccount(id: number): Row {
  return {
    id: String(id),
    userName: `user-${id}`,
    fullName: TEXTS[id % TEXTS.length] ?? 'Nobody',
    status: 'ACTIVE',
    accessScope: 'ALL',
    source: 'pam360',
    sourceId: `u${id}`,
    roles: ['Password User', 'Password Auditor'],
    privileges: ['READ_AUDITS'],
    grants: [
      {
        level: 'VIEW',
        resource: { id: '7' },
        resourceName: 'server-7',
        account: { id: '71' },
        accountName: 'root',
        grantedAt: TIME,
      },
      { level: 'MODIFY', resource: null, resourceName: 'gone', account: null, accountName: null, grantedAt: TIME },
    ],
    createdAt: TIME,
    modifiedAt: TIME,
  };
}

export function audit(id: number): Row {
  return {
    id: String(id),
    occurredAt: new Date(Date.UTC(2026, 0, 1) + id * 60_000).toISOString(),
    recordedAt: TIME,
    source: 'pam360',
    sourceId: `a${id}`,
    category: 'RESOURCE',
    operation: 'Password Retrieved',
    outcome: 'SUCCESS',
    operatedBy: `user-${id % 7}`,
    reason: TEXTS[id % TEXTS.length],
  };
}

/** The numbers from `from` to `to`, both included. */
export function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** Fills all three modules. */
export function fill(gateway: StandInGateway, { resources = 12, users = 7, audits = 40 } = {}): void {
  gateway.resources.upsert(...numbers(1, resources).map((id) => resource(id)));
  gateway.users.upsert(...numbers(1, users).map(userAccount));
  gateway.audits.upsert(...numbers(1, audits).map(audit));
}
