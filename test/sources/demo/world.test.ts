import { expect, test } from 'vitest';
import type { AuditRecord } from '../../../src/features/audits/audit.record.js';
import { made } from './options.js';
import { brokenReferences } from './references.js';

const { world, audits } = made({ users: 200, resources: 300 });
const { users, resources } = world;
const resourceById = new Map(resources.map((resource) => [resource.sourceId, resource]));

test('users, resources and accounts have names and source ids of their own', () => {
  const accounts = resources.flatMap((resource) => resource.accounts!);
  expect(new Set(users.map(({ userName }) => userName)).size).toBe(200);
  expect(new Set(users.map(({ sourceId }) => sourceId)).size).toBe(200);
  expect(new Set(resources.map(({ name }) => name)).size).toBe(300);
  expect(new Set(resources.map(({ sourceId }) => sourceId)).size).toBe(300);
  expect(new Set(accounts.map(({ sourceId }) => sourceId)).size).toBe(accounts.length);
});

test('every resource has an owner among the users and one to eight accounts', () => {
  const names = new Set(users.map(({ userName }) => userName));
  for (const { ownerName, accounts } of resources) {
    expect(names).toContain(ownerName);
    expect(accounts!.length).toBeGreaterThanOrEqual(1);
    expect(accounts!.length).toBeLessThanOrEqual(8);
    expect(new Set(accounts!.map(({ name }) => name)).size).toBe(accounts!.length);
  }
});

test('every grant names a resource, and an account of it, that exist when it is given', () => {
  for (const { grants, userName } of users) {
    for (const { resourceSourceId, accountSourceId, grantedAt } of grants!) {
      const resource = resourceById.get(resourceSourceId)!;
      expect(resource.ownerName).not.toBe(userName);
      expect(grantedAt! >= resource.createdAt!).toBe(true);
      if (accountSourceId) expect(resource.accounts!.map(({ sourceId }) => sourceId)).toContain(accountSourceId);
    }
  }
});

test('one user in 25 is an administrator who sees everything', () => {
  const all = users.filter(({ accessScope }) => accessScope === 'ALL');
  expect(all).toHaveLength(8);
  for (const { roles } of all) expect(['Privileged Administrator', 'Administrator']).toContain(roles![0]);
});

test('there are locked and disabled users, expiring ones, API users, and all levels of sharing', () => {
  expect(new Set(users.map(({ status }) => status))).toEqual(new Set(['ACTIVE', 'LOCKED', 'DISABLED']));
  expect(users.some(({ expiresAt }) => expiresAt)).toBe(true);
  expect(users.some(({ userName }) => userName.startsWith('api-'))).toBe(true);
  const levels = new Set(users.flatMap(({ grants }) => grants!.map(({ level }) => level)));
  expect(levels).toEqual(new Set(['REMOTE_APP_ONLY', 'VIEW', 'MODIFY', 'FULL_ACCESS']));
});

test('nothing is modified before it is created', () => {
  for (const { createdAt, modifiedAt } of [...users, ...resources]) expect(modifiedAt! >= createdAt!).toBe(true);
});

test('every reference of the audits resolves', () => {
  expect(brokenReferences(world, audits)).toEqual([]);
});

test('users touch only accounts that they own or were granted, but for incidents', () => {
  const suspects = new Set(world.incidents.map(({ userName }) => userName));
  const strange = audits.filter(
    (audit) => audit.accountSourceId && !suspects.has(audit.operatedBy) && !isAllowed(audit),
  );
  expect(strange).toEqual([]);
});

test('who was disabled or locked does nothing after the last login', () => {
  for (const { userName } of users.filter(({ status }) => status !== 'ACTIVE')) {
    const last = audits.findLast(({ operatedBy }) => operatedBy === userName);
    const user = users.find((one) => one.userName === userName)!;
    expect((last?.occurredAt ?? '') <= user.lastLoginAt!).toBe(true);
  }
});

function isAllowed(audit: AuditRecord): boolean {
  if (audit.operatedBy === 'System') return true;
  if (resourceById.get(audit.resourceSourceId!)!.ownerName === audit.operatedBy) return true;
  const user = users.find(({ userName }) => userName === audit.operatedBy)!;
  return user.grants!.some(
    (grant) =>
      grant.resourceSourceId === audit.resourceSourceId &&
      (grant.accountSourceId ?? audit.accountSourceId) === audit.accountSourceId &&
      grant.grantedAt! <= audit.occurredAt,
  );
}
