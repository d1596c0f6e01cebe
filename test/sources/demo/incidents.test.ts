import { expect, test } from 'vitest';
import type { AuditRecord } from '../../../src/features/audits/audit.record.js';
import { made } from './options.js';

const { world, audits } = made();

const KINDS = [
  'AUDIT_DISABLED_AND_ACCOUNTS_DELETED',
  'BULK_PASSWORD_RETRIEVAL',
  'DORMANT_ACCOUNT_AWAKENED',
  'LOGIN_FAILURES_THEN_SUCCESS',
  'RESOURCE_USED_FROM_TWO_CITIES',
  'SERVICE_ACCOUNT_FROM_NEW_ADDRESS',
  'WORK_ON_LEAVE',
];

test('one incident of each kind is planted, in time order, each with another user', () => {
  const { incidents } = world;
  expect(incidents.map(({ kind }) => kind).sort()).toEqual(KINDS);
  expect(new Set(incidents.map(({ userName }) => userName)).size).toBe(7);
  expect(incidents.map(({ at }) => at)).toEqual(incidents.map(({ at }) => at).sort());
});

test.each(KINDS)('the audits of %s are in the rows, the first at its moment', (kind) => {
  const incident = world.incidents.find((one) => one.kind === kind)!;
  expect(within(kind, 0, 2.1).length).toBeGreaterThanOrEqual(incident.auditCount);
  expect(within(kind, 0, 2.1)[0]!.occurredAt).toBe(incident.at);
});

test('passwords are retrieved in bulk at 3 in the morning, when nobody of the day shift works', () => {
  const night = audits.filter((audit) => audit.operatedBy === who('BULK_PASSWORD_RETRIEVAL') && hourOf(audit) < 5);
  expect(night).toHaveLength(60);
  expect(new Set(night.map(({ operation }) => operation))).toEqual(new Set(['Password Retrieved']));
});

test('a burst of failed logins from a foreign address ends with one that succeeds', () => {
  const foreign = audits.filter(({ ipAddress }) => ipAddress?.startsWith('203.0.113.'));
  expect(foreign.slice(0, 31).every(({ outcome }) => outcome === 'FAILURE')).toBe(true);
  expect(foreign.slice(31).every(({ outcome }) => outcome === 'SUCCESS')).toBe(true);
  expect(foreign).toHaveLength(36);
});

test('a dormant user does nothing else in the whole period', () => {
  const all = audits.filter(({ operatedBy }) => operatedBy === who('DORMANT_ACCOUNT_AWAKENED'));
  expect(all).toHaveLength(14);
});

test('who works on leave does nothing else on the days around', () => {
  expect(within('WORK_ON_LEAVE', -14, 10)).toHaveLength(20);
});

test('an API user has one address but for the incident', () => {
  const all = audits.filter(({ operatedBy }) => operatedBy === who('SERVICE_ACCOUNT_FROM_NEW_ADDRESS'));
  expect(new Set(all.map(({ ipAddress }) => ipAddress)).size).toBe(2);
  expect(all.filter(({ ipAddress }) => ipAddress?.startsWith('198.51.100.'))).toHaveLength(50);
});

test('a resource is used from two addresses in turn within minutes', () => {
  const used = within('RESOURCE_USED_FROM_TWO_CITIES', 0, 0.12).filter(
    ({ operation }) => operation === 'Password Retrieved',
  );
  expect(new Set(used.map(({ ipAddress }) => ipAddress)).size).toBeGreaterThanOrEqual(2);
});

test('an administrator switches auditing off before accounts are deleted', () => {
  const all = within('AUDIT_DISABLED_AND_ACCOUNTS_DELETED', 0, 0.4).map(({ operation }) => operation);
  expect(all[0]).toBe('Audit Configuration Changed');
  expect(all.filter((operation) => operation === 'Account Deleted')).toHaveLength(14);
});

test('incidents that had to shrink count one in the singular', () => {
  const worlds = [300, 600, 1_200].map((audits) => made({ audits }).world);
  const texts = worlds.flatMap(({ incidents }) => incidents.map(({ description }) => description));
  expect(texts.filter((description) => /\b1 (accounts|passwords|failed logins)\b/.test(description))).toEqual([]);
  expect(texts.some((description) => /\b1 password\b/.test(description))).toBe(true);
});

function who(kind: string): string {
  return world.incidents.find((one) => one.kind === kind)!.userName;
}

/** The user's audits from `first` to `last` hours after the incident's beginning. */
function within(kind: string, first: number, last: number): AuditRecord[] {
  const { at, userName } = world.incidents.find((one) => one.kind === kind)!;
  const hours = ({ occurredAt }: AuditRecord): number => (Date.parse(occurredAt) - Date.parse(at)) / 3_600_000;
  return audits.filter((audit) => audit.operatedBy === userName && hours(audit) >= first && hours(audit) <= last);
}

function hourOf({ occurredAt }: AuditRecord): number {
  return Number(occurredAt.slice(11, 13));
}
