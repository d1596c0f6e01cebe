import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimeZone } from '../../src/lib/time-zone.js';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/Dublin',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Africa/Casablanca',
  'Africa/Freetown',
  'Pacific/Apia',
  'Antarctica/Troll',
].map((name) => new TimeZone(name));

const zones = fc.constantFrom(...ZONES);
const instants = fc.integer({ min: Date.UTC(1800, 0) / 1000, max: Date.UTC(2100, 0) / 1000 }).map((s) => s * 1000);
const HOUR = 3_600_000;

describe('the offset of a zone', () => {
  it('agrees with Intl at any instant', () => {
    fc.assert(
      fc.property(zones, instants, (zone, at) => {
        expect(zone.offsetAt(at)).toBe(offsetByIntl(zone.name, at));
      }),
      { numRuns: 2000 },
    );
  });

  it('changes in the very millisecond in which the clock is changed', () => {
    const berlin = new TimeZone('Europe/Berlin');
    expect(berlin.offsetAt(Date.UTC(2026, 2, 29, 1) - 1)).toBe(60);
    expect(berlin.offsetAt(Date.UTC(2026, 2, 29, 1))).toBe(120);
    expect(berlin.offsetAt(Date.UTC(2026, 9, 25, 1) - 1)).toBe(120);
    expect(berlin.offsetAt(Date.UTC(2026, 9, 25, 1))).toBe(60);
  });

  it('may be half an hour of daylight saving, or a whole day that a country left out', () => {
    expect(new TimeZone('Australia/Lord_Howe').offsetAt(Date.UTC(2026, 0))).toBe(660);
    expect(new TimeZone('Australia/Lord_Howe').offsetAt(Date.UTC(2026, 6))).toBe(630);
    expect(new TimeZone('Pacific/Apia').offsetAt(Date.UTC(2011, 11, 30, 10) - 1)).toBe(-600);
    expect(new TimeZone('Pacific/Apia').offsetAt(Date.UTC(2011, 11, 30, 10))).toBe(840);
  });

  it('keeps the seconds of a local mean time', () => {
    expect(new TimeZone('Europe/Berlin').offsetAt(Date.UTC(1880, 0)) * 60).toBe(53 * 60 + 28);
  });
});

describe('a wall-clock time', () => {
  it('is the instant at which the clock showed it, the first if there were two', () => {
    fc.assert(
      fc.property(zones, instants, (zone, at) => {
        const local = localTime(zone, at);
        const epoch = zone.toEpoch(local);
        expect(localTime(zone, epoch)).toBe(local);
        expect(epoch).toBeLessThanOrEqual(at);
      }),
      { numRuns: 2000 },
    );
  });

  it('comes back where no clock was changed nearby', () => {
    fc.assert(
      fc.property(zones, instants, (zone, at) => {
        fc.pre(zone.offsetAt(at - 48 * HOUR) === zone.offsetAt(at + 48 * HOUR));
        expect(zone.toEpoch(localTime(zone, at))).toBe(at);
      }),
    );
  });

  it('that the clock skipped moves forward by the length of the gap', () => {
    const zone = new TimeZone('Europe/Berlin');
    expect(zone.toEpoch(Date.UTC(2026, 2, 29, 2, 30))).toBe(Date.UTC(2026, 2, 29, 1, 30));
    expect(localTime(zone, Date.UTC(2026, 2, 29, 1, 30))).toBe(Date.UTC(2026, 2, 29, 3, 30));
  });

  it('that occurs twice is the one that is nearer to an instant, where one is given', () => {
    const berlin = new TimeZone('Europe/Berlin');
    const local = Date.UTC(2026, 9, 25, 2, 30);
    const [first, second] = [Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30)];
    expect(berlin.locate(local)).toEqual({ first, second, exists: true });
    expect([berlin.toEpoch(local, first), berlin.toEpoch(local, second)]).toEqual([first, second]);
    expect(berlin.near(second + 600_000).toEpoch(local)).toBe(second);
    expect(berlin.locate(Date.UTC(2026, 2, 29, 2, 30)).exists).toBe(false);
  });

  it('that occurs twice is the first', () => {
    expect(new TimeZone('America/New_York').toEpoch(Date.UTC(2026, 10, 1, 1, 30))).toBe(Date.UTC(2026, 10, 1, 5, 30));
    expect(new TimeZone('Australia/Lord_Howe').toEpoch(Date.UTC(2026, 3, 5, 1, 45))).toBe(Date.UTC(2026, 3, 4, 14, 45));
  });

  it('on a day that a country left out is a day later', () => {
    expect(new TimeZone('Pacific/Apia').toEpoch(Date.UTC(2011, 11, 30, 12))).toBe(Date.UTC(2011, 11, 30, 22));
    expect(new TimeZone('Pacific/Apia').toEpoch(Date.UTC(2011, 11, 31))).toBe(Date.UTC(2011, 11, 30, 10));
  });
});

describe('the name of a zone', () => {
  it.each(['Europe/Nowhere', 'CET+1', '+02:00', ''])('is not %j', (name) => {
    expect(() => new TimeZone(name)).toThrow(
      new RangeError(`"${name}" is not a time zone: write an IANA name such as Europe/Berlin or UTC`),
    );
  });
});

function localTime(zone: TimeZone, at: number): number {
  return at + Math.round(zone.offsetAt(at) * 60_000);
}

function offsetByIntl(timeZone: string, at: number): number {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(at).find((part) => part.type === 'timeZoneName')!.value;
  const [, sign, hours, minutes, seconds] = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name)!;
  return (sign === '-' ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0) + Number(seconds ?? 0) / 60);
}
