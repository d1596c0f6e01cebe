import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AuditRecord } from '../../../src/features/audits/audit.record.js';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { deleteResources, recordResources } from '../../../src/features/resources/resource.service.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anAudit, aResource, SOURCE, sourceIds } from './records.js';

const whole: Partial<AuditRecord> = {
  ipAddress: '10.0.0.1',
  clientType: 'Web Client',
  reason: 'because 😀',
  ticketId: 'T-1',
  resourceSourceId: 'r1',
  resourceName: 'web-1',
  accountSourceId: 'a1',
  accountName: 'root',
  userName: 'bo',
  userFullName: 'Bo Ek',
};

onEveryEngine('an audit under a known id', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase(engine);
    const accounts = [
      { sourceId: 'a1', name: 'root' },
      { sourceId: 'a2', name: 'root' },
    ];
    await recordResources(database.db, SOURCE, [aResource('r1', { accounts }), aResource('r2', { accounts })]);
  });
  afterAll(() => database.drop());

  const record = (...records: AuditRecord[]) => recordAudits(database.db, SOURCE, records);
  /** What becomes of the second of two audits, in one call and in two. */
  const second = async (id: string, first: Partial<AuditRecord>, then: Partial<AuditRecord>) => {
    const together = await record(anAudit(`${id} at once`, first), anAudit(`${id} at once`, then));
    const apart = [...(await record(anAudit(id, first))), ...(await record(anAudit(id, then)))];
    expect(apart).toEqual(together);
    expect(apart[0]).toBe('ADDED');
    return apart[1];
  };

  test.each([
    ['occurredAt', '2026-03-01T08:30:00.124Z'],
    ['category', 'USER'],
    ['operation', 'password retrieved'],
    ['outcome', 'FAILURE'],
    ['operatedBy', 'Ann'],
    ['operatedBy', 'ann '],
    ['ipAddress', '10.0.0.2'],
    ['clientType', 'API'],
    ['reason', 'because 😁'],
    ['reason', null],
    ['ticketId', 'T-2'],
    ['resourceSourceId', 'r2'],
    ['resourceName', 'web-2'],
    ['accountSourceId', 'a2'],
    ['accountName', 'admin'],
    ['userName', 'be'],
    ['userFullName', 'Bö Ek'],
  ] as const)('is in conflict with it by another %s: %s', async (field, value) => {
    expect(await second(`${field} ${value}`, whole, { ...whole, [field]: value })).toEqual({ conflict: [field] });
  });

  test('names each field that differs', async () => {
    const other = { operation: 'x', operatedBy: 'y', userName: 'z' };
    expect(await second('many', whole, { ...whole, ...other })).toEqual({
      conflict: ['operation', 'operatedBy', 'userName'],
    });
  });

  test('is the same where it says all that the first one said, with or without what means nothing', async () => {
    expect(await second('same', whole, whole)).toBe('UNCHANGED');
    expect(await second('bare', {}, { reason: null, ticketId: null })).toBe('UNCHANGED');
  });

  test('is the same where only one of the two knows its outcome or its resource', async () => {
    expect(await second('unknown', { outcome: 'UNKNOWN' }, { outcome: 'SUCCESS' })).toBe('UNCHANGED');
    expect(await second('known', { outcome: 'FAILURE' }, { outcome: 'UNKNOWN' })).toBe('UNCHANGED');
    expect(await second('linked', { resourceName: 'web-1' }, { resourceName: 'web-1', resourceSourceId: 'r1' })).toBe(
      'UNCHANGED',
    );
  });

  test('is the same after the resource that it is about was deleted and came back', async () => {
    const about = anAudit('about r3', { resourceSourceId: 'r3' });
    await recordResources(database.db, SOURCE, [aResource('r3')]);
    await record(about);
    await deleteResources(database.db, SOURCE, ['r3']);
    expect(await record(about)).toEqual(['UNCHANGED']);
    await recordResources(database.db, SOURCE, [aResource('r3')]);
    expect(await record(about)).toEqual(['UNCHANGED']);
  });

  test('is found among thousands, of which each keeps its own outcome', async () => {
    const many = sourceIds(2_500).map((id) => anAudit(`n${id}`));
    await record(...many.filter((_, n) => n % 3 > 0));
    const changed = many.map((audit, n) => (n % 3 === 1 ? { ...audit, operation: 'other' } : audit));
    const expected = many.map((_, n) => ['ADDED', { conflict: ['operation'] }, 'UNCHANGED'][n % 3]);
    expect(await record(...changed)).toEqual(expected);
  });
});
