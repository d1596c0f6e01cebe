import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { OWN_SOURCE } from '../../../../src/features/audits/activity-log.js';
import { recordAudits } from '../../../../src/features/audits/audit.service.js';
import { deleteExpired, heldBack, removeOldAudits } from '../../../../src/features/audits/retention/delete-expired.js';
import { findHold, type Hold } from '../../../../src/features/audits/retention/hold.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../../helpers/databases.js';
import { audit, DAYS, daysAgo, kept, startOver, write } from './retention.fixture.js';

const DAY = 86_400_000;

onEveryEngine('the removal of old audits', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase(engine);
  });
  afterAll(() => database.drop());
  beforeEach(() => startOver(database.db));
  afterEach(() => void vi.useRealTimers());

  /** Sets the clock, and it stands still; what waits goes on waiting as long as it does. */
  const clockIsAheadBy = (days: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + days * DAY });
  const many = (count: number, days: number) => Array.from({ length: count }, (_, n) => audit(`${n}`, days));
  const own = (days: number) => recordAudits(database.db, OWN_SOURCE, [audit('own', days)]);
  const reason = async () => (await findHold(database.db, daysAgo(DAYS)))?.reason ?? null;

  test('is held back by a clock that is ahead of the newest audit, however few there are', async () => {
    await write(database.db, audit('old', 31), audit('new', 1));
    expect(await reason()).toBeNull();
    clockIsAheadBy(3_653);
    expect(await findHold(database.db, daysAgo(DAYS))).toEqual({
      reason: 'clock',
      found: expect.stringMatching(/^the newest audit is of \S+Z, and the clock says \S+Z$/),
      advice: 'set the clock right or, if it is, run pam-gateway prune --confirm',
    });
  });

  test('is held back after more than seven days without an audit from a source, until one comes', async () => {
    await write(database.db, audit('old', 31), audit('last', 6.9));
    expect(await reason()).toBeNull();
    clockIsAheadBy(0.2);
    expect(await reason()).toBe('clock');
    await write(database.db, audit('new', 0));
    expect(await reason()).toBeNull();
  });

  test('does not believe the audits of this gateway, which carry the same clock', async () => {
    await write(database.db, audit('old', 31), audit('new', 1));
    clockIsAheadBy(3_653);
    await own(0);
    await own(2);
    expect(await reason()).toBe('clock');
  });

  test('believes those from before the last day if there are no others', async () => {
    await own(40);
    await own(3);
    expect(await reason()).toBeNull();
    clockIsAheadBy(3_653);
    await own(0);
    expect(await reason()).toBe('clock');
  });

  test('does not believe an audit from the future', async () => {
    await write(database.db, audit('old', 31), audit('new', 1), audit('future', -3_700));
    clockIsAheadBy(3_653);
    expect(await reason()).toBe('clock');
  });

  test('is not held back by a clock that is behind, which makes no audit older', async () => {
    await write(database.db, audit('old', 31), audit('new', 1));
    clockIsAheadBy(-3_653);
    expect(await reason()).toBeNull();
  });

  test('is not held back if there is nothing to remove', async () => {
    expect(await reason()).toBeNull();
    await write(database.db, audit('last', 20));
    expect(await reason()).toBeNull();
  });

  test('is held back if it would take more than a fifth, beyond a thousand', async () => {
    await write(database.db, audit('new', 1), ...many(1_000, 40));
    expect(await reason()).toBeNull();
    await write(database.db, audit('one more', 40));
    expect(await findHold(database.db, daysAgo(DAYS))).toEqual({
      reason: 'share',
      found: expect.stringMatching(/^more than 1000 of 1002 audits occurred before \S+Z$/),
      advice: 'to remove them, run pam-gateway prune --confirm',
    });
    await write(database.db, ...many(4_003, 1));
    expect(await reason()).toBeNull();
    await write(database.db, audit('another', 40));
    expect(await reason()).toBe('share');
  });

  test('waits for the operator, says so once, and goes on by itself afterwards', async () => {
    await write(database.db, audit('new', 1), ...many(1_001, 40));
    const holds: (Hold | null)[] = [];
    const run = async (isOver: () => Promise<boolean>) => {
      const stop = new AbortController();
      const keeping = deleteExpired(database.db, DAYS, stop.signal, (hold) => holds.push(hold));
      await expect.poll(isOver).toBe(true);
      stop.abort();
      await keeping;
    };
    const isHeld = async () => heldBack(database.db) !== null;
    await run(isHeld);
    await run(isHeld);
    expect(holds.map((hold) => hold?.reason)).toEqual(['share']);
    expect(await kept(database.db)).toHaveLength(1_002);
    await removeOldAudits(database.db, daysAgo(DAYS), new AbortController().signal);
    await write(database.db, audit('old tomorrow', 29.5));
    clockIsAheadBy(1);
    await run(async () => (await kept(database.db)).length === 1);
    expect(holds.at(-1)).toBeNull();
    expect(heldBack(database.db)).toBeNull();
  });
});
