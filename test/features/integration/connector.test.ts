import sql from 'sql-template-tag';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../../src/database/db.js';
import { openDatabase } from '../../../src/database/open.js';
import { connectorOf, forgetConnectors, hashOfToken } from '../../../src/features/integration/connector.js';
import { newToken } from '../../../src/lib/token.js';
import { onEveryEngine } from '../../helpers/databases.js';
import { CountingDatabase } from '../../helpers/gateway.js';
import { IntegrationFixture } from './integration.fixture.js';

const HOUR = 3_600_000;
const FROM = '198.51.100.7';

onEveryEngine('a connector at the door', (engine) => {
  let fixture: IntegrationFixture;
  /** As many processes. */
  let processes: Database[];
  beforeAll(async () => {
    fixture = await IntegrationFixture.open(engine);
  });
  afterAll(() => fixture.drop());
  beforeEach(async () => {
    await fixture.run('removeIntegration');
    processes = await Promise.all([1, 2, 3].map(() => openDatabase(fixture.database.url)));
  });
  afterEach(() => Promise.all(processes.map((db) => db.close())));

  /** Many requests at each of the processes; the messages of those that were refused. */
  async function storm(token: string): Promise<string[]> {
    const requests = processes.flatMap((db) => [1, 2, 3, 4].map(() => connectorOf(db, hashOfToken(token), FROM)));
    const settled = await Promise.allSettled(requests);
    return settled.flatMap((result) => (result.status === 'rejected' ? [(result.reason as Error).message] : []));
  }

  const by = { operatedBy: 'ann', ipAddress: FROM, clientType: 'API Client', userName: 'ann' };

  test('is recorded when its token is used for the first time, once, however many requests race', async () => {
    const token = await fixture.tokenFromShell();
    const recorded = await fixture.recordedBy(async () => {
      expect(await storm(token)).toEqual([]);
      for (const db of processes) forgetConnectors(db);
      expect(await storm(token)).toEqual([]);
    });
    const reason = `the token ${token.slice(0, 10)}...`;
    expect(recorded).toEqual([{ ...by, operation: 'Auth Token First Used', outcome: 'SUCCESS', reason }]);
  });

  test('is recorded when its token is refused after it was revoked, once an hour, or sooner if the clock was set back, however many requests race', async () => {
    const token = await fixture.tokenFromShell();
    await fixture.run('removeIntegration');
    const recorded = await fixture.recordedBy(async () => {
      expect(new Set(await storm(token))).toEqual(new Set(['the auth token was revoked: generate a new one']));
      for (const ago of [HOUR - 60_000, HOUR, -HOUR]) {
        const then = fixture.db.dialect.timeValue(new Date(Date.now() - ago).toISOString());
        await fixture.db.execute(sql`UPDATE connector_tokens SET refused_at = ${then} WHERE refused_at IS NOT NULL`);
        for (const db of processes) forgetConnectors(db);
        expect(await storm(token)).toHaveLength(12);
      }
    });
    const refused = {
      ...by,
      operation: 'Auth Token Refused',
      outcome: 'FAILURE',
      reason: `the token ${token.slice(0, 10)}...: the auth token was revoked: generate a new one`,
    };
    expect(recorded).toEqual([refused, refused, refused]);
  });

  test('is not recorded where its token is unknown, waits to be saved, or the integration is disabled', async () => {
    await fixture.run('saveIntegration');
    const inEffect = await fixture.tokenFromShell();
    const pending = await fixture.generate();
    await fixture.run('disableIntegration');
    const recorded = await fixture.recordedBy(async () => {
      for (const token of [inEffect, pending, newToken('pag_')]) expect(await storm(token)).toHaveLength(12);
    });
    expect(recorded).toEqual([]);
    expect(await fixture.count('connector_tokens', 'revoked_at IS NULL AND first_used_at IS NOT NULL')).toBe(0);
  });

  test('whose use cannot be recorded is not let in, and is recorded when it comes again', async () => {
    const token = await fixture.tokenFromShell();
    await fixture.db.execute(sql`ALTER TABLE audit_spans RENAME TO away`);
    await expect(connectorOf(processes[0]!, hashOfToken(token), FROM)).rejects.toThrow();
    await fixture.db.execute(sql`ALTER TABLE away RENAME TO audit_spans`);
    const recorded = await fixture.recordedBy(() => connectorOf(processes[1]!, hashOfToken(token), FROM));
    expect(recorded).toMatchObject([{ operation: 'Auth Token First Used' }]);
  });

  test('costs one statement, and then none for half a second', async () => {
    const token = await fixture.tokenFromShell();
    await storm(token);
    const counted = new CountingDatabase(fixture.db);
    await Promise.all([1, 2, 3].map(() => connectorOf(counted, hashOfToken(token), FROM)));
    expect(counted.statements).toHaveLength(1);
  });
});
