import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TimeZone } from '../../../src/lib/time-zone.js';
import { auditOf } from './lines.js';

const SAMPLE = 'admin: Account_Added 2019/09/23 11:39:00 Success pam_test windows-server1:account1:Testing';

const sample = {
  occurredAt: '2019-09-23T11:39:00.000Z',
  category: 'RESOURCE',
  operation: 'Account Added',
  outcome: 'SUCCESS',
  operatedBy: 'admin',
  ipAddress: null,
  reason: 'Testing',
  resourceName: 'windows-server1',
  accountName: 'account1',
  userName: null,
};

describe('an audit of the product', () => {
  test.each([
    ['alone', ''],
    ['in RFC 3164', '<38>Sep 23 11:39:01 pam '],
    ['in RFC 3164 without a host', '<38>Sep 23 11:39:01 '],
    ['in RFC 3164 with a tag', '<38>Sep 23 11:39:01 pam PAM360: '],
    ['in RFC 3164 with the number of a process', '<38>Sep 23 11:39:01 pam PAM360[12]: '],
    ['in RFC 3164 without a time', '<38>'],
    ['in RFC 5424', '<38>1 2019-09-23T11:39:01.5Z pam PAM360 - - - '],
    [
      'in RFC 5424 with a byte order mark',
      '<38>1 2019-09-23T11:39:01.5Z pam PAM360 - - [timeQuality tzKnown="1"] \uFEFF',
    ],
  ])('is read %s', (_, envelope) => {
    expect(auditOf(envelope + SAMPLE)).toMatchObject(sample);
  });

  test('with a kind and an address', () => {
    const text = SAMPLE.replace('admin:', 'ResourceAudit:admin:10.1.2.3');
    expect(auditOf(`<38>Sep 23 11:39:01 pam ${text}`)).toMatchObject({ ...sample, ipAddress: '10.1.2.3' });
    expect(auditOf(`<38>Sep 23 11:39:01 pam PAM360: ${text}`)).toMatchObject({ ...sample, ipAddress: '10.1.2.3' });
  });

  test.each([
    ['UserAudit:ann:10.1.2.3 User_Logged_in_-_AD', 'USER', 'User Logged in - AD'],
    ['ann:10.1.2.3 User_Logged_in_-_AD', 'USER', 'User Logged in - AD'],
    ['TaskAudit:System:localhost Schedule_Executed', 'TASK', 'Schedule Executed'],
    ['ResourceAudit:ann:10.1.2.3 Session_Started', 'RESOURCE', 'Session Started'],
    ['ann:10.1.2.3 Session_Ended', 'ACTIVE_PRIVILEGED_SESSION', 'Session Ended'],
    ['ann:10.1.2.3 Password_Retrieved', 'RESOURCE', 'Password Retrieved'],
  ])('%s is of its category', (head, category, operation) => {
    expect(auditOf(`${head} 2019/09/23 11:39:00 Success pam a:b:c`)).toMatchObject({ category, operation });
  });

  test.each([
    ['Success', 'SUCCESS'],
    ['Failed', 'FAILURE'],
    ['Failure', 'FAILURE'],
  ])('that says %s has the outcome %s', (status, outcome) => {
    expect(auditOf(SAMPLE.replace('Success', status))).toMatchObject({ outcome });
  });

  test('of a kind that it says itself may have any status', () => {
    const text = SAMPLE.replace('admin:', 'ResourceAudit:admin:::1').replace('Success', 'Pending');
    expect(auditOf(text)).toMatchObject({ operation: 'Account Added', outcome: 'UNKNOWN', ipAddress: '::1' });
  });

  test.each([
    ['win 1:acc:Because: of 10:30', { resourceName: 'win 1', accountName: 'acc', reason: 'Because: of 10:30' }],
    ['N/A:-:', { resourceName: null, accountName: null, reason: null }],
    ['win1', { resourceName: 'win1', accountName: null, reason: null }],
    ['', { resourceName: null, accountName: null, reason: null }],
    ['-ann:N/A:Signed in', { resourceName: null, userName: 'ann', accountName: null, reason: 'Signed in' }],
  ])('about %j is read as far as it goes', (object, read) => {
    expect(auditOf(SAMPLE.replace('windows-server1:account1:Testing', object))).toMatchObject(read);
  });

  test('was at its own time, in the zone of the source, whatever its envelope says', () => {
    const audit = auditOf(`<38>Nov 26 12:00:00 pam ${SAMPLE}`, undefined, new TimeZone('America/New_York'));
    expect(audit.occurredAt).toBe('2019-09-23T15:39:00.000Z');
  });

  test.each([
    ['a time that does not exist', SAMPLE.replace('09/23', '13/23')],
    ['no user', SAMPLE.replace('admin:', '')],
    ['a status that is no word of the product', SAMPLE.replace('Success', 'begins')],
  ])('is none where it has %s, and the whole line is kept', (_, text) => {
    expect(auditOf(text)).toMatchObject({ operation: 'Syslog Message', reason: text });
  });

  test('is one with a name and an address of any length, which are cut when it is stored', () => {
    const long = SAMPLE.replace('windows-server1', 'w'.repeat(256)).replace('admin:', `admin:${'1'.repeat(65)}`);
    expect(auditOf(long)).toMatchObject({ operation: 'Account Added', resourceName: 'w'.repeat(256) });
  });

  test('says so where its reason is longer than is kept', () => {
    const { reason } = auditOf(SAMPLE.replace('Testing', 'x'.repeat(20_000)));
    expect(reason).toHaveLength(16_000);
    expect(reason).toMatch(/^x+ … \[cut: the message had 20000 characters here\]$/);
  });

  test('comes back as it was written', () => {
    const word = fc.stringMatching(/^[A-Za-z0-9\\.@-]{1,20}$/).filter((text) => !/^-|^N\/A$/.test(text));
    const names = fc.record({ user: word, operation: word, resource: word, account: word });
    const reason = fc.stringMatching(/^[A-Za-z0-9:éß]([ A-Za-z0-9:éß]{0,40}[A-Za-z0-9éß])?$/);
    fc.assert(
      fc.property(names, reason, fc.ipV4(), fc.boolean(), (name, why, address, isSuccess) => {
        const { user, operation, resource, account } = name;
        const status = isSuccess ? 'Success' : 'Failed';
        const text = `ResourceAudit:${user}:${address} ${operation}_X 2026/01/02 03:04:05 ${status} pam ${resource}:${account}:${why}`;
        expect(auditOf(`<38>Jan  2 03:04:05 pam ${text}`)).toMatchObject({
          occurredAt: '2026-01-02T03:04:05.000Z',
          operatedBy: user,
          ipAddress: address,
          operation: `${operation} X`,
          outcome: isSuccess ? 'SUCCESS' : 'FAILURE',
          resourceName: resource,
          accountName: account,
          reason: why,
        });
      }),
    );
  });
});
