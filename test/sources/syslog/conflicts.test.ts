import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { TimeZone } from '../../../src/lib/time-zone.js';
import { lineToAudit } from '../../../src/sources/syslog/line-to-audit.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { Heard, pamLine, SOURCE } from './syslog.fixture.js';

const OTHER = '<14>Nov 26 2026 11:39:00 pam job: done';
const read = (text: string, sender = '127.0.0.1') =>
  lineToAudit({ text, sender, receivedAt: Date.parse('2026-11-26T12:00:00Z') }, new TimeZone('UTC'));

onEveryEngine('a line whose id is stored', (engine) => {
  let database: TestDatabase;
  let heard: Heard;
  beforeEach(async () => {
    database = await testDatabase(engine);
    heard = await Heard.at('tcp', database.db);
  });
  afterEach(() => database.drop());

  test('is unchanged where it came by another relay before, or an older version read another category in it', async () => {
    const stored = [{ ...read(pamLine(1)), category: 'TASK' as const }, read(OTHER, '198.51.100.1')];
    await recordAudits(database.db, SOURCE, stored);
    await heard.send(`${pamLine(1)}\n${OTHER}\n`);
    await heard.stop();
    expect(heard.counts).toMatchObject({ received: 2, stored: 0, unchanged: 2, conflict: 0 });
  });

  test('is in conflict where somebody has stored another audit under it, and is counted apart', async () => {
    const forged = [
      { ...read(pamLine(1)), operatedBy: 'mallory' },
      { ...read(OTHER), reason: 'nothing happened' },
    ];
    await recordAudits(database.db, SOURCE, forged);
    await heard.send(`${pamLine(1)}\n${pamLine(2)}\n${OTHER}\n`);
    await heard.stop();
    expect(heard.counts).toMatchObject({ received: 3, stored: 1, unchanged: 0, refused: 0, conflict: 2 });
  });
});
