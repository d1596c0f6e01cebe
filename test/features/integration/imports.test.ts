import sql from 'sql-template-tag';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.js';
import type { Transaction } from '../../../src/database/db.js';
import { Module } from '../../../src/database/module.js';
import { openDatabase } from '../../../src/database/open.js';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { ImportTally } from '../../../src/features/integration/import-tally.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { attachClient } from '../../../src/graphql/client.js';
import type { Context } from '../../../src/graphql/context.js';
import { pageServed } from '../../../src/graphql/served.js';
import { onEveryEngine } from '../../helpers/databases.js';
import { CountingDatabase } from '../../helpers/gateway.js';
import { FrontDoor } from '../../server/front-door.js';
import { anAudit, aResource, SOURCE, sourceIds } from '../writing/records.js';
import { anAdministrator, IntegrationScene } from './integration-scene.js';

const MINUTE = 60_000;

onEveryEngine('what was read with a token', (engine) => {
  let scene: IntegrationScene;
  let token: string;
  const doors: FrontDoor[] = [];
  beforeAll(async () => {
    scene = await IntegrationScene.open(engine);
    await recordResources(
      scene.db,
      SOURCE,
      sourceIds(7).map((id) => aResource(id)),
    );
    await recordAudits(
      scene.db,
      SOURCE,
      sourceIds(5).map((id) => anAudit(id)),
    );
  });
  afterAll(() => scene.drop());
  beforeEach(async () => {
    await scene.run('removeIntegration');
    token = await scene.tokenFromShell();
  });
  afterEach(() => closeDoors());

  async function open(db = scene.db): Promise<FrontDoor> {
    const door = await FrontDoor.open(db);
    doors.push(door);
    return door;
  }

  async function closeDoors(): Promise<void> {
    await Promise.all(doors.splice(0).map((door) => door.close()));
  }

  const OURS = 'filter: { operations: ["Password Retrieved"] }';

  async function ask(door: FrontDoor, query: string): Promise<void> {
    const { body } = await door.post({ query }, { authtoken: token });
    if (body.errors) throw new Error(JSON.stringify(body.errors));
  }

  const imports = async () => (await scene.read()).imports;

  test('is counted row by row, each module by itself, and stored when the process stops', async () => {
    const door = await open();
    await Promise.all([
      ask(door, '{ resources(first: 3) { nodes { id } } }'),
      ask(door, '{ resourceFeed(first: 2) { nextCursor } userAccountFeed { nextCursor } }'),
      ask(
        door,
        `{ a: auditFeed(first: 4, ${OURS}) { nodes { id } } b: audits(last: 1, ${OURS}) { edges { cursor } } }`,
      ),
      ask(door, '{ viewer { userName } resource(id: "1") { id } }'),
    ]);
    await closeDoors();
    const counts = (await imports()).map(({ module, rowCount }) => `${module} ${rowCount}`);
    expect(counts.sort()).toEqual(['AUDITS 5', 'RESOURCES 5', 'USER_ACCOUNTS 1']);
  });

  test('is counted exactly by several processes at once, time after time', async () => {
    const elsewhere = await openDatabase(scene.database.url);
    for (let round = 1; round <= 3; round++) {
      const both = [await open(), await open(elsewhere)];
      await Promise.all(both.flatMap((door) => sourceIds(10).map(() => ask(door, '{ resourceFeed { caughtUp } }'))));
      await closeDoors();
      expect(await imports()).toMatchObject([{ module: 'RESOURCES', rowCount: round * 2 * 10 * 7, caughtUp: true }]);
    }
    await elsewhere.close();
  });

  test('is stored every two seconds while the process runs, with when and from where the token was used', async () => {
    const door = await open();
    const before = new Date().toISOString();
    await ask(door, '{ resourceFeed { caughtUp } }');
    await expect.poll(imports).toMatchObject([{ rowCount: 7, overdue: false }]);
    const { authToken, imports: read } = await scene.read();
    expect(authToken.lastUsedAt).toBe(read[0]!.lastRequestAt);
    expect(authToken.lastUsedAt! >= before).toBe(true);
    expect(await scene.count('connector_tokens', "revoked_at IS NULL AND last_used_from = '127.0.0.1'")).toBe(1);
  });

  test('says nothing new of its end where something was only looked at', async () => {
    const looks = [
      '{ audits { totalCount } }',
      '{ audits(filter: { operations: ["nothing"] }) { nodes { id } } }',
      '{ audits(last: 1) { nodes { id } } }',
      '{ audits(first: 1) { nodes { id } } }',
    ];
    for (const [first, caughtUp] of [
      [1, false],
      [100, true],
    ] as const) {
      await ask(await open(), `{ auditFeed(first: ${first}, ${OURS}) { caughtUp } }`);
      await closeDoors();
      for (const look of looks) await ask(await open(), look);
      await closeDoors();
      expect(await imports(), `after a page of ${first}`).toMatchObject([{ module: 'AUDITS', caughtUp }]);
    }
  });

  test('is read to its end by pages of a list, too', async () => {
    await ask(await open(), '{ auditFeed(first: 1) { caughtUp } }');
    await ask(await open(), '{ audits { nodes { id } } }');
    await closeDoors();
    expect(await imports()).toMatchObject([{ module: 'AUDITS', caughtUp: true }]);
  });

  test('is that of Analytics Plus, whatever tokens are made beside it, and of the modules that it chose last', async () => {
    const connect = async (modules: string) => {
      const input = `build: 5000, hostName: "bi", portNumber: 8443, timeZone: "UTC", modules: [${modules}]`;
      await ask(await open(), `mutation { connectAnalyticsPlus(input: { ${input} }) { userErrors { code } } }`);
    };
    await connect('RESOURCES, AUDITS');
    await ask(await open(), '{ resourceFeed { caughtUp } auditFeed { caughtUp } }');
    await closeDoors();
    await scene.tokenFromShell();
    const modules = async () => (await imports()).map(({ module }) => module).sort();
    expect(await modules()).toEqual(['AUDITS', 'RESOURCES']);
    expect((await scene.read()).analyticsPlus).toMatchObject({ build: 5000 });
    await connect('AUDITS');
    await closeDoors();
    expect(await modules()).toEqual(['AUDITS']);
  });

  test('says whether the last page had nothing behind it', async () => {
    for (const [first, caughtUp] of [
      [3, false],
      [100, true],
      [2, false],
    ] as const) {
      await ask(await open(), `{ auditFeed(first: ${first}, ${OURS}) { caughtUp } }`);
      await closeDoors();
      expect(await imports()).toMatchObject([{ module: 'AUDITS', caughtUp }]);
    }
  });

  test('is written by no request', async () => {
    const counted = new CountingWrites(scene.db);
    const door = await open(counted);
    await ask(door, '{ resourceFeed { caughtUp } }');
    const afterFirstUse = counted.begun;
    await Promise.all(sourceIds(50).map(() => ask(door, '{ resourceFeed { caughtUp } }')));
    const began = counted.begun - afterFirstUse;
    await closeDoors();
    expect(began).toBeLessThan(5);
    expect(await imports()).toMatchObject([{ rowCount: 51 * 7 }]);
  });

  test('is shown of the last token that took effect, and forgotten with it', async () => {
    await ask(await open(), '{ resourceFeed { caughtUp } }');
    await closeDoors();
    await scene.generate();
    expect(await imports()).toHaveLength(1);
    await scene.run('saveIntegration');
    expect(await imports()).toEqual([]);
    expect(await scene.count('module_imports')).toBe(0);
  });

  describe('is overdue', () => {
    const CONNECT = `mutation ($input: ConnectAnalyticsPlusInput!) {
      connectAnalyticsPlus(input: $input) { userErrors { code } } }`;
    const input = { build: 5000, hostName: 'bi', portNumber: 8443, timeZone: 'UTC', modules: ['RESOURCES'] };

    test.each([
      ['twice an hour', undefined, 120],
      ['twice its own schedule', 15, 30],
    ])('after %s', async (_, importEveryMinutes, minutes) => {
      const door = await open();
      if (importEveryMinutes) {
        await door.post(
          { query: CONNECT, variables: { input: { ...input, importEveryMinutes } } },
          { authtoken: token },
        );
      }
      await ask(door, '{ resourceFeed { caughtUp } }');
      await closeDoors();
      for (const [ago, overdue] of [
        [minutes - 1, false],
        [minutes + 1, true],
      ] as const) {
        const then = scene.db.dialect.timeValue(new Date(Date.now() - ago * MINUTE).toISOString());
        await scene.db.execute(sql`UPDATE module_imports SET last_request_at = ${then}`);
        expect(await imports()).toMatchObject([{ overdue }]);
      }
    });
  });

  describe('in a tally', () => {
    const faults: unknown[] = [];
    let tally: ImportTally;
    beforeEach(() => {
      faults.length = 0;
      tally = new ImportTally(scene.db, (error) => faults.push(error));
    });
    afterEach(() => tally.stop());

    /** A request at a time, in milliseconds from now, that reads rows of audits. */
    async function request(rows: number, but: { at?: number; from?: string; caughtUp?: boolean } = {}): Promise<void> {
      const now = new Date(Date.now() + (but.at ?? 0)).toISOString();
      const actor = await scene.connector(token);
      const context: Context = { db: scene.db, actor, settings: readConfig({}), requestId: 'test', now };
      attachClient(context, {
        ipAddress: but.from ?? null,
        name: null,
        sessionId: null,
        deviceCookie: null,
        setSession: () => {},
        setDevice: () => {},
      });
      tally.watch(context);
      pageServed(context, { module: Module.AUDITS, rows, caughtUp: but.caughtUp ?? false });
    }

    test('is kept while it cannot be stored, and then stored once', async () => {
      await request(3);
      await scene.db.execute(sql`ALTER TABLE module_imports RENAME TO away`);
      await tally.flush();
      await request(4);
      await tally.flush();
      expect(faults).toHaveLength(2);
      await scene.db.execute(sql`ALTER TABLE away RENAME TO module_imports`);
      await request(5);
      await tally.flush();
      await tally.flush();
      expect(faults).toHaveLength(2);
      expect(await imports()).toMatchObject([{ module: 'AUDITS', rowCount: 12 }]);
    });

    test('is as of the latest request, in whatever order the processes store it', async () => {
      await request(1, { from: 'late', caughtUp: true, at: 0 });
      await tally.flush();
      const { authToken, imports: before } = await scene.read();
      await request(1, { from: 'early', caughtUp: false, at: -MINUTE });
      await tally.flush();
      expect(await scene.read()).toMatchObject({ authToken, imports: [{ ...before[0], rowCount: 2 }] });
      expect(await scene.count('connector_tokens', "revoked_at IS NULL AND last_used_from = 'late'")).toBe(1);
    });

    test('is not stored for a token that was revoked meanwhile', async () => {
      await request(3);
      await scene.run('removeIntegration');
      await tally.flush();
      expect(faults).toEqual([]);
      expect(await scene.count('module_imports')).toBe(0);
    });

    test('is none of a person', async () => {
      const context: Context = {
        db: scene.db,
        actor: anAdministrator(),
        settings: readConfig({}),
        requestId: 'test',
        now: new Date().toISOString(),
      };
      tally.watch(context);
      pageServed(context, { module: Module.AUDITS, rows: 3, caughtUp: true });
      await tally.flush();
      expect(await scene.count('module_imports')).toBe(0);
    });
  });
});

/** A database that counts the transactions that were begun. */
class CountingWrites extends CountingDatabase {
  begun = 0;

  override begin(): Promise<Transaction> {
    this.begun += 1;
    return super.begin();
  }
}
