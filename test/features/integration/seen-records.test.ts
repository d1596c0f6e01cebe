import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { connectorOf, forgetConnectors, hashOfToken } from '../../../src/features/integration/connector.js';
import { generateConnectorToken } from '../../../src/features/integration/connector-token.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { Privilege } from '../../../src/graphql/access.js';
import type { Actor } from '../../../src/graphql/context.js';
import { onEveryEngine } from '../../helpers/databases.js';
import { anActor, connectorFor } from '../../helpers/gateway.js';
import { IntegrationFixture } from './integration.fixture.js';

interface Seen {
  readonly module: string;
  readonly count: number;
  readonly isMore: boolean;
  readonly reasons: readonly string[];
}

onEveryEngine('what a viewer sees', (engine) => {
  let fixture: IntegrationFixture;
  beforeAll(async () => {
    fixture = await IntegrationFixture.open(engine);
    await fixture.user('ben', ['Password Auditor'], { accessScope: 'OWNED_AND_SHARED' });
    await fixture.user('cid', ['Password Auditor'], { accessScope: 'OWNED_AND_SHARED' });
  });
  afterAll(() => fixture.drop());

  const seenBy = async (actor: Actor): Promise<Record<string, Seen>> => {
    const { viewer } = await fixture.gateway.read<{ viewer: { seen: Seen[] } }>(
      actor,
      '{ viewer { seen { module count isMore reasons } } }',
    );
    return Object.fromEntries(viewer.seen.map((seen) => [seen.module, seen]));
  };

  test('of an empty gateway is nothing, because nothing has been imported', async () => {
    const { RESOURCES } = await seenBy(await connectorFor(fixture.db, 'ann'));
    expect(RESOURCES).toEqual({
      module: 'RESOURCES',
      count: 0,
      isMore: false,
      reasons: ['nothing has been imported yet'],
    });
  });

  test('is everything, or what is owned and shared, as the access scope says', async () => {
    const resources = ['ben', 'ann', null].map((ownerName, n) => ({
      sourceId: String(n),
      name: `web-${n}`,
      type: 'Linux',
      ownerName,
    }));
    await recordResources(fixture.db, 'test', resources);
    const all = await seenBy(await connectorFor(fixture.db, 'ann'));
    expect(all.RESOURCES).toMatchObject({ count: 3, isMore: false, reasons: [] });
    const ben = await seenBy(await connectorFor(fixture.db, 'ben'));
    expect(ben.RESOURCES).toMatchObject({
      count: 1,
      reasons: ['its access scope is OWNED_AND_SHARED: it sees resources that it owns or that are shared with it'],
    });
    expect(ben.USER_ACCOUNTS).toMatchObject({ count: 1, reasons: [expect.stringMatching(/its own user account$/)] });
    const cid = await seenBy(await connectorFor(fixture.db, 'cid'));
    expect(cid.RESOURCES).toMatchObject({ count: 0, reasons: [expect.stringMatching(/, and there are none$/)] });
  });

  test('is counted to 10,000 unless it is everything', async () => {
    const audits = Array.from({ length: 10_002 }, (_, n) => ({
      sourceId: String(n),
      occurredAt: '2026-01-01T00:00:00.000Z',
      category: 'RESOURCE' as const,
      operation: 'Password Retrieved',
      outcome: 'SUCCESS' as const,
      operatedBy: 'ben',
    }));
    await recordAudits(fixture.db, 'test', audits);
    const { AUDITS } = await seenBy(await connectorFor(fixture.db, 'ben'));
    expect(AUDITS).toMatchObject({ count: 10_000, isMore: true });
  });

  test('leaves out audits from before the period, and modules that were not chosen', async () => {
    const withheld = new Set([Privilege.READ_RESOURCES]);
    const seen = await seenBy(anActor({ bounds: { withheld, since: '2026-01-02T00:00:00.000Z' } }));
    expect(seen.RESOURCES).toMatchObject({ count: 0, reasons: [expect.stringMatching(/was not chosen/)] });
    expect(seen.AUDITS!.count).toBeLessThan(100);
    expect(seen.AUDITS!.reasons).toEqual([
      'audits from before 2026-01-02T00:00:00.000Z are outside of the period that Analytics Plus chose',
    ]);
  });

  test('is nothing of a module that its roles do not let it read', async () => {
    const seen = await seenBy(anActor({ privileges: new Set([Privilege.READ_AUDITS]) }));
    expect(seen.RESOURCES).toMatchObject({
      count: 0,
      reasons: ['it may not read them: give its user a role with READ_RESOURCES'],
    });
    const token = await generateConnectorToken(fixture.db, 'ben');
    forgetConnectors(fixture.db);
    const connector = await connectorOf(fixture.db, hashOfToken(token), null);
    expect((await seenBy(connector)).RESOURCES!.count).toBe(1);
  });
});
