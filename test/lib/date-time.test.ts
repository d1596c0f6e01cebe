import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DateTimeError, parseDateTime } from '../../src/lib/date-time.js';

describe('a date-time of RFC 3339', () => {
  it.each([
    ['2026-11-22T08:30:00.123Z', '2026-11-22T08:30:00.123Z'],
    ['2026-11-22T08:30:00Z', '2026-11-22T08:30:00.000Z'],
    ['2026-11-22t08:30:00.5z', '2026-11-22T08:30:00.500Z'],
    ['2026-11-22 08:30:00Z', '2026-11-22T08:30:00.000Z'],
    ['2026-11-22T08:30:00+05:30', '2026-11-22T03:00:00.000Z'],
    ['2026-11-22T20:30:00.12-23:59', '2026-11-23T20:29:00.120Z'],
    ['2026-11-22T08:30:00-00:00', '2026-11-22T08:30:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, utc) => {
    expect(parseDateTime(text)).toBe(utc);
  });

  it.each([
    ['2026-11-22T08:30:00.1230000Z', '2026-11-22T08:30:00.123Z'],
    ['2026-11-22T08:30:00.1230001Z', '2026-11-22T08:30:00.124Z'],
    ['2026-11-22T08:30:00.0009Z', '2026-11-22T08:30:00.001Z'],
    ['2026-12-31T23:59:59.999000000000000000000001Z', '2027-01-01T00:00:00.000Z'],
    ['2026-12-31T23:59:59.9991+01:00', '2026-12-31T23:00:00.000Z'],
  ])('what is finer than a millisecond is rounded up: %s is %s', (text, utc) => {
    expect(parseDateTime(text)).toBe(utc);
  });

  it.each([
    ['0000-02-29T12:00:00Z', '1000-01-01T00:00:00.000Z'],
    ['0999-12-31T23:59:59.999Z', '1000-01-01T00:00:00.000Z'],
    ['1000-01-01T00:30:00+01:00', '1000-01-01T00:00:00.000Z'],
    ['0999-12-31T23:30:00-01:00', '1000-01-01T00:30:00.000Z'],
    ['9999-12-31T23:59:59.9999Z', '9999-12-31T23:59:59.999Z'],
    ['9999-12-31T23:59:59-01:00', '9999-12-31T23:59:59.999Z'],
  ])('what the database cannot hold becomes its nearest end: %s is %s', (text, utc) => {
    expect(parseDateTime(text)).toBe(utc);
  });

  it('is any instant in any offset', () => {
    const instant = fc.integer({ min: Date.UTC(1001, 0), max: Date.UTC(9998, 0) });
    const minutes = fc.integer({ min: -1439, max: 1439 });
    fc.assert(
      fc.property(instant, minutes, (epochMs, offset) => {
        const local = new Date(epochMs + offset * 60_000).toISOString().slice(0, -1);
        expect(parseDateTime(local + offsetText(offset))).toBe(new Date(epochMs).toISOString());
      }),
    );
  });
});

describe('a date-time that is refused says why', () => {
  it.each([
    [
      '2026-01-01T00:00:00',
      '"2026-01-01T00:00:00" has no offset: write 2026-01-01T00:00:00Z for UTC, or an offset such as +02:00',
    ],
    ['2026-01-01', '"2026-01-01" is a date without a time: write 2026-01-01T00:00:00Z'],
    ['2026-01-01T10:20Z', '"2026-01-01T10:20Z" has no seconds: write 2026-01-01T10:20:00Z'],
    ['2026-02-30T00:00:00Z', '"2026-02-30T00:00:00Z": 2026-02-30 is not a date: February 2026 has 28 days'],
    ['2026-02-30', '"2026-02-30": 2026-02-30 is not a date: February 2026 has 28 days'],
    ['2024-02-30T00:00:00', '"2024-02-30T00:00:00": 2024-02-30 is not a date: February 2024 has 29 days'],
    ['1900-02-29T00:00:00Z', '"1900-02-29T00:00:00Z": 1900-02-29 is not a date: February 1900 has 28 days'],
    ['2026-04-00T00:00:00Z', '"2026-04-00T00:00:00Z": 2026-04-00 is not a date: April 2026 has 30 days'],
    ['2026-13-01T00:00:00Z', '"2026-13-01T00:00:00Z": there is no month 13: months go from 01 to 12'],
    [
      '2026-01-01T24:00:00Z',
      '"2026-01-01T24:00:00Z": there is no hour 24: hours go from 00 to 23, midnight is 00:00:00 of the next day',
    ],
    ['2026-01-01T00:60:00Z', '"2026-01-01T00:60:00Z": there is no minute 60: minutes go from 00 to 59'],
    [
      '2016-12-31T23:59:60Z',
      '"2016-12-31T23:59:60Z": there is no second 60: seconds go from 00 to 59, a leap second is written as :59',
    ],
    [
      '2026-01-01T00:00:00+24:00',
      '"2026-01-01T00:00:00+24:00": there is no offset +24:00: they go from -23:59 to +23:59',
    ],
    [
      '2026-01-01T00:00:00-01:60',
      '"2026-01-01T00:00:00-01:60": there is no offset -01:60: they go from -23:59 to +23:59',
    ],
    [
      '2026-01-01T00:00:00+0200',
      '"2026-01-01T00:00:00+0200": +0200 is not an offset: write it like +02:00, or Z for UTC',
    ],
    ['yesterday', '"yesterday" is not a date-time: write it like 2026-11-22T08:30:00Z'],
    ['2026-01-01T00:00:00 CET', '"2026-01-01T00:00:00 CET" is not a date-time: write it like 2026-01-01T08:30:00Z'],
    ['', '"" is not a date-time: write it like 2026-11-22T08:30:00Z'],
  ])('%s', (text, message) => {
    expect(() => parseDateTime(text)).toThrow(new DateTimeError(message));
  });

  it.each([
    '+002026-01-01T00:00:00Z',
    '2026-1-1T00:00:00Z',
    '٢٠٢٦-01-01T00:00:00Z',
    ' 2026-01-01T00:00:00Z',
    '1767225600',
  ])('%s is not one, whatever Date.parse would make of it', (text) => {
    expect(() => parseDateTime(text)).toThrow('is not a date-time');
  });

  it('and quotes no more than the beginning of a long value', () => {
    expect(() => parseDateTime('\u0007😀'.repeat(10_000))).toThrow(/^"(\\u0007😀){20}…" is not a date-time/u);
  });

  it('and what it says to write is a date-time', () => {
    const text = fc.stringMatching(/^20[0-3]\d-[01]\d-[0-3]\d([T ][0-2]\d:[0-6]\d(:[0-6]\d(\.\d{1,12})?)?)?$/);
    fc.assert(
      fc.property(text, (value) => {
        const advice = /write (?:it like )?(\S+Z)/.exec(refusal(value));
        if (advice) expect(parseDateTime(advice[1]!)).toMatch(/Z$/);
      }),
    );
  });

  it('and any other text is either read or refused with a DateTimeError', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(refusal(text)).toContain('not a date-time');
      }),
    );
  });
});

function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function refusal(text: string): string {
  try {
    parseDateTime(text);
  } catch (error) {
    if (error instanceof DateTimeError) return error.message;
    throw error;
  }
  throw new Error(`${text} was read`);
}
