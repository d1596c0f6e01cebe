import { truncateSync } from 'node:fs';
import sql from 'sql-template-tag';
import { expect, test } from 'vitest';
import { migrate } from '../../src/database/migrate.js';
import { openDatabase } from '../../src/database/open.js';
import { emptyDatabase } from '../helpers/databases.js';
import { codes } from './refusals.js';

test('a database file that cannot be used is UNAVAILABLE, to readers and to writers, and says why to the operator', async () => {
  const { url, drop } = await emptyDatabase('sqlite');
  await migrate(url);
  const db = await openDatabase(url);
  truncateSync(url.slice('sqlite:'.length));
  const read = db.query(sql`SELECT * FROM gateway`);
  const write = db.execute(sql`INSERT INTO gateway (name, value) VALUES ('name', '')`);
  expect(await codes([read, write])).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
  await expect(read).rejects.toMatchObject({
    message: 'the database file cannot be used',
    retryAfter: 2,
    cause: { code: expect.stringMatching(/^SQLITE_/) },
  });
  await db.close();
  await drop();
});
