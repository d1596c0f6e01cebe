import fc from 'fast-check';
import sql, { join, raw } from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Value } from '../../src/database/db.js';
import type { JsonCell } from '../../src/database/dialects/dialect.js';
import { recordAudits } from '../../src/features/audits/audit.service.js';
import { anAudit, SOURCE } from '../features/writing/records.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { anActor } from '../helpers/gateway.js';
import { BothWays } from './both-ways.js';
import { hostileTexts } from './hostile-texts.js';

/** Every character of the first plane, lone surrogates too, in parts that a column takes. */
const everyCharacter = Array.from({ length: 16 }, (_, part) =>
  Array.from({ length: 4_096 }, (_, code) => String.fromCharCode(part * 4_096 + code)).join(''),
);

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom(...hostileTexts));

onEveryEngine('text that the database writes as JSON', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase(engine);
  });
  afterAll(() => database.drop());

  test('is every character as JSON.stringify writes it, whichever way the records came in', async () => {
    const texts = [...everyCharacter, ...fc.sample(text, { numRuns: 1_000, seed: 4 })];
    const records = texts.map((reason, n) => anAudit(String(n), { reason, operation: reason.slice(0, 200) }));
    // Few go in as values, many as a file.
    await recordAudits(database.db, SOURCE, records.slice(0, 10));
    await recordAudits(database.db, SOURCE, records.slice(10));
    for (const root of ['audits(first: 2000)', 'auditFeed(first: 2000)']) {
      const query = `{ ${root} { nodes { id reason operation } } }`;
      const { data, written } = await new BothWays(database.db).ask(anActor(), { query, variables: {} });
      expect(written).toHaveLength(1);
      for (const well of everyCharacter.filter((part) => part.isWellFormed())) {
        expect(data).toContain(JSON.stringify(well));
      }
    }
  });

  test('stands beside numbers, truths and nulls as JSON.stringify writes them', async () => {
    const { dialect } = database.db;
    const cell = fc.oneof(
      fc.record({ kind: fc.constant('text' as const), value: fc.option(text.map((value) => value.toWellFormed())) }),
      fc.record({ kind: fc.constant('word' as const), value: fc.option(fc.constantFrom('a', 'null', '2026Z', '0')) }),
      fc.record({ kind: fc.constant('number' as const), value: fc.option(fc.maxSafeInteger()) }),
      fc.record({ kind: fc.constant('boolean' as const), value: fc.option(fc.boolean()) }),
    );
    const cells = fc.dictionary(fc.stringMatching(/^[_A-Za-z][_0-9A-Za-z]{0,9}$/), cell, { minKeys: 1, maxKeys: 20 });
    await fc.assert(
      fc.asyncProperty(cells, async (object) => {
        const members = Object.entries(object);
        // SQLite takes a number that is bound for a fraction, which no column holds.
        const literal = (value: Value) => (typeof value === 'number' ? raw(String(value)) : sql`${value}`);
        const columns = members.map(([, { value }], n) => sql`${literal(value)} AS c${raw(String(n))}`);
        const written = members.map(
          ([key, { kind }], n): JsonCell => ({ key, value: `t.c${n}`, kind, isNullable: true }),
        );
        const [row] = await database.db.query<{ json: string }>(
          sql`SELECT ${raw(dialect.jsonObject!(written))} AS json FROM (SELECT ${join(columns)}) t`,
        );
        const expected = Object.fromEntries(members.map(([key, { value }]) => [key, value]));
        expect(dialect.jsonText(row!.json)).toBe(JSON.stringify(expected));
      }),
      { numRuns: 500 },
    );
  });
});
