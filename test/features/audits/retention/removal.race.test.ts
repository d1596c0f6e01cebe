import { setImmediate as endOfTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Module } from '../../../../src/database/module.js';
import { countRecords } from '../../../../src/database/positions.js';
import { beginRebuild } from '../../../../src/features/audits/rollups/rebuild.js';
import { countMore } from '../../../../src/features/audits/rollups/rollup-worker.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../../helpers/databases.js';
import { type Answer, anActor, Gateway } from '../../../helpers/gateway.js';
import { countAll, countsOf } from '../rollups/rollups.fixture.js';
import { audit, kept, remove, startOver, write } from './retention.fixture.js';

interface Page {
  readonly auditFeed: {
    readonly nodes: { operation: string }[];
    readonly nextCursor: string;
    readonly caughtUp: boolean;
  };
}

const QUERY = `query ($after: String, $filter: AuditFilter) {
  auditFeed(after: $after, first: 40, filter: $filter) { nodes { operation } nextCursor caughtUp } }`;

onEveryEngine('while audits are removed', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase(engine);
  });
  afterAll(() => database.drop());
  beforeEach(() => startOver(database.db));

  /** Follows the feed; where its cursor has expired it begins anew, and keeps nothing of before. What it has in the end. */
  const follow = async (isOver: () => boolean, filter: object | null) => {
    const gateway = new Gateway(database.db);
    const names: string[] = [];
    let after: string | null = null;
    for (;;) {
      const last = isOver();
      await endOfTurn();
      for (let caughtUp = false; !caughtUp; ) {
        const { data, errors }: Answer<Page> = await gateway.ask<Page>(anActor(), QUERY, { after, filter });
        if (errors.length > 0) {
          expect(errors[0]!.extensions?.code).toBe('CURSOR_EXPIRED');
          names.length = 0;
          after = null;
          continue;
        }
        for (const { operation } of data!.auditFeed.nodes) names.push(operation);
        after = data!.auditFeed.nextCursor;
        caughtUp = data!.auditFeed.caughtUp;
      }
      if (last) return names;
    }
  };

  test('and others are written and counted, no reader misses or doubles one that is kept', async () => {
    let isOver = false;
    const filters = [null, { operatedBy: ['ann'] }, null];
    const readers = filters.map((filter) => follow(() => isOver, filter));
    const write20 = async (writer: number) => {
      for (let round = 0; round < 20; round++) {
        const records = Array.from({ length: 30 }, (_, n) =>
          audit(`${writer} ${round} ${n}`, 1 + ((7 * n + round) % 60)),
        );
        await write(database.db, ...records);
      }
    };
    const writers = [write20(1), write20(2)];
    const removing = (async () => {
      for (let days = 60; !isOver; days = Math.max(20, days - 2)) await remove(database.db, days);
    })();
    const counting = (async () => {
      while (!isOver) {
        await countMore(database.db);
        await endOfTurn();
      }
    })();
    await Promise.all(writers);
    isOver = true;
    await Promise.all([removing, counting]);
    const read = await Promise.all(readers);
    await remove(database.db, 20);
    const stored = await kept(database.db);
    expect(stored.length).toBeGreaterThan(0);
    for (const names of read) {
      const own = names.filter((name) => name !== 'Audits Removed');
      expect(new Set(own).size).toBe(own.length);
      expect(stored.filter((name) => !own.includes(name))).toEqual([]);
    }
    await countAll(database.db);
    const before = await countsOf(database.db);
    await beginRebuild(database.db);
    await countAll(database.db);
    expect(before).toEqual(await countsOf(database.db));
    const gateway = new Gateway(database.db);
    const { audits } = await gateway.read<{ audits: { totalCount: number } }>(anActor(), '{ audits { totalCount } }');
    expect(audits.totalCount).toBe(await countRecords(database.db, Module.AUDITS));
  });
});
