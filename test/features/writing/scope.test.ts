import { afterEach, beforeEach, expect, test } from 'vitest';
import { transaction } from '../../../src/database/transaction.js';
import { dropUserAccounts, storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { deleteResources, recordResources } from '../../../src/features/resources/resource.service.js';
import type { UserAccountRecord } from '../../../src/features/users/user-account.record.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { connectorFor, Gateway } from '../../helpers/gateway.js';
import { aResource, aUser, SOURCE, storedUser } from './records.js';

interface Feed {
  changes: { kind: string; node: { name: string } | null }[];
  nextCursor: string;
}

const query =
  'query ($after: String) { feed: resourceFeed(after: $after) { changes { kind node { name } } nextCursor } }';

onEveryEngine('what a user of scope OWNED_AND_SHARED reads of resources', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeEach(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
    const accounts = [{ name: 'root' }, { name: 'oracle' }];
    await resources(aResource('1', { name: 'one', accounts }), aResource('2', { name: 'two' }));
    await users(aUser('ann', { grants: [] }));
  });
  afterEach(() => database.drop());

  const resources = (...records: Parameters<typeof recordResources>[2][number][]) =>
    recordResources(database.db, SOURCE, records);
  const users = (...records: UserAccountRecord[]) => storeUserAccounts(database.db, SOURCE, records);
  const share = (...grants: { resourceSourceId: string; accountSourceId?: string }[]) =>
    users(aUser('ann', { grants: grants.map((grant) => ({ level: 'VIEW', ...grant })) }));
  const version = async () => (await storedUser(database.db, 'ann')).scopeVersion;

  const read = async (after: string | null = null, name = 'user-ann') => {
    const ann = await connectorFor(database.db, name);
    const { feed } = await gateway.read<{ feed: Feed }>(ann, query, { after });
    return {
      changes: feed.changes.map(({ kind, node }) => `${kind} ${node?.name ?? ''}`.trim()),
      cursor: feed.nextCursor,
    };
  };

  test('grows when something is shared with it, and its feed begins anew', async () => {
    const before = await version();
    const { cursor } = await read();
    await share({ resourceSourceId: '1' });
    expect(await version()).toBe(before + 1);
    await expect(read(cursor)).rejects.toThrow('RESYNC_REQUIRED');
    expect((await read()).changes).toEqual(['UPSERT one']);
  });

  test('shrinks when it is shared no longer, and its feed says so', async () => {
    await share({ resourceSourceId: '1' });
    const { cursor } = await read();
    const before = await version();
    await share();
    expect((await read(cursor)).changes).toEqual(['DELETE']);
    expect(await version()).toBe(before);
  });

  test('stays while there is another way to see it, and is read again with what is left of it', async () => {
    await share(
      { resourceSourceId: '1', accountSourceId: 'root' },
      { resourceSourceId: '1', accountSourceId: 'oracle' },
    );
    const { cursor } = await read();
    await share({ resourceSourceId: '1', accountSourceId: 'root' });
    expect((await read(cursor)).changes).toEqual(['UPSERT one']);
  });

  test('loses what is deleted, whether it owned it or it was shared', async () => {
    await resources(aResource('3', { name: 'mine', ownerName: 'user-ann' }));
    await share({ resourceSourceId: '1' });
    const { cursor } = await read();
    await deleteResources(database.db, SOURCE, ['1', '2', '3']);
    expect((await read(cursor)).changes).toEqual(['DELETE', 'DELETE']);
  });

  test('loses what gets another owner, and the other begins anew', async () => {
    await users(aUser('bob'));
    await resources(aResource('3', { name: 'mine', ownerName: 'user-ann' }));
    const { cursor } = await read();
    const before = (await storedUser(database.db, 'bob')).scopeVersion;
    await resources(aResource('3', { name: 'mine', ownerName: 'user-bob' }));
    expect((await read(cursor)).changes).toEqual(['DELETE']);
    expect((await storedUser(database.db, 'bob')).scopeVersion).toBe(before + 1);
  });

  test('goes on where a new resource is its own, since that has no past', async () => {
    const { cursor } = await read();
    await resources(aResource('3', { name: 'mine', ownerName: 'user-ann' }));
    expect((await read(cursor)).changes).toEqual(['UPSERT mine']);
  });

  test('has again what is shared again, though it was told that it is gone', async () => {
    await share({ resourceSourceId: '1' });
    await share();
    await share({ resourceSourceId: '1' });
    expect((await read()).changes).toEqual(['UPSERT one']);
  });

  test('has what is taken and shared again at once', async () => {
    await share({ resourceSourceId: '1' });
    await transaction(database.db, async (tx) => {
      await storeUserAccounts(tx, SOURCE, [aUser('ann', { grants: [] })]);
      await storeUserAccounts(tx, SOURCE, [aUser('ann', { grants: [{ level: 'VIEW', resourceSourceId: '1' }] })]);
    });
    expect((await read()).changes).toEqual(['UPSERT one']);
  });

  test('is told that what was taken from it and deleted at once is gone', async () => {
    await share({ resourceSourceId: '1' });
    const { cursor } = await read();
    await transaction(database.db, async (tx) => {
      await storeUserAccounts(tx, SOURCE, [aUser('ann', { grants: [] })]);
      await deleteResources(tx, SOURCE, ['1']);
    });
    expect((await read(cursor)).changes).toEqual(['DELETE']);
  });

  test('stays as it was under another name, and grows by what comes in under that name', async () => {
    await resources(
      aResource('3', { name: 'hers', ownerName: 'user-ann' }),
      aResource('4', { name: 'of another anna', ownerName: 'anna' }),
    );
    const { cursor } = await read();
    await users(aUser('ann', { userName: 'anna' }));
    expect((await read(cursor, 'anna')).changes).toEqual([]);
    await resources(aResource('5', { name: 'new', ownerName: 'anna' }));
    expect((await read(null, 'anna')).changes).toEqual(['UPSERT hers', 'UPSERT new']);
  });

  test('is nothing for a user that was deleted and came again', async () => {
    await share({ resourceSourceId: '1' });
    await dropUserAccounts(database.db, SOURCE, ['ann']);
    await users(aUser('ann'));
    expect((await read()).changes).toEqual([]);
  });
});
