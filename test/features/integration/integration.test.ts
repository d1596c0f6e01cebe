import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { revokeConnectorToken } from '../../../src/features/integration/connector-token.service.js';
import { onEveryEngine } from '../../helpers/databases.js';
import { HOST, IntegrationFixture, type Mutation, mutationNames } from './integration.fixture.js';

onEveryEngine('the integration', (engine) => {
  let fixture: IntegrationFixture;
  beforeAll(async () => {
    fixture = await IntegrationFixture.open(engine);
  });
  afterAll(() => fixture.drop());
  beforeEach(() => fixture.run('removeIntegration'));

  test('is not configured at first', async () => {
    const nothing = { userName: null, hint: null, generatedAt: null, savedAt: null, lastUsedAt: null, problem: null };
    expect(await fixture.read()).toEqual({
      status: 'NOT_CONFIGURED',
      hostName: null,
      portNumber: null,
      launchUrl: null,
      authToken: { state: 'NONE', ...nothing },
      analyticsPlus: null,
      imports: [],
    });
  });

  test.each([
    ['analytics.example.com', 8443, 'analytics.example.com', 'https://analytics.example.com:8443'],
    ['Analytics.Example.COM.', 443, 'analytics.example.com', 'https://analytics.example.com:443'],
    ['192.0.2.10', 8443, '192.0.2.10', 'https://192.0.2.10:8443'],
    ['2001:DB8:0:0::10', 8443, '2001:db8::10', 'https://[2001:db8::10]:8443'],
    ['[2001:db8::10]', 8443, '2001:db8::10', 'https://[2001:db8::10]:8443'],
    ['münchen.example', 8443, 'xn--mnchen-3ya.example', 'https://xn--mnchen-3ya.example:8443'],
  ])('at %s, port %d, is launched by its address in one form', async (hostName, portNumber, stored, launchUrl) => {
    const { integration } = await fixture.run('saveIntegration', { input: { hostName, portNumber } });
    expect(integration).toMatchObject({ status: 'ENABLED', hostName: stored, portNumber, launchUrl });
  });

  test.each([
    ['a scheme', { hostName: 'https://bi.example.com' }, 'INVALID_HOST_NAME', 'hostName'],
    ['a path', { hostName: 'bi.example.com/login' }, 'INVALID_HOST_NAME', 'hostName'],
    ['a port in the name', { hostName: 'bi.example.com:8443' }, 'INVALID_HOST_NAME', 'hostName'],
    ['no name', { hostName: '' }, 'INVALID_HOST_NAME', 'hostName'],
    ['a script', { hostName: 'javascript:alert(1)//' }, 'INVALID_HOST_NAME', 'hostName'],
    ['port 0', { portNumber: 0 }, 'INVALID_PORT_NUMBER', 'portNumber'],
    ['a negative port', { portNumber: -1 }, 'INVALID_PORT_NUMBER', 'portNumber'],
    ['a port that there is not', { portNumber: 65_536 }, 'INVALID_PORT_NUMBER', 'portNumber'],
  ])('is not saved with %s, and nothing of it is', async (_, but, code, field) => {
    const token = await fixture.generate();
    const recorded = await fixture.recordedBy(async () => {
      const error = await fixture.error('saveIntegration', { input: { ...HOST, ...but } });
      expect(error).toMatchObject({ code, field: ['input', field] });
    });
    expect(recorded).toEqual([]);
    expect(await fixture.read()).toMatchObject({ status: 'NOT_CONFIGURED', hostName: null });
    expect(await fixture.refusal(token)).toMatch(/was not saved yet/);
  });

  test('keeps what was saved while it is disabled', async () => {
    const token = await fixture.generate();
    await fixture.run('saveIntegration');
    const before = await fixture.read();
    await fixture.run('disableIntegration');
    expect(await fixture.refusal(token)).toMatch(/the integration is disabled/);
    expect(await fixture.read()).toEqual({ ...before, status: 'DISABLED' });
    await fixture.run('enableIntegration');
    expect(await fixture.refusal(token)).toBeUndefined();
  });

  test('is forgotten when it is removed, with every token', async () => {
    const tokens = [await fixture.generate()];
    await fixture.run('saveIntegration');
    tokens.push(await fixture.tokenFromShell(), await fixture.generate());
    await fixture.run('removeIntegration');
    expect(await fixture.read()).toMatchObject({ hostName: null, launchUrl: null, authToken: { state: 'NONE' } });
    for (const token of tokens) expect(await fixture.refusal(token)).toMatch(/was revoked/);
    for (const table of ['analytics_plus', 'module_imports']) expect(await fixture.count(table)).toBe(0);
  });

  describe('is recorded', () => {
    const by = {
      outcome: 'SUCCESS',
      operatedBy: 'ann',
      ipAddress: '192.0.2.1',
      clientType: 'Web Client',
      userName: null,
      reason: null,
    };
    const about = (token: string) => ({ userName: 'ann', reason: `the token ${token.slice(0, 10)}..., mapped to ann` });

    test('when it is saved for the first time, and again with another host and token', async () => {
      let first = '';
      expect(
        await fixture.recordedBy(async () => {
          first = await fixture.generate();
          await fixture.run('saveIntegration');
        }),
      ).toEqual([
        { ...by, operation: 'Auth Token Generated', ...about(first) },
        { ...by, operation: 'Integration Saved', reason: 'nothing -> analytics.example.com:8443' },
        { ...by, operation: 'Auth Token Saved', ...about(first) },
        { ...by, operation: 'Integration Enabled' },
      ]);
      let second = '';
      expect(
        await fixture.recordedBy(async () => {
          second = await fixture.generate();
          await fixture.run('saveIntegration', { input: { hostName: '2001:db8::10', portNumber: 443 } });
        }),
      ).toEqual([
        { ...by, operation: 'Auth Token Generated', ...about(second) },
        {
          ...by,
          operation: 'Integration Saved',
          reason: 'analytics.example.com:8443 -> [2001:db8::10]:443',
        },
        { ...by, operation: 'Auth Token Revoked', ...about(first) },
        { ...by, operation: 'Auth Token Saved', ...about(second) },
      ]);
    });

    test('when it is disabled, enabled, and removed', async () => {
      const token = await fixture.tokenFromShell();
      await fixture.run('saveIntegration');
      const recorded = await fixture.recordedBy(async () => {
        await fixture.run('disableIntegration');
        await fixture.run('enableIntegration');
        await fixture.run('removeIntegration');
      });
      expect(recorded).toEqual([
        { ...by, operation: 'Integration Disabled' },
        { ...by, operation: 'Integration Enabled' },
        { ...by, operation: 'Auth Token Revoked', ...about(token) },
        { ...by, operation: 'Integration Removed' },
      ]);
    });

    test('when a token comes from the shell, or is revoked there', async () => {
      let token = '';
      const recorded = await fixture.recordedBy(async () => {
        token = await fixture.tokenFromShell();
        expect(await revokeConnectorToken(fixture.db, token)).toBe(true);
        expect(await revokeConnectorToken(fixture.db, token)).toBe(false);
      });
      const shell = { ...by, operatedBy: 'System', ipAddress: null, clientType: 'Command Line', ...about(token) };
      expect(recorded).toEqual([
        { ...shell, operation: 'Auth Token Generated' },
        { ...shell, operation: 'Auth Token Saved' },
        { ...shell, operation: 'Auth Token Revoked' },
      ]);
    });

    test.each<[string, Mutation[], Mutation]>([
      ['enabled while it is', ['saveIntegration'], 'enableIntegration'],
      ['disabled while it is', ['saveIntegration', 'disableIntegration'], 'disableIntegration'],
      ['saved as it is', ['saveIntegration'], 'saveIntegration'],
      ['removed where there is nothing', [], 'removeIntegration'],
      ['enabled before it was saved', [], 'enableIntegration'],
    ])('not when it is %s', async (_, before, mutation) => {
      for (const step of before) await fixture.run(step);
      const state = await fixture.read();
      expect(await fixture.recordedBy(() => fixture.run(mutation))).toEqual([]);
      expect(await fixture.read()).toEqual(state);
    });

    test('without a word of any token', async () => {
      const tokens = [await fixture.generate()];
      for (const mutation of mutationNames) {
        const { token } = await fixture.run(mutation);
        if (token) tokens.push(token);
      }
      const written = JSON.stringify(await fixture.audits());
      for (const token of tokens) expect(written).not.toContain(token.slice(10));
    });
  });
});
