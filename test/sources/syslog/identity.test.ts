import { describe, expect, test } from 'vitest';
import { TimeZone } from '../../../src/lib/time-zone.js';
import { auditOf } from './lines.js';

const AUDIT = 'admin:10.1.2.3 Account_Added 2019/09/23 11:39:00 Success pam win1:acc:Testing';
const old = (time: string, host: string, text: string) => `<38>${time} ${host} ${text}`;
const fresh = (time: string, text: string, data = '-') => `<38>1 ${time} pam PAM360 - - ${data} ${text}`;

/** How many audits lines are. */
const rows = (...audits: { sourceId: string }[]) => new Set(audits.map(({ sourceId }) => sourceId)).size;

describe('the same row', () => {
  test('is an audit that comes again, later, by another way or in another envelope', () => {
    const again = [
      auditOf(old('Sep 23 11:39:00', 'pam', AUDIT)),
      auditOf(old('Sep 23 11:39:00', 'pam', AUDIT), '2026-11-27T00:00:00Z'),
      auditOf(old('Sep 23 11:39:00', 'pam', AUDIT), undefined, undefined, { sender: '198.51.100.1' }),
      auditOf(old('Sep 24 02:00:00', 'PAM', AUDIT)),
      auditOf(old('Sep 23 11:39:00', 'pam', `PAM360[7]: ${AUDIT}`)),
      auditOf(fresh('2019-09-23T11:39:00.123456Z', AUDIT)),
      auditOf(old('Nov 26 12:00:00', 'relay', `resend: Sep 23 11:39:00 pam ${AUDIT}`)),
      auditOf(fresh('2026-11-26T12:00:00Z', `2019-09-23T11:39:00.123456+00:00 pam PAM360: ${AUDIT}`)),
    ];
    expect(rows(...again)).toBe(1);
  });

  test('is any other line that comes again, whenever and by whichever way', () => {
    const text = old('Nov 26 11:00:00', 'pam', 'su: hello');
    const later = auditOf(text, '2026-12-24T00:00:00Z', undefined, { sender: '198.51.100.1' });
    expect(rows(auditOf(text), later)).toBe(1);
  });

  test('are two equal lines of one second that nobody numbered', () => {
    expect(rows(auditOf(AUDIT), auditOf(AUDIT))).toBe(1);
    expect(rows(auditOf('hello', '2026-11-26T12:00:00.100Z'), auditOf('hello', '2026-11-26T12:00:00.900Z'))).toBe(1);
  });
});

describe('another row', () => {
  test('is what the sender numbered', () => {
    const numbered = (n: number) => fresh('2019-09-23T11:39:00Z', AUDIT, `[meta sequenceId="${n}"]`);
    expect(rows(auditOf(numbered(1)), auditOf(numbered(2)), auditOf(numbered(1)))).toBe(2);
    const line = (n: number) => old('Nov 26 11:00:00', 'pam', `su: [${n}] hello`);
    expect(rows(auditOf(line(1)), auditOf(line(2)))).toBe(2);
  });

  test('is an equal line of another host, or of another address where none is named', () => {
    expect(rows(auditOf(old('Sep 23 11:39:00', 'a', AUDIT)), auditOf(old('Sep 23 11:39:00', 'b', AUDIT)))).toBe(2);
    expect(rows(auditOf(AUDIT), auditOf(AUDIT, undefined, undefined, { sender: '198.51.100.1' }))).toBe(2);
  });

  test('is an equal audit of another second', () => {
    expect(rows(auditOf(AUDIT), auditOf(AUDIT.replace('11:39:00', '11:39:01')))).toBe(2);
  });

  test('is an equal line of another time: by its fraction, or of another year', () => {
    const at = (fraction: string) => auditOf(fresh(`2026-11-26T11:00:00.${fraction}Z`, 'hello'));
    expect(rows(at('000001'), at('000002'))).toBe(2);
    const text = old('Nov 26 11:00:00', 'pam', 'su: hello');
    expect(rows(auditOf(text), auditOf(text, '2027-11-26T12:00:00Z'))).toBe(2);
  });

  test('is an equal line without a time that comes in another second', () => {
    expect(rows(auditOf('hello'), auditOf('hello', '2026-11-26T12:00:01Z'))).toBe(2);
  });
});

test('ids grow with time and fit their column', () => {
  const ids = ['11:39:00', '11:39:01', '12:00:00'].map((time) => auditOf(AUDIT.replace('11:39:00', time)).sourceId);
  expect(ids.toSorted()).toEqual(ids);
  expect(auditOf(AUDIT, undefined, new TimeZone('UTC')).sourceId).toMatch(/^\d{17}-[\da-f]{32}$/);
});
