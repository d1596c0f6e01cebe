import { describe, expect, it } from 'vitest';
import { DateTimeError } from '../../src/lib/date-time.js';
import { parseSourceTime } from '../../src/lib/source-time.js';
import { TimeZone } from '../../src/lib/time-zone.js';

const SHANGHAI = new TimeZone('Asia/Shanghai');
const BERLIN = new TimeZone('Europe/Berlin');

describe('a time as a source writes it', () => {
  it.each([
    '2024-03-12 13:45:44.835',
    '2024-03-12T13:45:44.835',
    '2024/03/12 13:45:44.8341',
    '2024-03-12T05:45:44.835Z',
    '2024-03-12T07:45:44.835+02:00',
    '1710222344835',
    1710222344835,
    1710222344834.25,
    '2024-03-12 05:45:44,835 +0000',
    '2024-03-12 05:45:44.835 +0000 UTC',
    '2024-03-12T05:45:44.835+00',
    '2024-03-12T05:45:44.835z',
    '2024/03/12 05:45:44.835 UTC',
    '2024-03-12 05:45:44.835 GMT',
    '20240312T054544.835Z',
    '20240312134544,835',
  ])('%s is the same instant', (value) => {
    expect(parseSourceTime(value, SHANGHAI)).toBe('2024-03-12T05:45:44.835Z');
  });

  it('follows the daylight saving of the zone', () => {
    expect(parseSourceTime('2026/01/10 12:00:00', BERLIN)).toBe('2026-01-10T11:00:00.000Z');
    expect(parseSourceTime('2026/07/10 12:00:00', BERLIN)).toBe('2026-07-10T10:00:00.000Z');
    expect(parseSourceTime('2026-03-29 02:30:00', BERLIN)).toBe('2026-03-29T01:30:00.000Z');
  });

  it('stays within what the database can hold', () => {
    expect(parseSourceTime('9999-12-31 23:59:59.9999', BERLIN)).toBe('9999-12-31T23:00:00.000Z');
  });

  it('of 14 digits is yyyyMMddHHmmss of the zone, as a text and as a number', () => {
    expect(parseSourceTime('20261129100000', BERLIN)).toBe('2026-11-29T09:00:00.000Z');
    expect(parseSourceTime(20261129100000, BERLIN)).toBe('2026-11-29T09:00:00.000Z');
  });

  it.each([
    '0001-01-01T00:00:00Z',
    '0001-01-01 00:00:00',
    '0001-01-01T00:00:00.0000000+01:00',
    '0000-12-31T23:00:00Z',
    '0001-01-01',
    '0000-00-00',
    '0000-00-00 00:00:00',
    '0000/00/00 00:00:00',
    '00000000000000',
    '1970-01-01T00:00:00Z',
    '1970-01-01 00:00:00',
    '1970-01-01',
    '1601-01-01T00:00:00.000Z',
    '1899-12-30T00:00:00',
    '1900-01-01 00:00:00',
    'Never',
    'never expires',
    'n/a',
    'NULL',
    '--',
    '0',
    0,
    -62135596800000,
  ])('%s stands for no time', (value) => {
    expect(parseSourceTime(value, BERLIN)).toBeNull();
    if (typeof value === 'string') expect(parseSourceTime(value, null)).toBeNull();
  });

  it.each([
    ['0202-11-26T08:30:00Z', 'there is no record of the year 0202'],
    ['26121129100000', '14 digits are read as yyyyMMddHHmmss, of the years 1990 to 2100'],
    [26121129100000, '14 digits are read as yyyyMMddHHmmss'],
    ['20261329100000', 'there is no month 13'],
    ['202611291000', 'is 1976-06-03'],
    [202611291000, 'is 1976-06-03'],
    ['9999999999999', 'if it is milliseconds since 1970'],
    ['2023/02/30 10:00:00', '"2023/02/30 10:00:00": 2023/02/30 is not a date: February 2023 has 28 days'],
    ['2024-03-12 25:00:00', 'there is no hour 25'],
    ['2024/03/12', '"2024/03/12" is not a date-time'],
    [1710222344, '"1710222344" is not a time: a number is read as milliseconds since 1970'],
    [Number.NaN, '"NaN" is not a time'],
    ['1710222344', '"1710222344" is not a date-time'],
  ])('%s is refused', (value, message) => {
    expect(() => parseSourceTime(value, BERLIN)).toThrow(DateTimeError);
    expect(() => parseSourceTime(value, BERLIN)).toThrow(message);
  });
});
