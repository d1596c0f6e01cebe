import fc from 'fast-check';
import { expect, test } from 'vitest';
import { searchText } from '../../src/lib/search-text.js';

test('holds every part in lower case, and what is not known not at all', () => {
  expect(searchText(100, 'DB-01', null, 'Straße ÄÖ', undefined, '')).toBe('db-01\nstraße äö');
});

test('keeps parts apart, so that no search finds what stands in none of them', () => {
  expect(searchText(100, 'ann', 'bob')).not.toContain('annbob');
});

test('is never longer than its column and never ends in half a character', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.array(fc.string({ unit: 'binary' })), (limit, parts) => {
      const text = searchText(limit, ...parts);
      expect(text.length).toBeLessThanOrEqual(limit);
      expect(text.isWellFormed()).toBe(true);
    }),
  );
});
