import { describe, expect, test } from 'vitest';
import { TimeZone } from '../../../src/lib/time-zone.js';
import { readEnvelope } from '../../../src/sources/syslog/read-envelope.js';

const berlin = new TimeZone('Europe/Berlin');
const read = (text: string, receivedAt = '2026-11-26T12:00:00Z') => readEnvelope(text, berlin, Date.parse(receivedAt));

describe('RFC 3164, as real senders write it', () => {
  const usual = { facility: 4, time: '2026-11-26T10:00:00.000Z', host: 'pam', app: 'su', content: 'su: hello' };
  test.each([
    ['as it stands in the RFC', '<38>Nov 26 11:00:00 pam su: hello', usual],
    ['without a priority', 'Nov 26 11:00:00 pam su: hello', { ...usual, facility: null }],
    ['with a priority that is none', '<999>su: hello', { facility: null, time: null, content: '<999>su: hello' }],
    ['with the number of a process', '<38>Nov 26 11:00:00 pam su[7]: hello', { ...usual, content: 'su[7]: hello' }],
    ['with a day of one digit', '<38>Nov  6 11:00:00 pam su: hello', { ...usual, time: '2026-11-06T10:00:00.000Z' }],
    ['with the year before the clock', '<38>Nov 26 2019 11:00:00 pam su: hello', { time: '2019-11-26T10:00:00.000Z' }],
    ['with the year behind the clock', '<38>Nov 26 11:00:00 2019 pam su: hello', { time: '2019-11-26T10:00:00.000Z' }],
    ['with a fraction', '<38>Nov 26 11:00:00.25 pam su: hello', { ...usual, time: '2026-11-26T10:00:00.250Z' }],
    ['in small letters', '<38>nov 26 11:00:00 pam su: hello', usual],
    ['with blanks behind the priority', '<38>  Nov 26 11:00:00 pam su: hello', usual],
    [
      'with a time of RFC 3339',
      '<38>2026-11-26T10:00:00.123456+00:00 pam su: hello',
      { ...usual, time: '2026-11-26T10:00:00.124Z' },
    ],
    ['with an offset without a colon', '<38>2026-11-26T05:00:00-0500 pam su: hello', usual],
    ['with such a time without an offset', '<38>2026-11-26T11:00:00 pam su: hello', usual],
    ['without a tag', '<38>Nov 26 11:00:00 pam hello there', { ...usual, app: null, content: 'hello there' }],
    ['without a host', '<38>Nov 26 11:00:00 su: hello', { ...usual, host: null }],
    ['with an IPv6 address for a host', '<38>Nov 26 11:00:00 2001:db8::1 su: hello', { ...usual, host: '2001:db8::1' }],
    ['without a time', '<38>su: hello', { time: null, host: null, app: 'su', content: 'su: hello' }],
    ['with a day that does not exist', '<38>Feb 30 11:00:00 pam su: hello', { ...usual, time: null }],
    [
      'in summer, one hour further from UTC',
      '<38>Jul  1 2026 11:00:00 pam su: hello',
      { time: '2026-07-01T09:00:00.000Z' },
    ],
  ])('is read %s', (_, text, envelope) => {
    expect(read(text)).toMatchObject(envelope);
  });

  test.each([
    ['a line of Old Year on New Year', 'Dec 31 23:59:59', '2027-01-01T08:00:00Z', '2026-12-31T22:59:59.000Z'],
    [
      'a line of New Year from a clock that is ahead',
      'Jan  1 00:00:05',
      '2026-12-31T22:59:59Z',
      '2026-12-31T23:00:05.000Z',
    ],
    ['a line of today', 'Jan  1 00:00:05', '2027-01-01T00:00:00Z', '2026-12-31T23:00:05.000Z'],
    ['a leap day that is late', 'Feb 29 11:00:00', '2028-08-01T00:00:00Z', '2028-02-29T10:00:00.000Z'],
    ['a leap day where there is none', 'Feb 29 11:00:00', '2026-03-01T00:00:00Z', null],
    ['what waited for half a year', 'Jun 15 12:00:00', '2026-11-26T12:00:00Z', '2026-06-15T10:00:00.000Z'],
  ])('of %s has the year that is nearest', (_, time, receivedAt, expected) => {
    expect(read(`<38>${time} pam su: hello`, receivedAt).time).toBe(expected);
  });
});

describe('RFC 5424', () => {
  const head = '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47';
  test.each([
    ['with nothing but nil', '<13>1 - - - - - -', { time: null, host: null, app: null, content: '', sequenceId: null }],
    [
      'without structured data',
      `${head} - An event`,
      { facility: 20, time: '2003-10-11T22:14:15.003Z', content: 'An event' },
    ],
    [
      'with structured data',
      `${head} [a@1 x="1"][meta sequenceId="29"] An event`,
      { sequenceId: '29', content: 'An event' },
    ],
    ['with structured data alone', `${head} [a@1 x="1"]`, { content: '' }],
    ['with escapes', `${head} [a@1 x="\\"\\]\\\\"] An event`, { content: 'An event' }],
    ['with a bracket that nobody escaped', `${head} [a@1 x="[1]"] An event`, { content: 'An event' }],
    ['with a byte order mark', `${head} - \uFEFFAn event`, { content: 'An event' }],
    ['with microseconds, rounded up', `${head.replace('.003', '.003001')} - x`, { time: '2003-10-11T22:14:15.004Z' }],
    ['with an offset', `${head.replace('.003Z', '-07:00')} - x`, { time: '2003-10-12T05:14:15.000Z' }],
    [
      'with a time that is none',
      `${head.replace('2003-10', '2003-13')} - x`,
      { time: null, host: 'mymachine.example.com' },
    ],
    ['with damaged structured data', `${head} [a@1 x= An event`, { content: '[a@1 x= An event' }],
    ['with a number that is of something else', `${head} [a@1 sequenceId="1"] x`, { sequenceId: null }],
  ])('is read %s', (_, text, envelope) => {
    expect(read(text)).toMatchObject(envelope);
  });
});
