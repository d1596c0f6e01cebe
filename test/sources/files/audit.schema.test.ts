import { describe, expect, it } from 'vitest';
import { Module } from '../../../src/database/module.js';
import { anAudit, readRow } from './read.js';

const readAudit = (fields: object, zone = 'UTC') => readRow(Module.AUDITS, { ...anAudit(), ...fields }, { zone });

describe('a row of audits', () => {
  it('needs no more than id, time, category, operation and operator', async () => {
    expect(await readAudit({})).toEqual({
      record: {
        ...anAudit(),
        outcome: 'UNKNOWN',
        ipAddress: null,
        clientType: null,
        reason: null,
        ticketId: null,
        resourceSourceId: null,
        resourceName: null,
        accountSourceId: null,
        accountName: null,
        userName: null,
        userFullName: null,
      },
    });
  });

  it('says all that is wrong with it at once', async () => {
    expect(await readAudit({ occurredAt: '2023-02-30T00:00:00Z', operation: ' ', category: 'Sessions' })).toEqual({
      refused:
        'occurredAt: "2023-02-30T00:00:00Z": 2023-02-30 is not a date: February 2023 has 28 days; ' +
        'category: "Sessions" is none of RESOURCE, USER, TASK, USER_SESSION, RECORDED_CONNECTION, ' +
        'ACTIVE_PRIVILEGED_SESSION, KEY_AND_CERTIFICATE, SDK_APPLICATION; operation is missing',
    });
  });

  it('reads a time without an offset in the zone of the source', async () => {
    const { record } = await readAudit({ occurredAt: '2024/03/12 13:45:44' }, 'Asia/Shanghai');
    expect(record?.occurredAt).toBe('2024-03-12T05:45:44.000Z');
    expect((await readAudit({ occurredAt: 1710222344835 })).record?.occurredAt).toBe('2024-03-12T05:45:44.835Z');
  });

  it('takes the words of an enum in any case, with spaces or underscores', async () => {
    expect((await readAudit({ category: ' User Session ', outcome: 'failure' })).record).toMatchObject({
      category: 'USER_SESSION',
      outcome: 'FAILURE',
    });
  });

  it.each([
    ['Resource', 'RESOURCE'],
    ['Resource Audit', 'RESOURCE'],
    ['User', 'USER'],
    ['User Audits', 'USER'],
    ['Task_Audit', 'TASK'],
    ['User Sessions', 'USER_SESSION'],
    ['Recorded Connections', 'RECORDED_CONNECTION'],
    ['active-privileged-sessions', 'ACTIVE_PRIVILEGED_SESSION'],
    ['Keys and Certificates', 'KEY_AND_CERTIFICATE'],
    ['Keys & Certificates', 'KEY_AND_CERTIFICATE'],
    ['SDKApplication', 'SDK_APPLICATION'],
  ])('knows the category %j of the products', async (category, expected) => {
    expect((await readAudit({ category })).record?.category).toBe(expected);
  });

  it.each([
    ['Success', 'SUCCESS'],
    ['succeeded', 'SUCCESS'],
    ['Successful', 'SUCCESS'],
    ['Failed', 'FAILURE'],
    ['FAIL', 'FAILURE'],
    ['Unknown', 'UNKNOWN'],
  ])('knows the outcome %j of the products', async (outcome, expected) => {
    expect((await readAudit({ outcome })).record?.outcome).toBe(expected);
  });

  it.each([{ category: 'Audit' }, { category: 'Resource1' }, { outcome: 'Denied' }])('knows no %j', async (fields) => {
    expect((await readAudit(fields)).refused).toMatch(/ is none of /);
  });

  it.each(['', '-', 'N/A', '  ', null])('takes %j as nothing where a value may be absent', async (nothing) => {
    const { record } = await readAudit({ outcome: nothing, reason: nothing, ticketId: nothing });
    expect(record).toMatchObject({ outcome: 'UNKNOWN', reason: null, ticketId: null });
  });

  it('takes whole numbers for ids, if JSON keeps them exactly', async () => {
    expect((await readAudit({ sourceId: 17, ticketId: 4 })).record).toMatchObject({ sourceId: '17', ticketId: '4' });
    expect(await readAudit({ sourceId: 2 ** 53 })).toEqual({
      refused: 'sourceId: "9007199254740992" is not a whole number that JSON keeps exactly: write it as a text',
    });
  });

  it.each([
    [{ operation: 17 }, 'operation is a number, not a text'],
    [{ reason: ['a'] }, 'reason is a list, not a text'],
    [{ occurredAt: true }, 'occurredAt is a boolean, not a time'],
    [{ occurredAt: null }, 'occurredAt is missing'],
    [{ userName: 'a\0b' }, 'userName holds a NUL character'],
    [{ deleted: 'true' }, 'audits are never deleted'],
    [{ deleted: 'perhaps' }, 'deleted: "perhaps" is none of true, 1, false, 0'],
    [{ password: 'x' }, /^unknown field "password": known are sourceId, occurredAt, category, /],
    [{ colour: 1, shape: 2 }, /^unknown fields "colour", "shape": known are /],
  ])('is refused for %j', async (fields, reason) => {
    expect((await readAudit(fields)).refused).toMatch(reason);
  });

  it('keeps a text that is too long, which is cut when it is stored, and is refused for an id that is too long', async () => {
    const long = { operation: '😀'.repeat(256), ipAddress: 'x'.repeat(65) };
    expect((await readAudit(long)).record).toMatchObject(long);
    expect((await readAudit({ sourceId: 'x'.repeat(256) })).refused).toMatch(/sourceId/);
  });

  it('replaces half of a surrogate pair, which no database can hold', async () => {
    expect((await readAudit({ reason: 'a\ud83d b' })).record?.reason).toBe('a\ufffd b');
  });

  it('leaves out what this gateway wrote beside the record', async () => {
    const extra = {
      id: '9',
      recordedAt: 'x',
      resourceId: '1',
      accountId: null,
      source: 'PAM360',
      kind: 'UPSERT',
      _cursor: 'c',
    };
    expect(await readAudit({ ...extra, deleted: false })).toEqual(await readAudit({}));
  });

  it('names no more than a few of many faults', async () => {
    const { refused } = await readRow(Module.AUDITS, { ipAddress: 1, clientType: 1, reason: 1 });
    expect(refused).toMatch(/^sourceId is missing; .*; operatedBy is missing; and 3 more faults$/);
  });

  it('counts one more fault in the singular', async () => {
    const { refused } = await readRow(Module.AUDITS, { ipAddress: 1 });
    expect(refused).toMatch(/; and 1 more fault$/);
  });
});
