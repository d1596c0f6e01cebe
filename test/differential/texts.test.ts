import fc from 'fast-check';
import sql, { join, raw } from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Value } from '../../src/database/db.js';
import type { Cell, Notation } from '../../src/database/row-encoding.js';
import { recordAudits } from '../../src/features/audits/audit.service.js';
import { anAudit, SOURCE } from '../features/writing/records.js';
import { type TestDatabase, withEveryEncoder } from '../helpers/databases.js';
import { anActor } from '../helpers/gateway.js';
import { BothWays } from './both-ways.js';
import { hostileTexts } from './hostile-texts.js';

/** Every character of the first plane, lone surrogates too, in parts that a column takes. */
const everyCharacter = Array.from({ length: 16 }, (_, part) =>
  Array.from({ length: 4_096 }, (_, code) => String.fromCharCode(part * 4_096 + code)).join(''),
);

const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.constantFrom(...hostileTexts));

const anyCell = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), value: fc.option(text.map((value) => value.toWellFormed())) }),
  fc.record({ kind: fc.constant('word' as const), value: fc.option(fc.constantFrom('a', 'null', '2026Z', '0')) }),
  fc.record({ kind: fc.constant('number' as const), value: fc.option(fc.maxSafeInteger()) }),
  fc.record({ kind: fc.constant('boolean' as const), value: fc.option(fc.boolean()) }),
);
type AnyCell = typeof anyCell extends fc.Arbitrary<infer Cell> ? Cell : never;
const anyCells = fc.dictionary(fc.stringMatching(/^[_A-Za-z][_0-9A-Za-z]{0,9}$/), anyCell, { minKeys: 1, maxKeys: 20 });

withEveryEncoder('text that the database writes', (makeDatabase) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await makeDatabase();
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

  /** A row of any cells, as the database writes it. */
  const rowOf = async (cells: Record<string, AnyCell>, notation: Notation): Promise<string> => {
    const members = Object.entries(cells);
    // SQLite takes a number that is bound for a fraction, which no column holds.
    const literal = (value: Value) => (typeof value === 'number' ? raw(String(value)) : sql`${value}`);
    const columns = members.map(([, { value }], n) => sql`${literal(value)} AS c${raw(String(n))}`);
    const form = {
      notation,
      cells: members.map(([name, { kind }], n): Cell => ({ name, value: `t.c${n}`, kind, isNullable: true })),
      separator: ',',
      keys: [{ name: 'first', value: 't.c0', kind: 'text' } as const],
    };
    const [row] = await database.db.queryEncoded(
      sql`SELECT ${raw(database.db.dialect.selectEncoded(form))} FROM (SELECT ${join(columns)}) t`,
      form,
    );
    return row!.text.toString();
  };

  test('stands beside numbers, truths and nulls as JSON.stringify writes them', async () => {
    await fc.assert(
      fc.asyncProperty(anyCells, async (cells) => {
        const expected = Object.fromEntries(Object.entries(cells).map(([name, { value }]) => [name, value]));
        expect(await rowOf(cells, 'json')).toBe(JSON.stringify(expected));
      }),
      { numRuns: 500 },
    );
  });

  test('is quoted in CSV, and disarmed where that is asked for', async () => {
    const written = ({ kind, value }: AnyCell, isSafe: boolean): string => {
      if (value === null) return '';
      if (kind !== 'text') return String(value);
      return `"${isSafe && /^[=+\-@\t\n\r＝＋－＠]/.test(value) ? "'" : ''}${value.replaceAll('"', '""')}"`;
    };
    await fc.assert(
      fc.asyncProperty(anyCells, fc.boolean(), async (cells, isSafe) => {
        const expected = Object.values(cells).map((cell) => written(cell, isSafe));
        expect(await rowOf(cells, isSafe ? 'safe-csv' : 'csv')).toBe(expected.join(','));
      }),
      { numRuns: 500 },
    );
  });

  test('is whole however long it is, and so is what follows it', async () => {
    const lengths = [0, 1, 249, 250, 251, 252, 255, 256, 65_534, 65_535, 65_536, 1_000_000];
    for (const length of lengths) {
      const long = `${'é"'.repeat(length / 2)}${length % 2 === 0 ? '' : 'x'}`;
      const cells = { long: { kind: 'text', value: long }, behind: { kind: 'number', value: length } } as const;
      expect(await rowOf(cells, 'json')).toBe(JSON.stringify({ long, behind: length }));
    }
  });

  test('of rows that fill several pages is joined in their order, and backward', async () => {
    const records = Array.from({ length: 900 }, (_, n) => anAudit(`page ${n}`, { reason: 'r'.repeat(n * 3) }));
    await recordAudits(database.db, SOURCE, records);
    for (const page of ['first: 2000', 'last: 2000', 'first: 2000, orderBy: { direction: DESC }']) {
      const query = `{ audits(${page}) { nodes { id reason } } }`;
      const { written } = await new BothWays(database.db).ask(anActor(), { query, variables: {} });
      expect(written).toHaveLength(1);
    }
  });

  test('is of a row of which nothing is left to be asked for', async () => {
    for (const fields of ['id @skip(if: true)', 'id @include(if: false) reason @skip(if: true)', '__typename']) {
      const query = `{ audits(first: 3) { nodes { ${fields} } edges { node { ${fields} } } } }`;
      await new BothWays(database.db).ask(anActor(), { query, variables: {} });
      const feed = `{ auditFeed(first: 3) { nodes { ${fields} } } }`;
      await new BothWays(database.db).ask(anActor(), { query: feed, variables: {} });
    }
  });
});
