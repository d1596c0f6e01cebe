import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/database/db.js';
import { commandLine } from '../../src/features/audits/activity-log.js';
import { deleteUserAccounts, recordUserAccounts } from '../../src/features/audits/user-account.service.js';
import { deleteResources, recordResources } from '../../src/features/resources/resource.service.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { anActor, Gateway } from '../helpers/gateway.js';
import { empty, restore } from './list-laws.js';

interface Feed {
  readonly changes: readonly {
    readonly kind: string;
    readonly id: string;
    readonly node: { readonly name: string } | null;
  }[];
  readonly nextCursor: string;
  readonly caughtUp: boolean;
}

/** The two modules whose records change. `write` adds or changes one record for each name. */
const modules = [
  {
    feed: 'resourceFeed',
    nameField: 'name',
    write: (db: Database, names: string[], location?: string) =>
      recordResources(
        db,
        'test',
        names.map((name) => ({ sourceId: name, name, type: 'Linux', location: location ?? null })),
      ),
    remove: (db: Database, names: string[]) => deleteResources(db, 'test', names),
  },
  {
    feed: 'userAccountFeed',
    nameField: 'userName',
    write: (db: Database, names: string[], location?: string) =>
      recordUserAccounts(
        db,
        commandLine,
        'test',
        names.map((name) => ({ sourceId: name, userName: name, location: location ?? null })),
      ),
    remove: (db: Database, names: string[]) => deleteUserAccounts(db, commandLine, 'test', names),
  },
];

onEveryEngine('a feed of records that change', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
  });
  afterAll(() => database.drop());
  beforeEach(() => empty(database.db));

  describe.each(modules)('$feed', ({ feed, nameField, write, remove }) => {
    const read = async (after?: string | null, first?: number): Promise<Feed> => {
      const query = `query ($after: String, $first: Int! = 1000) { ${feed}(after: $after, first: $first) {
        changes { kind id node { name: ${nameField} } } nextCursor caughtUp } }`;
      return (await gateway.read<Record<string, Feed>>(anActor(), query, { after, first }))[feed]!;
    };
    const told = ({ changes }: Feed) => changes.map(({ kind, node }) => (node ? node.name : kind));

    test('gives every record in the order of the commits', async () => {
      await write(database.db, ['c', 'a']);
      await write(database.db, ['b']);
      const page = await read();
      expect(told(page)).toEqual(['c', 'a', 'b']);
      expect(page.caughtUp).toBe(true);
    });

    test('gives a changed record again, at its new place, and only there', async () => {
      await write(database.db, ['a', 'b', 'c']);
      const { nextCursor } = await read();
      await write(database.db, ['a'], 'Berlin');
      expect(told(await read(nextCursor))).toEqual(['a']);
      expect(told(await read())).toEqual(['b', 'c', 'a']);
    });

    test('is silent of a record that was sent again unchanged', async () => {
      await write(database.db, ['a']);
      const { nextCursor } = await read();
      expect(await write(database.db, ['a'])).toEqual(['UNCHANGED']);
      expect(told(await read(nextCursor))).toEqual([]);
    });

    test('tells of a deletion with the id that the record had', async () => {
      await write(database.db, ['a', 'b']);
      const { changes, nextCursor } = await read();
      await remove(database.db, ['a']);
      const after = await read(nextCursor);
      expect(after.changes).toEqual([{ kind: 'DELETE', id: changes[0]!.id, node: null }]);
    });

    test('tells of a record that came back after its deletion under another id', async () => {
      await write(database.db, ['a']);
      const before = await read();
      await remove(database.db, ['a']);
      await write(database.db, ['a']);
      const after = await read(before.nextCursor);
      expect(after.changes.map(({ kind }) => kind)).toEqual(['DELETE', 'UPSERT']);
      expect(after.changes[1]!.id).not.toBe(before.changes[0]!.id);
    });

    test('gives the same by pages of one as by one page, deletions between changes', async () => {
      await write(database.db, ['a', 'b', 'c', 'd']);
      await remove(database.db, ['b']);
      await write(database.db, ['a'], 'Berlin');
      await remove(database.db, ['d']);
      const pages: Feed[] = [await read(null, 1)];
      while (!pages.at(-1)!.caughtUp) pages.push(await read(pages.at(-1)!.nextCursor, 1));
      expect(pages.flatMap(told)).toEqual(['c', 'DELETE', 'a', 'DELETE']);
      expect(told(await read())).toEqual(pages.flatMap(told));
      expect(pages.map(({ caughtUp }) => caughtUp)).toEqual([false, false, false, true]);
    });

    test('goes on from an empty page', async () => {
      const nothing = await read();
      expect(nothing).toMatchObject({ changes: [], caughtUp: true });
      await write(database.db, ['a']);
      const something = await read(nothing.nextCursor);
      expect(told(something)).toEqual(['a']);
      const still = await read(something.nextCursor);
      expect(told(still)).toEqual([]);
      await write(database.db, ['b']);
      expect(told(await read(still.nextCursor))).toEqual(['b']);
    });

    test('gives kinds and ids where the records themselves are not selected', async () => {
      await write(database.db, ['a']);
      const query = `{ ${feed} { changes { kind id } } }`;
      const answer = await gateway.read<Record<string, Feed>>(anActor(), query);
      expect(answer[feed]!.changes).toEqual([{ kind: 'UPSERT', id: (await read()).changes[0]!.id }]);
    });

    test('refuses a cursor that is ahead of a database restored from a backup', async () => {
      await write(database.db, ['a', 'b']);
      const { nextCursor } = await read();
      await restore(database.db);
      await write(database.db, ['a']);
      const query = `query ($after: String) { ${feed}(after: $after) { nextCursor } }`;
      const { code, message } = await gateway.refusal(anActor(), query, { after: nextCursor });
      expect(code).toBe('BAD_CURSOR');
      expect(message).toMatch(/restored from an older backup: begin anew without `after`/);
    });
  });
});
