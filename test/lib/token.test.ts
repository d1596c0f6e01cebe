import fc from 'fast-check';
import { expect, test } from 'vitest';
import { holdsToken, newToken, tokenError, tokenHash } from '../../src/lib/token.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CHECKSUM_AT = 'pag_'.length + 43;
const error = (token: string) => tokenError('pag_', token);

const aToken = fc.constant(null).map(() => newToken('pag_'));
const aPlace = fc.integer({ min: 4, max: 52 });
const aCharacter = fc.constantFrom(...ALPHABET);

test('a token is pag_, 43 random characters and 6 of checksum', () => {
  const token = newToken('pag_');
  expect(token).toMatch(/^pag_[0-9A-Za-z]{49}$/);
  expect(error(token)).toBeUndefined();
});

test('no two tokens are equal, and they use the whole alphabet', () => {
  const tokens = Array.from({ length: 2_000 }, () => newToken('pag_'));
  expect(new Set(tokens).size).toBe(2_000);
  expect(new Set(tokens.map((token) => token.slice(4, CHECKSUM_AT)).join(''))).toEqual(new Set(ALPHABET));
});

test('every mistyped character is found', () => {
  fc.assert(
    fc.property(aToken, aPlace, aCharacter, (token, at, typed) => {
      fc.pre(token[at] !== typed);
      expect(error(token.slice(0, at) + typed + token.slice(at + 1))).toMatch(/checksum/);
    }),
    { numRuns: 2_000 },
  );
});

test('every two neighbours that changed places are found', () => {
  fc.assert(
    fc.property(aToken, fc.integer({ min: 4, max: 51 }), (token, at) => {
      fc.pre(token[at] !== token[at + 1]);
      expect(error(swap(token, at, at + 1))).toMatch(/checksum/);
    }),
    { numRuns: 1_000 },
  );
});

test('every two characters of the checksum that changed places are found', () => {
  const inChecksum = fc.integer({ min: CHECKSUM_AT, max: 52 });
  fc.assert(
    fc.property(aToken, inChecksum, inChecksum, (token, one, other) => {
      fc.pre(token[one] !== token[other]);
      expect(error(swap(token, one, other))).toMatch(/checksum/);
    }),
    { numRuns: 1_000 },
  );
});

test('a token that was cut, or that has more than itself, is told so', () => {
  const token = newToken('pag_');
  for (const other of [token.slice(0, -1), `${token}A`, `${token}\n`, ` ${token}`.slice(1, -1), 'pag_', `${token}é`]) {
    expect(error(other)).toMatch(/49 letters and digits after pag_/);
  }
});

test('a token of another kind is told which prefix it should have', () => {
  for (const other of ['', 'ghp_aaaa', newToken('pag_').slice(1), newToken('pag_').toUpperCase(), ' pag_']) {
    expect(error(other)).toMatch(/begins with pag_/);
  }
});

test('of a token only its SHA-256 is kept', () => {
  expect(tokenHash('pag_')).toBe('298605d0668aecb14c52fa4a825c85f4efaa7850fa02b4c28855c806a707350d');
});

function swap(text: string, one: number, other: number): string {
  const characters = [...text];
  [characters[one], characters[other]] = [characters[other]!, characters[one]!];
  return characters.join('');
}

test('a token is found within a text, and what only looks like one is not', () => {
  const token = newToken('pag_');
  expect(holdsToken(`see ${token}.`)).toBe(true);
  expect(holdsToken(`see ${newToken('pai_')}.`)).toBe(true);
  expect(holdsToken(token.slice(0, -1))).toBe(false);
  expect(holdsToken(`pag_${'a'.repeat(49)}`)).toBe(false);
});
