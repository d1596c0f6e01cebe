import { describe, expect, test } from 'vitest';
import { TimeZone } from '../../../src/lib/time-zone.js';
import { lineToAudit } from '../../../src/sources/syslog/line-to-audit.js';

const berlin = new TimeZone('Europe/Berlin');
const read = (text: string, receivedAt = '2026-11-29T12:00:00Z') =>
  lineToAudit({ text, sender: '192.0.2.1', receivedAt: Date.parse(receivedAt) }, berlin);

const AUDIT = 'TaskAudit:System:localhost Schedule_Executed 2026/10/25 02:30:00 Success pam01 Hourly:N/A:ok';
const fresh = (time: string, text: string) => `<38>1 ${time} pam01 pam360 - - - ${text}`;
const old = (time: string, text: string) => `<38>${time} pam01 ${text}`;

describe('a local time that the clock showed twice', () => {
  test.each([
    ['of an envelope with an offset', fresh('2026-10-25T02:30:00+02:00', AUDIT), '2026-10-25T00:30:00.000Z'],
    ['of one with the other offset', fresh('2026-10-25T02:30:00+0100', AUDIT), '2026-10-25T01:30:00.000Z'],
    ['of RFC 3164 with an offset', old('2026-10-25T02:30:00+01:00', AUDIT), '2026-10-25T01:30:00.000Z'],
  ])('is the instant that is nearest to the time %s', (_, line, time) => {
    expect(read(line).occurredAt).toBe(time);
  });

  test.each([
    ['2026-10-25T00:30:01Z', '2026-10-25T00:30:00.000Z'],
    ['2026-10-25T01:30:01Z', '2026-10-25T01:30:00.000Z'],
  ])('is the one that is nearest to its reception at %s, where nothing else says', (receivedAt, time) => {
    expect(read(AUDIT, receivedAt).occurredAt).toBe(time);
    expect(read(old('Oct 25 02:30:00', AUDIT), receivedAt).occurredAt).toBe(time);
    expect(read(old('Oct 25 02:30:00', 'job: done'), receivedAt).occurredAt).toBe(time);
    expect(read(fresh('2026-10-25T02:30:00', 'done'), receivedAt).occurredAt).toBe(time);
  });

  test('is another audit an hour later, and the same one where a relay sends it again', () => {
    const [first, second] = ['+02:00', '+01:00'].map((offset) => fresh(`2026-10-25T02:30:00${offset}`, AUDIT));
    expect(read(first!).sourceId).not.toBe(read(second!).sourceId);
    for (const line of [first!, second!]) {
      expect(read(line, '2026-12-24T00:00:00Z').sourceId).toBe(read(line, '2026-10-25T01:31:00Z').sourceId);
    }
  });
});

describe('the time of a header', () => {
  test.each([
    ['2026-11-29T12:00:00.123456+0100', '2026-11-29T11:00:00.124Z'],
    ['2026-11-29T12:00:00,123456+01:00', '2026-11-29T11:00:00.124Z'],
    ['2026-11-29T12:00:00+01', '2026-11-29T11:00:00.000Z'],
    ['2026-11-29T13:00:15', '2026-11-29T12:00:15.000Z'],
    ['2026-11-29T13:00:15,5', '2026-11-29T12:00:15.500Z'],
    ['2026-11-29T12:00:15z', '2026-11-29T12:00:15.000Z'],
  ])('%s is read in RFC 5424 as in RFC 3164, and comes again as the same row', (time, expected) => {
    for (const line of [fresh(time, 'hello'), old(time, 'job: hello')]) {
      expect(read(line).occurredAt).toBe(expected);
      expect(read(line, '2026-12-01T00:00:00Z').sourceId).toBe(read(line).sourceId);
    }
  });

  test.each(['1970-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '2107-01-01T00:00:00Z'])(
    '%s cannot be, so the line has the second of its reception, and an audit its own time',
    (time) => {
      expect(read(fresh(time, 'hello')).occurredAt).toBe('2026-11-29T12:00:00.000Z');
      expect(read(fresh(time, AUDIT.replace('02:30', '12:30'))).occurredAt).toBe('2026-10-25T11:30:00.000Z');
    },
  );
});
