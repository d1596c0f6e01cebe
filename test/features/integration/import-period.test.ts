import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginningOf, ImportPeriod } from '../../../src/features/integration/import-period.js';

test.each([
  [ImportPeriod.ALL, '2026-03-31T23:59:59.999Z', null],
  [ImportPeriod.LAST_MONTH, '2026-11-22T08:30:00.123Z', '2026-10-22T08:30:00.123Z'],
  [ImportPeriod.LAST_MONTH, '2026-03-31T23:59:59.999Z', '2026-02-28T23:59:59.999Z'],
  [ImportPeriod.LAST_MONTH, '2028-03-30T12:00:00.000Z', '2028-02-29T12:00:00.000Z'],
  [ImportPeriod.LAST_MONTH, '2026-01-31T00:00:00.000Z', '2025-12-31T00:00:00.000Z'],
  [ImportPeriod.LAST_3_MONTHS, '2026-05-31T00:00:00.000Z', '2026-02-28T00:00:00.000Z'],
  [ImportPeriod.LAST_6_MONTHS, '2026-02-15T01:02:03.004Z', '2025-08-15T01:02:03.004Z'],
  [ImportPeriod.LAST_YEAR, '2028-02-29T01:02:03.004Z', '2027-02-28T01:02:03.004Z'],
])('%s at %s begins at %s', (period, now, beginning) => {
  expect(beginningOf(period, now)).toBe(beginning);
});

test('a longer period never begins later', () => {
  const { LAST_MONTH, LAST_3_MONTHS, LAST_6_MONTHS, LAST_YEAR } = ImportPeriod;
  const times = fc.date({ min: new Date('1971-01-01'), max: new Date('9999-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(times, (time) => {
      const now = time.toISOString();
      const beginnings = [LAST_YEAR, LAST_6_MONTHS, LAST_3_MONTHS, LAST_MONTH].map(
        (period) => beginningOf(period, now)!,
      );
      expect([...beginnings, now]).toEqual([...beginnings, now].sort());
    }),
  );
});
