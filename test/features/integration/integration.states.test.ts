import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { onEveryEngine } from '../../helpers/databases.js';
import { IntegrationFixture, type Mutation, mutationNames } from './integration.fixture.js';

const REFUSED = 'refused: NOT_CONFIGURED';

/** From each state, what each mutation leads to. `BESIDE` is PENDING_SAVE while another token is in effect. */
const table: Record<string, Record<Mutation, string>> = {
  'NOT_CONFIGURED NONE': {
    generateAuthToken: 'NOT_CONFIGURED PENDING_SAVE',
    saveIntegration: 'ENABLED NONE',
    enableIntegration: REFUSED,
    disableIntegration: REFUSED,
    removeIntegration: 'NOT_CONFIGURED NONE',
  },
  'NOT_CONFIGURED PENDING_SAVE': {
    generateAuthToken: 'NOT_CONFIGURED PENDING_SAVE',
    saveIntegration: 'ENABLED AVAILABLE',
    enableIntegration: REFUSED,
    disableIntegration: REFUSED,
    removeIntegration: 'NOT_CONFIGURED NONE',
  },
  'NOT_CONFIGURED BESIDE': {
    generateAuthToken: 'NOT_CONFIGURED BESIDE',
    saveIntegration: 'ENABLED AVAILABLE',
    enableIntegration: REFUSED,
    disableIntegration: REFUSED,
    removeIntegration: 'NOT_CONFIGURED NONE',
  },
  'NOT_CONFIGURED AVAILABLE': {
    generateAuthToken: 'NOT_CONFIGURED BESIDE',
    saveIntegration: 'ENABLED AVAILABLE',
    enableIntegration: REFUSED,
    disableIntegration: REFUSED,
    removeIntegration: 'NOT_CONFIGURED NONE',
  },
  'ENABLED NONE': {
    generateAuthToken: 'ENABLED PENDING_SAVE',
    saveIntegration: 'ENABLED NONE',
    enableIntegration: 'ENABLED NONE',
    disableIntegration: 'DISABLED NONE',
    removeIntegration: 'NOT_CONFIGURED NONE',
  },
  'ENABLED PENDING_SAVE': {
    generateAuthToken: 'ENABLED PENDING_SAVE',
    saveIntegration: 'ENABLED AVAILABLE',
    enableIntegration: 'ENABLED PENDING_SAVE',
    disableIntegration: 'DISABLED PENDING_SAVE',
    removeIntegration: 'NOT_CONFIGURED NONE',
  },
  'ENABLED BESIDE': {
    generateAuthToken: 'ENABLED BESIDE',
    saveIntegration: 'ENABLED AVAILABLE',
    enableIntegration: 'ENABLED BESIDE',
    disableIntegration: 'DISABLED BESIDE',
    removeIntegration: 'NOT_CONFIGURED NONE',
  },
  'ENABLED AVAILABLE': {
    generateAuthToken: 'ENABLED BESIDE',
    saveIntegration: 'ENABLED AVAILABLE',
    enableIntegration: 'ENABLED AVAILABLE',
    disableIntegration: 'DISABLED AVAILABLE',
    removeIntegration: 'NOT_CONFIGURED NONE',
  },
  'DISABLED NONE': {
    generateAuthToken: 'DISABLED PENDING_SAVE',
    saveIntegration: 'ENABLED NONE',
    enableIntegration: 'ENABLED NONE',
    disableIntegration: 'DISABLED NONE',
    removeIntegration: 'NOT_CONFIGURED NONE',
  },
  'DISABLED PENDING_SAVE': {
    generateAuthToken: 'DISABLED PENDING_SAVE',
    saveIntegration: 'ENABLED AVAILABLE',
    enableIntegration: 'ENABLED PENDING_SAVE',
    disableIntegration: 'DISABLED PENDING_SAVE',
    removeIntegration: 'NOT_CONFIGURED NONE',
  },
  'DISABLED BESIDE': {
    generateAuthToken: 'DISABLED BESIDE',
    saveIntegration: 'ENABLED AVAILABLE',
    enableIntegration: 'ENABLED BESIDE',
    disableIntegration: 'DISABLED BESIDE',
    removeIntegration: 'NOT_CONFIGURED NONE',
  },
  'DISABLED AVAILABLE': {
    generateAuthToken: 'DISABLED BESIDE',
    saveIntegration: 'ENABLED AVAILABLE',
    enableIntegration: 'ENABLED AVAILABLE',
    disableIntegration: 'DISABLED AVAILABLE',
    removeIntegration: 'NOT_CONFIGURED NONE',
  },
};

/** What the door says in each state to the pending token, and to the one in effect. */
const server: Record<string, { pending?: RegExp; inEffect?: RegExp | 'let in' }> = {
  'NOT_CONFIGURED PENDING_SAVE': { pending: /was not saved yet/ },
  'NOT_CONFIGURED BESIDE': { pending: /was not saved yet/, inEffect: 'let in' },
  'NOT_CONFIGURED AVAILABLE': { inEffect: 'let in' },
  'ENABLED PENDING_SAVE': { pending: /was not saved yet/ },
  'ENABLED BESIDE': { pending: /was not saved yet/, inEffect: 'let in' },
  'ENABLED AVAILABLE': { inEffect: 'let in' },
  'DISABLED PENDING_SAVE': { pending: /was not saved yet/ },
  'DISABLED BESIDE': {
    pending: /was not saved yet/,
    inEffect: /integration is disabled.* role ManageEngine Integration/,
  },
  'DISABLED AVAILABLE': { inEffect: /integration is disabled.* role ManageEngine Integration/ },
};

const cells = Object.entries(table).flatMap(([state, row]) =>
  mutationNames.map((mutation) => ({ state, mutation, expected: row[mutation] })),
);

onEveryEngine('the states of the integration', (engine) => {
  let fixture: IntegrationFixture;
  beforeAll(async () => {
    fixture = await IntegrationFixture.open(engine);
  });
  afterAll(() => fixture.drop());

  test('every state has a row: three of the status, four of the tokens', () => {
    expect(cells).toHaveLength(3 * 4 * mutationNames.length);
  });

  test.each(cells)('$state, $mutation: $expected', async ({ state, mutation, expected }) => {
    await bring(state);
    expect(await current()).toBe(state);
    const { integration, userErrors } = await fixture.run(mutation);
    if (expected === REFUSED) {
      expect(userErrors).toEqual([
        { field: null, code: 'NOT_CONFIGURED', message: expect.stringMatching(/saved yet/) },
      ]);
      expect(integration).toBeNull();
      expect(await current()).toBe(state);
    } else {
      expect(userErrors).toEqual([]);
      expect(integration).toEqual(await fixture.read());
      expect(await current()).toBe(expected);
    }
  });

  describe('at the door', () => {
    test.each(Object.entries(server))('%s', async (state, expected) => {
      const tokens = await bring(state);
      for (const name of ['pending', 'inEffect'] as const) {
        const wanted = expected[name];
        expect(tokens[name] === undefined).toBe(wanted === undefined);
        if (wanted === 'let in') expect(await fixture.refusal(tokens[name]!)).toBeUndefined();
        else if (wanted) expect(await fixture.refusal(tokens[name]!)).toMatch(wanted);
      }
    });
  });

  /** Leads to a state by what users do, from an integration that was removed. */
  async function bring(state: string): Promise<{ pending?: string; inEffect?: string }> {
    const [status, token] = state.split(' ');
    await fixture.run('removeIntegration');
    if (status !== 'NOT_CONFIGURED') await fixture.run('saveIntegration');
    if (status === 'DISABLED') await fixture.run('disableIntegration');
    const tokens: { pending?: string; inEffect?: string } = {};
    if (token === 'AVAILABLE' || token === 'BESIDE') tokens.inEffect = await fixture.tokenFromShell();
    if (token === 'PENDING_SAVE' || token === 'BESIDE') tokens.pending = await fixture.generate();
    return tokens;
  }

  async function current(): Promise<string> {
    const { status, authToken } = await fixture.read();
    const inEffect = await fixture.count('connector_tokens', 'saved_at IS NOT NULL AND revoked_at IS NULL');
    return `${status} ${authToken.state === 'PENDING_SAVE' && inEffect > 0 ? 'BESIDE' : authToken.state}`;
  }
});
