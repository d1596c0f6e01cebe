import { describe, expect, it } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { fileOf, read, readRow } from './read.js';

const readUser = (fields: object) => readRow(Module.USER_ACCOUNTS, { sourceId: '3', userName: 'ann', ...fields });

describe('a row of user accounts', () => {
  it('needs no more than id and user name', async () => {
    const { record } = await readUser({});
    expect(record).toMatchObject({ sourceId: '3', userName: 'ann', fullName: null, status: null, accessScope: null });
    expect(Object.keys(record!)).not.toContain('roles');
    expect(Object.keys(record!)).not.toContain('grants');
  });

  it.each([[['Administrator', ' Auditor ', 'Auditor']], ['Administrator; Auditor'], ['["Administrator","Auditor"]']])(
    'has the roles %j',
    async (roles) => {
      expect((await readUser({ roles })).record?.roles).toEqual(['Administrator', 'Auditor']);
    },
  );

  it('tells no roles from roles that are not known', async () => {
    expect((await readUser({ roles: [] })).record?.roles).toEqual([]);
    expect((await readUser({ roles: '' })).record).not.toHaveProperty('roles');
  });

  it('has what was shared with the user', async () => {
    const grants = [{ level: 'full access', resourceSourceId: 12, grantedAt: '2026-01-01T00:00:00+01:00' }];
    expect((await readUser({ grants })).record?.grants).toEqual([
      { level: 'FULL_ACCESS', resourceSourceId: '12', accountSourceId: null, grantedAt: '2025-12-31T23:00:00.000Z' },
    ]);
  });

  it.each([
    [{ status: 'Active' }, { status: 'ACTIVE' }],
    [{ status: 'enabled' }, { status: 'ACTIVE' }],
    [{ status: 'Inactive' }, { status: 'DISABLED' }],
    [{ accessScope: 'Passwords Owned and Shared' }, { accessScope: 'OWNED_AND_SHARED' }],
    [{ accessScope: 'All Passwords in the system' }, { accessScope: 'ALL' }],
    [{ grants: [{ level: 'Remote App Only', resourceSourceId: '1' }] }, { grants: [{ level: 'REMOTE_APP_ONLY' }] }],
    [{ grants: [{ level: 'full-access', resourceSourceId: '1' }] }, { grants: [{ level: 'FULL_ACCESS' }] }],
  ])('knows the words of the products: %j', async (fields, expected) => {
    expect((await readUser(fields)).record).toMatchObject(expected);
  });

  it.each([
    [{ roles: ['A', 1] }, 'roles[1] is a number, not a text'],
    [
      { grants: [{ level: 'OWNER', resourceSourceId: 1 }] },
      /^grants\[0\]\.level: "OWNER" is none of REMOTE_APP_ONLY, /,
    ],
    [{ grants: [{ level: 'VIEW' }] }, 'grants[0].resourceSourceId is missing'],
    [{ status: 'asleep' }, 'status: "asleep" is none of ACTIVE, LOCKED, DISABLED'],
    [{ expiresAt: '2026-01-01' }, 'expiresAt: "2026-01-01" is a date without a time: write 2026-01-01T00:00:00Z'],
  ])('is refused for %j', async (fields, reason) => {
    expect((await readUser(fields)).refused).toMatch(reason);
  });

  it('may come from a CSV file, with deletions', async () => {
    const content = 'sourceId,userName,roles,deleted\n1,ann,A;B,\n2,,,true\n';
    const { lines } = await read(Module.USER_ACCOUNTS, await fileOf('users.csv', content));
    expect(lines).toMatchObject([
      { line: 2, record: { userName: 'ann', roles: ['A', 'B'] } },
      { line: 3, deleted: '2' },
    ]);
  });
});
