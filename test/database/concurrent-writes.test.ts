import sql, { raw } from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Db } from '../../src/database/db.js';
import type { EncodedForm } from '../../src/database/row-encoding.js';
import { type TestDatabase, testDatabase, withEveryEncoder } from '../helpers/databases.js';
import { columns, makeThings } from './things.js';

const ROWS = 120;

/** Long enough for the rows of an answer to come in many parts. */
const textOf = (id: number) => `${id}: "${'é'.repeat(id * 20)}"`;

async function storeRows(db: Db): Promise<void> {
  const rows = Array.from({ length: ROWS }, (_, id) => [id, textOf(id), 'b', id / 2, id % 2]);
  await db.insertRows('things', columns, rows);
}

const id = { name: 'id', value: 't.id', kind: 'number', isNullable: false } as const;
const a = { name: 'a', value: 't.a', kind: 'text', isNullable: true } as const;
const key = { name: 'key', value: 't.id', kind: 'number' } as const;

const forms: readonly EncodedForm[] = [
  { notation: 'json', cells: [id, a], separator: ',', keys: [key] },
  { notation: 'csv', cells: [a, id], separator: '\r\n', keys: [] },
  { notation: 'json', cells: [a], separator: '\n', keys: [key] },
];

function expected({ notation, cells }: EncodedForm, from: number): string[] {
  return Array.from({ length: ROWS - from }, (_, n) => {
    const row = { id: from + n, a: textOf(from + n) };
    if (notation === 'csv') return `"${row.a.replaceAll('"', '""')}",${row.id}`;
    return JSON.stringify(Object.fromEntries(cells.map(({ name }) => [name, row[name as keyof typeof row]])));
  });
}

function read(db: Db, form: EncodedForm, from: number): Promise<string[]> {
  const select = raw(db.dialect.selectEncoded(form));
  return db
    .queryEncoded(sql`SELECT ${select} FROM things t WHERE t.id >= ${from} ORDER BY t.id`, form)
    .then((rows) => rows.map((row) => row.text.toString()));
}

withEveryEncoder('rows that are written', (makeDatabase) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await makeDatabase();
    await makeThings(database.db, database.engine);
    await storeRows(database.db);
  });
  afterAll(() => database.drop());

  test('by many statements at once are those of each', async () => {
    const asked = Array.from({ length: 60 }, (_, n) => ({ form: forms[n % forms.length]!, from: n }));
    const answers = await Promise.all(asked.map(({ form, from }) => read(database.db, form, from)));
    expect(answers).toEqual(asked.map(({ form, from }) => expected(form, from)));
  });

  test('by statements that wait for one another on a connection are those of each', async () => {
    const tx = await database.db.begin();
    const count = tx.query<{ n: number }>(sql`SELECT COUNT(*) AS n FROM things`);
    const answers = await Promise.all([read(tx, forms[0]!, 5), read(tx, forms[1]!, 90), count, read(tx, forms[2]!, 1)]);
    await tx.rollback();
    expect(answers).toEqual([expected(forms[0]!, 5), expected(forms[1]!, 90), [{ n: ROWS }], expected(forms[2]!, 1)]);
  });
});

describe('rows that are written, where the server fails in their middle,', () => {
  test('end in its error, and the connection goes on', async () => {
    const database = await testDatabase('mariadb');
    await makeThings(database.db, 'mariadb');
    await storeRows(database.db);
    const tx = await database.db.begin();
    const [form] = forms;
    const select = raw(tx.dialect.selectEncoded(form!));
    // Two rows where one is taken, once there are a hundred on their way.
    const failing = sql`SELECT ${select} FROM things t
      WHERE t.id > (SELECT x.id FROM things x WHERE x.id < IF(t.id = 100, 2, 1)) ORDER BY t.id`;
    await expect(tx.queryEncoded(failing, form!)).rejects.toMatchObject({ errno: 1242 });
    expect(await read(tx, form!, 3)).toEqual(expected(form!, 3));
    await tx.rollback();
    await database.drop();
  });
});
