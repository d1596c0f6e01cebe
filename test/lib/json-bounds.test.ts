import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exceededBound, type JsonBounds } from '../../src/lib/json-bounds.js';

/** What a value holds, counted on the parsed value. */
function measured(value: unknown): JsonBounds {
  if (typeof value !== 'object' || value === null) return { depth: 0, values: 0, objects: 0, members: 0 };
  const isList = Array.isArray(value);
  const own = { depth: 0, values: 0, objects: isList ? 0 : 1, members: isList ? 0 : Object.keys(value).length };
  return Object.values(value)
    .map(measured)
    .reduce(
      (sum, part) => ({
        depth: Math.max(sum.depth, part.depth + 1),
        values: sum.values + part.values + 1,
        objects: sum.objects + part.objects,
        members: Math.max(sum.members, part.members),
      }),
      { ...own, depth: 1 },
    );
}

const bound = (json: string, bounds: JsonBounds) => exceededBound(Buffer.from(json), bounds);

test('a JSON text is within its own measures, and exceeds each that is one less', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2, '\t'), (value, space) => {
      const json = JSON.stringify(value, null, space);
      const own = measured(JSON.parse(json));
      expect(bound(json, own)).toBeUndefined();
      for (const name of ['depth', 'values', 'objects', 'members'] as const) {
        if (own[name] > 0) expect(bound(json, { ...own, [name]: own[name] - 1 })).toBe(name);
      }
    }),
  );
});

test('brackets, commas and escapes within texts count for nothing', () => {
  expect(
    bound(String.raw`{"a[{,": "\"]},[\\", "ü\\\"": "[[[["}`, { depth: 1, values: 2, objects: 1, members: 2 }),
  ).toBeUndefined();
});

test('millions of brackets are counted without recursion', () => {
  const bounds = { depth: 10_000_000, values: 10_000_000, objects: 10_000_000, members: 9 };
  expect(bound('['.repeat(5_000_000), bounds)).toBeUndefined();
  expect(bound('['.repeat(5_000_000), { ...bounds, depth: 8 })).toBe('depth');
});

test.each(['', '"', '"\\', '{', ']]]', '[,,,]', '\0'])('%j, which is not JSON, is read to its end', (json) => {
  expect(bound(json, { depth: 9, values: 9, objects: 9, members: 9 })).toBeUndefined();
});
