import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DemoOptions, makeWorld } from '../../../src/sources/demo/world.js';
import { made, OPTIONS } from './options.js';
import { brokenReferences } from './references.js';

const anyOptions: fc.Arbitrary<DemoOptions> = fc.record({
  seed: fc.maxSafeInteger(),
  resources: fc.integer({ min: 1, max: 40 }),
  users: fc.integer({ min: 1, max: 40 }),
  audits: fc.oneof(fc.nat(12), fc.nat(3000)),
  days: fc.integer({ min: 1, max: 100 }),
  until: fc
    .date({ min: new Date('2001-01-01'), max: new Date('2060-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
});

test('whatever the options: the number asked for, in order, inside the period, all references whole', () => {
  fc.assert(
    fc.property(anyOptions, (options) => {
      const { world, audits } = made(options);
      const from = new Date(Date.parse(options.until) - options.days * 86_400_000).toISOString();
      const times = audits.map(({ occurredAt }) => occurredAt);
      expect(audits).toHaveLength(options.audits);
      expect(times).toEqual([...times].sort());
      expect(times.every((time) => time >= from && time < options.until)).toBe(true);
      expect(new Set(audits.map(({ sourceId }) => sourceId)).size).toBe(options.audits);
      expect(brokenReferences(world, audits)).toEqual([]);
    }),
  );
});

test('whatever the options: as many audits of an incident as it says', () => {
  fc.assert(
    fc.property(anyOptions, (options) => {
      const { world, audits } = made(options);
      for (const { at, userName, auditCount } of world.incidents) {
        const after = audits.filter(({ operatedBy, occurredAt }) => operatedBy === userName && occurredAt >= at);
        expect(after.length).toBeGreaterThanOrEqual(auditCount);
        expect(after[0]!.occurredAt).toBe(at);
      }
    }),
  );
});

test.each([0, 1, 10])('with %i audits there is no room for incidents', (audits) => {
  const tiny = made({ audits });
  expect(tiny.audits).toHaveLength(audits);
  expect(tiny.world.incidents).toEqual([]);
});

test('with 1,000 audits incidents shrink', () => {
  const { incidents } = made({ audits: 1000 }).world;
  expect(incidents.length).toBeGreaterThanOrEqual(5);
  expect(incidents.reduce((sum, { auditCount }) => sum + auditCount, 0)).toBeLessThanOrEqual(100);
});

test.each([
  [{ resources: 0 }, 'resources must be a whole number from 1 to 1000000, not 0'],
  [{ users: 0 }, 'users must be a whole number from 1 to 1000000, not 0'],
  [{ audits: -1 }, 'audits must be a whole number from 0 to 999999999, not -1'],
  [{ days: 0.5 }, 'days must be a whole number from 1 to 36525, not 0.5'],
  [{ seed: Number.NaN }, 'seed must be a whole number, not NaN'],
  [{ days: 36_525, until: '1950-01-01T00:00:00Z' }, 'the data may not begin before 1900'],
])('%j is refused', (changes, message) => {
  expect(() => makeWorld({ ...OPTIONS, ...changes })).toThrow(message);
});

test('an `until` that is no date-time is refused', () => {
  expect(() => makeWorld({ ...OPTIONS, until: 'tomorrow' })).toThrow('tomorrow');
});
