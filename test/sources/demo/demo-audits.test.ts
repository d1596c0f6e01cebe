import { expect, test } from 'vitest';
import type { AuditRecord } from '../../../src/features/audits/audit.record.js';
import { made, OPTIONS } from './options.js';

const { world, audits } = made();
const from = Date.parse(OPTIONS.until) - OPTIONS.days * 86_400_000;

test('the same options give the same rows', () => {
  expect(made()).toEqual({ world, audits });
});

test('another seed gives other rows', () => {
  const other = made({ seed: 8 });
  expect(other.world.users).not.toEqual(world.users);
  expect(other.world.resources).not.toEqual(world.resources);
  expect(other.audits).not.toEqual(audits);
});

test('more audits change neither the users nor the resources', () => {
  const more = made({ audits: OPTIONS.audits + 1 });
  expect(more.world.users).toEqual(world.users);
  expect(more.world.resources).toEqual(world.resources);
});

test('there are exactly as many audits as asked for, with rising ids', () => {
  expect(audits).toHaveLength(OPTIONS.audits);
  expect(audits[0]!.sourceId).toBe('demo-000000001');
  expect(audits.at(-1)!.sourceId).toBe('demo-000030000');
  expect(audits.every(({ sourceId }, i) => i === 0 || sourceId > audits[i - 1]!.sourceId)).toBe(true);
});

test('they are in time order, to the millisecond, and inside the period', () => {
  const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
  expect(audits.every(({ occurredAt }) => shape.test(occurredAt))).toBe(true);
  expect(audits.every(({ occurredAt }, i) => i === 0 || occurredAt >= audits[i - 1]!.occurredAt)).toBe(true);
  expect(Date.parse(audits[0]!.occurredAt)).toBeGreaterThanOrEqual(from);
  expect(audits.at(-1)!.occurredAt < OPTIONS.until).toBe(true);
});

test('a working day at noon is busier than a Sunday night', () => {
  const at = (weekdays: number[], hour: number): number =>
    count(({ occurredAt }) => {
      const date = new Date(occurredAt);
      return weekdays.includes(date.getUTCDay()) && date.getUTCHours() === hour;
    });
  expect(at([1, 2, 3, 4, 5], 12) / 5).toBeGreaterThan(3 * at([0], 2));
});

test('the last weeks are busier than the first', () => {
  const weeks = (first: number, last: number): number =>
    count(({ occurredAt }) => {
      const week = Math.floor((Date.parse(occurredAt) - from) / (7 * 86_400_000));
      return week >= first && week < last;
    });
  expect(weeks(7, 10)).toBeGreaterThan(1.1 * weeks(0, 3));
});

test('a holiday is quieter than the same weekday a week before', () => {
  const { audits } = made({ until: '2027-01-01T00:00:00Z', days: 30 });
  const on = (day: string): number => audits.filter(({ occurredAt }) => occurredAt.startsWith(day)).length;
  expect(on('2026-12-25')).toBeLessThan(0.6 * on('2026-12-18'));
});

test('five to eight in a hundred fail, and each failure has a reason', () => {
  const share = count(({ outcome }) => outcome === 'FAILURE') / audits.length;
  expect(share).toBeGreaterThan(0.05);
  expect(share).toBeLessThan(0.08);
  expect(audits.filter(({ outcome, reason }) => outcome === 'FAILURE' && !reason)).toEqual([]);
});

test('every category occurs', () => {
  expect([...new Set(audits.map(({ category }) => category))].sort()).toEqual([
    'ACTIVE_PRIVILEGED_SESSION',
    'KEY_AND_CERTIFICATE',
    'RECORDED_CONNECTION',
    'RESOURCE',
    'SDK_APPLICATION',
    'TASK',
    'USER',
    'USER_SESSION',
  ]);
});

function count(matches: (audit: AuditRecord) => boolean): number {
  return audits.filter(matches).length;
}
