import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { UserAccountStatus } from '../../../src/features/users/user-account.js';
import { isActive, isActiveIn, type Validity } from '../../../src/features/users/validity.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';

const now = Date.parse('2026-03-01T12:00:00.000Z');
const later = (milliseconds: number) => new Date(now + milliseconds).toISOString();
const expiries = [null, later(-1), later(0), later(1)];
const validities = Object.values(UserAccountStatus).flatMap((status) =>
  expiries.map((expiresAt): Validity => ({ status, expiresAt })),
);

test('a user account is in use while it is ACTIVE, until it expires', () => {
  expect(validities.filter((validity) => isActive(validity, now))).toEqual([
    { status: 'ACTIVE', expiresAt: null },
    { status: 'ACTIVE', expiresAt: later(1) },
  ]);
});

onEveryEngine('a user account in use', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase(engine);
    const records = validities.map(({ status, expiresAt }, n) => ({
      sourceId: `${n}`,
      userName: `${n}`,
      status: status as UserAccountStatus,
      expiresAt,
    }));
    await storeUserAccounts(database.db, 'test', records);
  });
  afterAll(() => database.drop());

  test('is the same to the database', async () => {
    const { db } = database;
    const found = await db.query<Validity>(
      sql`SELECT u.status, ${raw(db.dialect.timeText('u.expires_at'))} AS expiresAt
          FROM user_accounts u WHERE ${isActiveIn(db, 'u', now)} ORDER BY u.id`,
    );
    expect(found).toEqual(validities.filter((validity) => isActive(validity, now)));
  });
});
