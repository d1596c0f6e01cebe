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
import { pageRead } from '../../../src/graphql/rows-read.js';
import { onEveryEngine } from '../../helpers/databases.js';
import { CountingDatabase } from '../../helpers/gateway.js';
import { TestServer } from '../../server/test-server.js';
import { anAudit, aResource, SOURCE, sourceIds } from '../writing/records.js';
import { anAdministrator, IntegrationFixture } from './integration.fixture.js';

const MINUTE = 60_000;

onEveryEngine('what was read with a token', (engine) => {
  let fixture: IntegrationFixture;
  let token: string;
  const servers: TestServer[] = [];
  beforeAll(async () => {
    fixture = await IntegrationFixture.open(engine);
    await recordResources(
      fixture.db,
      SOURCE,
      sourceIds(7).map((id) => aResource(id)),
    );
    await recordAudits(
      fixture.db,
      SOURCE,
      sourceIds(5).map((id) => anAudit(id)),
    );
  });
  afterAll(() => fixture.drop());
  beforeEach(async () => {
    await fixture.run('removeIntegration');
    token = await fixture.tokenFromShell();
  });
  afterEach(() => closeServers());

  async function open(db = fixture.db): Promise<TestServer> {
    const server = await TestServer.open(db);
    servers.push(server);
    return server;
  }

  async function closeServers(): Promise<void> {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  }

  const OURS = 'filter: { operations: ["Password Retrieved"] }';

  async function ask(server: TestServer, query: string): Promise<void> {
    const { body } = await server.post({ query }, { authtoken: token });
    if (body.errors) throw new Error(JSON.stringify(body.errors));
  }

  const imports = async () => (await fixture.read()).imports;

  test('is counted row by row, each module by itself, and stored when the process stops', async () => {
    const server = await open();
    await Promise.all([
      ask(server, '{ resources(first: 3) { nodes { id } } }'),
      ask(server, '{ resourceFeed(first: 2) { nextCursor } userAccountFeed { nextCursor } }'),
      ask(
        server,
        `{ a: auditFeed(first: 4, ${OURS}) { nodes { id } } b: audits(last: 1, ${OURS}) { edges { cursor } } }`,
      ),
      ask(server, '{ viewer { userName } resource(id: "1") { id } }'),
    ]);
    await closeServers();
    const counts = (await imports()).map(({ module, rowCount }) => `${module} ${rowCount}`);
    expect(counts.sort()).toEqual(['AUDITS 5', 'RESOURCES 5', 'USER_ACCOUNTS 1']);
  });

  test('is counted exactly by several processes at once, time after time', async () => {
    const elsewhere = await openDatabase(fixture.database.url);
    for (let round = 1; round <= 3; round++) {
      const both = [await open(), await open(elsewhere)];
      await Promise.all(
        both.flatMap((server) => sourceIds(10).map(() => ask(server, '{ resourceFeed { caughtUp } }'))),
      );
      await closeServers();
      expect(await imports()).toMatchObject([{ module: 'RESOURCES', rowCount: round * 2 * 10 * 7, caughtUp: true }]);
    }
    await elsewhere.close();
  });

  test('is stored every two seconds while the process runs, with when and from where the token was used', async () => {
    const server = await open();
    const before = new Date().toISOString();
    await ask(server, '{ resourceFeed { caughtUp } }');
    await expect.poll(imports).toMatchObject([{ rowCount: 7, overdue: false }]);
    const { authToken, imports: read } = await fixture.read();
    expect(authToken.lastUsedAt).toBe(read[0]!.lastRequestAt);
    expect(authToken.lastUsedAt! >= before).toBe(true);
    expect(await fixture.count('connector_tokens', "revoked_at IS NULL AND last_used_from = '127.0.0.1'")).toBe(1);
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
      await closeServers();
      for (const look of looks) await ask(await open(), look);
      await closeServers();
      expect(await imports(), `after a page of ${first}`).toMatchObject([{ module: 'AUDITS', caughtUp }]);
    }
  });

  test('is read to its end by pages of a list, too', async () => {
    await ask(await open(), '{ auditFeed(first: 1) { caughtUp } }');
    await ask(await open(), '{ audits { nodes { id } } }');
    await closeServers();
    expect(await imports()).toMatchObject([{ module: 'AUDITS', caughtUp: true }]);
  });

  test('is that of Analytics Plus, whatever tokens are made beside it, and of the modules that it chose last', async () => {
    const connect = async (modules: string) => {
      const input = `build: 5000, hostName: "bi", portNumber: 8443, timeZone: "UTC", modules: [${modules}]`;
      await ask(await open(), `mutation { connectAnalyticsPlus(input: { ${input} }) { userErrors { code } } }`);
    };
    await connect('RESOURCES, AUDITS');
    await ask(await open(), '{ resourceFeed { caughtUp } auditFeed { caughtUp } }');
    await closeServers();
    await fixture.tokenFromShell();
    const modules = async () => (await imports()).map(({ module }) => module).sort();
    expect(await modules()).toEqual(['AUDITS', 'RESOURCES']);
    expect((await fixture.read()).analyticsPlus).toMatchObject({ build: 5000 });
    await connect('AUDITS');
    await closeServers();
    expect(await modules()).toEqual(['AUDITS']);
  });

  test('says whether the last page had nothing behind it', async () => {
    for (const [first, caughtUp] of [
      [3, false],
      [100, true],
      [2, false],
    ] as const) {
      await ask(await open(), `{ auditFeed(first: ${first}, ${OURS}) { caughtUp } }`);
      await closeServers();
      expect(await imports()).toMatchObject([{ module: 'AUDITS', caughtUp }]);
    }
  });

  test('is written by no request', async () => {
    const counted = new CountingWrites(fixture.db);
    const server = await open(counted);
    await ask(server, '{ resourceFeed { caughtUp } }');
    const afterFirstUse = counted.begun;
    await Promise.all(sourceIds(50).map(() => ask(server, '{ resourceFeed { caughtUp } }')));
    const began = counted.begun - afterFirstUse;
    await closeServers();
    expect(began).toBeLessThan(5);
    expect(await imports()).toMatchObject([{ rowCount: 51 * 7 }]);
  });

  test('is shown of the last token that took effect, and forgotten with it', async () => {
    await ask(await open(), '{ resourceFeed { caughtUp } }');
    await closeServers();
    await fixture.generate();
    expect(await imports()).toHaveLength(1);
    await fixture.run('saveIntegration');
    expect(await imports()).toEqual([]);
    expect(await fixture.count('module_imports')).toBe(0);
  });

  describe('is overdue', () => {
    const CONNECT = `mutation ($input: ConnectAnalyticsPlusInput!) {
      connectAnalyticsPlus(input: $input) { userErrors { code } } }`;
    const input = { build: 5000, hostName: 'bi', portNumber: 8443, timeZone: 'UTC', modules: ['RESOURCES'] };

    test.each([
      ['twice an hour', undefined, 120],
      ['twice its own schedule', 15, 30],
    ])('after %s', async (_, importEveryMinutes, minutes) => {
      const server = await open();
      if (importEveryMinutes) {
        await server.post(
          { query: CONNECT, variables: { input: { ...input, importEveryMinutes } } },
          { authtoken: token },
        );
      }
      await ask(server, '{ resourceFeed { caughtUp } }');
      await closeServers();
      for (const [ago, overdue] of [
        [minutes - 1, false],
        [minutes + 1, true],
      ] as const) {
        const then = fixture.db.dialect.timeValue(new Date(Date.now() - ago * MINUTE).toISOString());
        await fixture.db.execute(sql`UPDATE module_imports SET last_request_at = ${then}`);
        expect(await imports()).toMatchObject([{ overdue }]);
      }
    });
  });

  describe('in a tally', () => {
    const problems: unknown[] = [];
    let tally: ImportTally;
    beforeEach(() => {
      problems.length = 0;
      tally = new ImportTally(fixture.db, (error) => problems.push(error));
    });
    afterEach(() => tally.stop());

    /** A request at a time, in milliseconds from now, that reads rows of audits. */
    async function request(rows: number, but: { at?: number; from?: string; caughtUp?: boolean } = {}): Promise<void> {
      const now = new Date(Date.now() + (but.at ?? 0)).toISOString();
      const actor = await fixture.connector(token);
      const context: Context = { db: fixture.db, actor, settings: readConfig({}), requestId: 'test', now };
      attachClient(context, {
        ipAddress: but.from ?? null,
        name: null,
        sessionId: null,
        deviceCookie: null,
        setSession: () => {},
        setDevice: () => {},
        takesLong: () => {},
        nextPart: async () => {},
      });
      tally.watch(context);
      pageRead(context, { module: Module.AUDITS, rows, caughtUp: but.caughtUp ?? false });
    }

    test('is kept while it cannot be stored, and then stored once', async () => {
      await request(3);
      await fixture.db.execute(sql`ALTER TABLE module_imports RENAME TO away`);
      await tally.flush();
      await request(4);
      await tally.flush();
      expect(problems).toHaveLength(2);
      await fixture.db.execute(sql`ALTER TABLE away RENAME TO module_imports`);
      await request(5);
      await tally.flush();
      await tally.flush();
      expect(problems).toHaveLength(2);
      expect(await imports()).toMatchObject([{ module: 'AUDITS', rowCount: 12 }]);
    });

    test('is as of the latest request, in whatever order the processes store it', async () => {
      await request(1, { from: 'late', caughtUp: true, at: 0 });
      await tally.flush();
      const { authToken, imports: before } = await fixture.read();
      await request(1, { from: 'early', caughtUp: false, at: -MINUTE });
      await tally.flush();
      expect(await fixture.read()).toMatchObject({ authToken, imports: [{ ...before[0], rowCount: 2 }] });
      expect(await fixture.count('connector_tokens', "revoked_at IS NULL AND last_used_from = 'late'")).toBe(1);
    });

    test('is not stored for a token that was revoked meanwhile', async () => {
      await request(3);
      await fixture.run('removeIntegration');
      await tally.flush();
      expect(problems).toEqual([]);
      expect(await fixture.count('module_imports')).toBe(0);
    });

    test('is none of a person', async () => {
      const context: Context = {
        db: fixture.db,
        actor: anAdministrator(),
        settings: readConfig({}),
        requestId: 'test',
        now: new Date().toISOString(),
      };
      tally.watch(context);
      pageRead(context, { module: Module.AUDITS, rows: 3, caughtUp: true });
      await tally.flush();
      expect(await fixture.count('module_imports')).toBe(0);
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
