import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Actor } from '../../src/graphql/context.js';
import { LIMITS } from '../../src/graphql/limits/limit.js';
import { buildSchema } from '../../src/schema.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { anActor } from '../helpers/gateway.js';
import { anAsker, askers } from './actors.js';
import { BothWays } from './both-ways.js';
import { writeOperation } from './operation.js';
import { storeRecords } from './records.js';
import { tape } from './tape.js';

const OPERATIONS = 1_500;
const lists = ['audits', 'audits feed', 'resources', 'resources feed', 'user_accounts', 'user_accounts feed'];
const schema = buildSchema();

onEveryEngine('rows that are written', (engine) => {
  let database: TestDatabase;
  let bothWays: BothWays;
  let actors: Actor[];
  beforeAll(async () => {
    database = await testDatabase(engine);
    await storeRecords(database.db);
    bothWays = new BothWays(database.db);
    actors = await askers(database.db);
  });
  afterAll(() => database.drop());

  test('are to the byte what graphql-js makes of their columns, whatever is asked', async () => {
    const counts = new Map<string, number>();
    const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
    await fc.assert(
      fc.asyncProperty(tape, async (numbers) => {
        const actor = anAsker(actors, numbers);
        const operation = await bothWays.withCursors(actor, writeOperation(schema, numbers));
        const { errors, written } = await bothWays.ask(actor, operation);
        count(errors.length > 0 ? 'refused' : written.length > 0 ? 'written' : 'resolved');
        for (const list of new Set(written)) count(list);
      }),
      { numRuns: OPERATIONS },
    );
    // Were most of it refused, or resolved both ways, this would prove nothing.
    expect(counts.get('written')).toBeGreaterThan(OPERATIONS / 3);
    expect(counts.get('resolved')).toBeGreaterThan(OPERATIONS / 10);
    expect(counts.get('refused')).toBeGreaterThan(OPERATIONS / 50);
    for (const list of lists) expect(counts.get(list), list).toBeGreaterThan(OPERATIONS / 50);
    // These hang on others.
    expect(counts.get('privileged_accounts')).toBeGreaterThan(OPERATIONS / 500);
  });

  test('are the same where they have as many members as may be asked for', async () => {
    const keys = Array.from({ length: LIMITS.aliases }, (_, n) => `k${n}: reason`);
    const columns = 'id occurredAt category operation outcome operatedBy ipAddress clientType reason ticketId userName';
    const query = `{ audits { nodes { ${columns} ${keys.join(' ')} } } }`;
    const { errors, written } = await bothWays.ask(anActor(), { query, variables: {} });
    expect({ errors, written }).toEqual({ errors: [], written: ['audits'] });
  });

  test('are written with what hangs on them, each kind by one statement', async () => {
    const resource =
      'id accounts { name compliant lastModifiedAt } b: name owner { fullName id } usage { n: operationCount lastUsedAt }';
    const cases = {
      [`{ resources { nodes { ${resource} } } }`]: ['privileged_accounts', 'resources', 'user_accounts'],
      [`{ resourceFeed { changes { kind node { ${resource} } } } }`]: [
        'privileged_accounts',
        'resources feed',
        'user_accounts',
      ],
      [`{ audits { edges { cursor node { id resource { ${resource} } operator { email } } } } }`]: [
        'audits',
        'privileged_accounts',
        'resources',
        'user_accounts',
        'user_accounts',
      ],
    };
    for (const [query, tables] of Object.entries(cases)) {
      const { errors, written } = await bothWays.ask(anActor(), { query, variables: {} });
      expect({ errors, written: [...written].sort() }).toEqual({ errors: [], written: tables });
    }
  });
});
