import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { liveTokens } from '../../../src/features/integration/connector-token.queries.js';
import { onEveryEngine } from '../../helpers/databases.js';
import { anAdministrator, IntegrationFixture, type Mutation, mutationNames } from './integration.fixture.js';

const tens = Array.from({ length: 10 }, (_, index) => index);
const ann = anAdministrator();
const bob = anAdministrator({ userName: 'bob' });

onEveryEngine('two administrators at once', (engine) => {
  let fixture: IntegrationFixture;
  beforeAll(async () => {
    fixture = await IntegrationFixture.open(engine);
    await fixture.user('bob', ['Password Auditor']);
  });
  afterAll(() => fixture.drop());
  beforeEach(() => fixture.run('removeIntegration'));

  const saveAt = (portNumber: number, actor = ann) =>
    fixture.run('saveIntegration', { input: { hostName: 'analytics.example.com', portNumber } }, actor);

  test('save one token: it takes effect once', async () => {
    const token = await fixture.generate();
    const recorded = await fixture.recordedBy(() => Promise.all(tens.map((n) => saveAt(8_000 + n, n % 2 ? ann : bob))));
    expect(recorded.filter(({ operation }) => operation === 'Auth Token Saved')).toHaveLength(1);
    expect(recorded.filter(({ operation }) => operation === 'Integration Enabled')).toHaveLength(1);
    expect(await fixture.refusal(token)).toBeUndefined();
  });

  test('generate: one of the tokens waits, and the others are revoked', async () => {
    const tokens = await Promise.all(tens.map((n) => fixture.generate({}, n % 2 ? ann : bob)));
    expect(new Set(tokens).size).toBe(tokens.length);
    const refusals = await Promise.all(tokens.map((token) => fixture.refusal(token)));
    expect(refusals.filter((refusal) => /was not saved yet/.test(refusal!))).toHaveLength(1);
    expect(refusals.filter((refusal) => /was revoked/.test(refusal!))).toHaveLength(tokens.length - 1);
  });

  test('save: each is told of the host and port that it came to replace, so none is lost', async () => {
    const ports = tens.map((n) => 8_000 + n);
    const recorded = await fixture.recordedBy(() =>
      Promise.all(ports.map((port, n) => saveAt(port, n % 2 ? ann : bob))),
    );
    const saved = recorded.filter(({ operation }) => operation === 'Integration Saved');
    const steps = saved.map(({ reason }) => reason!.split(' -> '));
    expect(steps.map(([before]) => before)).toEqual(['nothing', ...steps.slice(0, -1).map(([, after]) => after)]);
    expect(steps.map(([, after]) => after).sort()).toEqual(ports.map((port) => `analytics.example.com:${port}`));
    expect(steps.at(-1)![1]).toBe(`analytics.example.com:${(await fixture.read()).portNumber}`);
  });

  test('in storms: the record of them, read as one after another, leads to what is there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...mutationNames), { minLength: 2, maxLength: 12 }), async (storm) => {
        await fixture.run('removeIntegration');
        const recorded = await fixture.recordedBy(() =>
          Promise.all(storm.map((mutation, n) => fixture.run(mutation, {}, n % 2 ? ann : bob))),
        );
        expect(await whatIsThere()).toEqual(replay(recorded));
      }),
      { numRuns: 25 },
    );
  });

  test('one after the other: what is there is what the table of states says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...mutationNames), { maxLength: 12 }), async (steps) => {
        await fixture.run('removeIntegration');
        let expected = { status: 'NOT_CONFIGURED', pending: false, inEffect: false };
        for (const mutation of steps) {
          await fixture.run(mutation);
          expected = model(expected, mutation);
          const { status, pending, inEffect } = await whatIsThere();
          expect({ status, pending: pending.length === 1, inEffect: inEffect.length === 1 }).toEqual(expected);
        }
      }),
      { numRuns: 15 },
    );
  });

  /** The hints of the tokens, those in effect and those that wait. */
  async function whatIsThere() {
    const { status, authToken } = await fixture.read();
    const tokens = await liveTokens(fixture.db);
    const pending = tokens.filter(({ savedAt }) => savedAt === null).map(({ hint }) => hint);
    const inEffect = tokens.filter(({ savedAt }) => savedAt !== null).map(({ hint }) => hint);
    expect(authToken.hint).toBe(pending.at(-1) ?? inEffect.at(-1) ?? null);
    expect([pending.length, inEffect.length].every((count) => count <= 1)).toBe(true);
    return { status, pending, inEffect };
  }
});

/** What is there after these audits, where each was written with what it says. */
function replay(audits: readonly { operation: string; reason: string | null }[]) {
  let status = 'NOT_CONFIGURED';
  let pending: string[] = [];
  let inEffect: string[] = [];
  for (const { operation, reason } of audits) {
    const hint = /^the token (\w+)\.\.\./.exec(reason ?? '')?.[1] ?? '';
    if (operation === 'Auth Token Generated') pending.push(hint);
    if (operation === 'Auth Token Saved') {
      expect(pending).toContain(hint);
      pending = pending.filter((other) => other !== hint);
      inEffect.push(hint);
    }
    if (operation === 'Auth Token Revoked') {
      expect([...pending, ...inEffect]).toContain(hint);
      pending = pending.filter((other) => other !== hint);
      inEffect = inEffect.filter((other) => other !== hint);
    }
    const [, changed] = /^Integration (Enabled|Disabled|Removed)$/.exec(operation) ?? [];
    if (changed) status = changed === 'Removed' ? 'NOT_CONFIGURED' : changed.toUpperCase();
  }
  return { status, pending, inEffect };
}

interface Model {
  status: string;
  pending: boolean;
  inEffect: boolean;
}

function model({ status, pending, inEffect }: Model, mutation: Mutation): Model {
  switch (mutation) {
    case 'generateAuthToken':
      return { status, pending: true, inEffect };
    case 'saveIntegration':
      return { status: 'ENABLED', pending: false, inEffect: inEffect || pending };
    case 'removeIntegration':
      return { status: 'NOT_CONFIGURED', pending: false, inEffect: false };
    default: {
      const changed = mutation === 'enableIntegration' ? 'ENABLED' : 'DISABLED';
      return { status: status === 'NOT_CONFIGURED' ? status : changed, pending, inEffect };
    }
  }
}
