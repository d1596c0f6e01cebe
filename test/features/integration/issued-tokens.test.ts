import sql from 'sql-template-tag';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { commandLine } from '../../../src/features/audits/activity-log.js';
import {
  forgetIngestTokens,
  hashOfIngestToken,
  ingestActorOf,
} from '../../../src/features/ingest/ingest-token.actor.js';
import { generateIngestToken } from '../../../src/features/ingest/ingest-token.service.js';
import { generateConnectorToken } from '../../../src/features/integration/connector-token.service.js';
import { onEveryEngine } from '../../helpers/databases.js';
import { anAdministrator, IntegrationFixture } from './integration.fixture.js';

const DAY = 86_400_000;
const at = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();

interface Listed {
  readonly id: string;
  readonly hint: string;
  readonly userName: string;
  readonly generatedBy: string;
  readonly expiresAt: string | null;
  readonly state: string;
  readonly problem: string | null;
}

onEveryEngine('the list of auth tokens', (engine) => {
  let fixture: IntegrationFixture;
  beforeAll(async () => {
    fixture = await IntegrationFixture.open(engine);
  });
  afterAll(() => fixture.drop());
  beforeEach(() => fixture.run('removeIntegration'));

  const list = async () =>
    (
      await fixture.gateway.read<{ authTokens: Listed[] }>(
        anAdministrator(),
        '{ authTokens { id hint userName generatedBy expiresAt state problem } }',
      )
    ).authTokens;
  const revoke = async (id: string) =>
    (
      await fixture.gateway.read<{ revokeAuthToken: { revoked: boolean } }>(
        anAdministrator(),
        'mutation ($id: ID!) { revokeAuthToken(id: $id) { revoked } }',
        { id },
      )
    ).revokeAuthToken.revoked;
  const expireAll = async (table: 'connector_tokens' | 'ingest_tokens', when: string) => {
    const time = fixture.db.dialect.timeValue(when);
    await fixture.db.execute(
      table === 'ingest_tokens'
        ? sql`UPDATE ingest_tokens SET expires_at = ${time}`
        : sql`UPDATE connector_tokens SET expires_at = ${time}`,
    );
  };

  test('says of each whose it is, who made it and when it ends', async () => {
    const shell = await fixture.tokenFromShell();
    const pending = await fixture.generate();
    expect(await list()).toEqual([
      expect.objectContaining({ hint: shell.slice(0, 10), userName: 'ann', generatedBy: 'System', state: 'AVAILABLE' }),
      expect.objectContaining({
        hint: pending.slice(0, 10),
        generatedBy: 'ann',
        expiresAt: null,
        state: 'PENDING_SAVE',
      }),
    ]);
  });

  test('names ids by which one is revoked, once, and the others go on', async () => {
    const [first, second] = [await fixture.tokenFromShell(), await fixture.tokenFromShell()];
    const [{ id }] = (await list()) as [Listed];
    const recorded = await fixture.recordedBy(async () => {
      expect(await revoke(id)).toBe(true);
      expect(await revoke(id)).toBe(false);
    });
    expect(recorded).toMatchObject([{ operation: 'Auth Token Revoked', operatedBy: 'ann' }]);
    expect(await fixture.refusal(first)).toMatch(/was revoked/);
    expect(await fixture.refusal(second)).toBeUndefined();
  });

  test('warns of one that ends soon, and says that it ended', async () => {
    const token = await generateConnectorToken(fixture.db, 'ann', null, at(DAY));
    expect((await list())[0]!.problem).toMatch(/^the auth token expires at /);
    expect((await fixture.read()).authToken.problem).toMatch(/^the auth token expires at /);
    expect(await fixture.refusal(token)).toBeUndefined();
    await expireAll('connector_tokens', at(-1_000));
    expect(await fixture.refusal(token)).toMatch(/^the auth token expired at .*: generate a new one$/);
    expect((await list())[0]!.problem).toMatch(/^the auth token expired at /);
    expect(await fixture.recordedBy(() => fixture.refusal(token))).toEqual([]);
  });

  test('takes no end in the past or far away', async () => {
    for (const expiresAt of [at(-1), at(4_000 * DAY)]) {
      await expect(generateConnectorToken(fixture.db, 'ann', null, expiresAt)).rejects.toThrow(/cannot expire at/);
    }
    const { payload } = await fixture.gateway.read<{ payload: { userErrors: { code: string }[] } }>(
      anAdministrator(),
      'mutation ($at: DateTime) { payload: generateAuthToken(expiresAt: $at) { userErrors { code } } }',
      { at: at(-DAY) },
    );
    expect(payload.userErrors).toEqual([{ code: 'INVALID_EXPIRY' }]);
  });

  test('has its like in ingest tokens, which expire as well', async () => {
    const { token } = await generateIngestToken(fixture.db, commandLine, {
      name: 'x',
      source: null,
      expiresAt: at(DAY),
    });
    const ask = async () => {
      forgetIngestTokens(fixture.db);
      return ingestActorOf(fixture.db, hashOfIngestToken(token), null);
    };
    expect(await ask()).toMatchObject({ kind: 'INGEST' });
    await expireAll('ingest_tokens', at(-1_000));
    await expect(ask()).rejects.toThrow(/^the ingest token expired at .*: generate a new one$/);
  });
});
