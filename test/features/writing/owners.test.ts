import sql from 'sql-template-tag';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { transaction } from '../../../src/database/transaction.js';
import { commandLine, logActivity } from '../../../src/features/audits/activity-log.js';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import type { OwnOperation } from '../../../src/features/audits/own-operations.js';
import { linkSources, unlinkSources } from '../../../src/features/ingest/source-link.service.js';
import { dropUserAccounts, storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { Privilege } from '../../../src/graphql/access.js';
import type { Actor } from '../../../src/graphql/context.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';
import { anAudit, aResource, aUser } from './records.js';

const A = 'source A';
const B = 'source B';

onEveryEngine('what is one’s own', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeEach(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
  });
  afterEach(() => database.drop());

  const user = (source: string, id: string, userName: string) =>
    storeUserAccounts(database.db, source, [aUser(id, { userName })]).then(({ outcomes }) => outcomes[0]);
  const remove = (source: string, id: string) => dropUserAccounts(database.db, source, [id]);
  const resource = (source: string, id: string, ownerName: string | null) =>
    recordResources(database.db, source, [aResource(id, { name: `${id} of ${source}`, ownerName })]);
  const audit = (source: string, id: string, operatedBy: string) =>
    recordAudits(database.db, source, [anAudit(id, { operation: `${id} of ${source}`, operatedBy })]);

  /** The connector of a user account of a source. */
  const connectorOf = async (source: string, sourceId: string): Promise<Actor> => {
    const [row] = await database.db.query<Pick<Actor, 'userId' | 'userName' | 'scope' | 'scopeVersion'>>(
      sql`SELECT id AS userId, user_name AS userName, access_scope AS scope, scope_version AS scopeVersion
          FROM user_accounts WHERE source = ${source} AND source_id = ${sourceId}`,
    );
    return anActor(row);
  };

  const fields = `resources { nodes { name } totalCount } resourceFeed { changes { node { name } } nextCursor }
    audits { nodes { operation } totalCount } auditFeed { nodes { operation } nextCursor }`;
  interface View {
    resources: { nodes: { name: string }[]; totalCount: number };
    resourceFeed: { changes: { node: { name: string } | null }[]; nextCursor: string };
    audits: { nodes: { operation: string }[]; totalCount: number };
    auditFeed: { nodes: { operation: string }[]; nextCursor: string };
  }

  /** The names of resources and the operations that a user account sees, which lists, counts and feeds must agree on. */
  const seenBy = async (source: string, sourceId: string): Promise<string[]> => {
    const view = await gateway.read<View>(await connectorOf(source, sourceId), `{ ${fields} }`);
    const resources = view.resources.nodes.map(({ name }) => name);
    const operations = view.audits.nodes.map(({ operation }) => operation);
    expect(view.resourceFeed.changes.flatMap(({ node }) => node?.name ?? []).sort()).toEqual(resources);
    expect(view.auditFeed.nodes.map(({ operation }) => operation)).toEqual(operations);
    expect([view.resources.totalCount, view.audits.totalCount]).toEqual([resources.length, operations.length]);
    return [...resources, ...operations];
  };

  test('is decided within a source: another source that names the user changes nothing, and begins no feed anew', async () => {
    await user(A, 'ann', 'ann');
    await resource(A, 'r1', 'ann');
    await audit(A, 'a1', 'ann');
    const own = ['r1 of source A', 'a1 of source A'];
    expect(await seenBy(A, 'ann')).toEqual(own);
    const before = await connectorOf(A, 'ann');
    for (const owner of ['ann', null, 'ann']) await resource(B, 'r2', owner);
    await audit(B, 'a2', 'ann');
    expect(await seenBy(A, 'ann')).toEqual(own);
    expect(await connectorOf(A, 'ann')).toEqual(before);
    await user(B, '7', 'ann');
    expect(await seenBy(B, '7')).toEqual(['r2 of source B', 'a2 of source B']);
    expect(await seenBy(A, 'ann')).toEqual(own);
  });

  test('came in before the user account that it names, or after', async () => {
    await resource(A, 'r1', 'ann');
    await audit(A, 'a1', 'ann');
    await user(A, 'ann', 'ann');
    await resource(A, 'r2', 'ann');
    await audit(A, 'a2', 'ann');
    expect(await seenBy(A, 'ann')).toEqual(['r1 of source A', 'r2 of source A', 'a1 of source A', 'a2 of source A']);
  });

  test('stays under another name, and who gets the name of somebody else gets nothing of it', async () => {
    await user(A, 'ann', 'ann');
    await user(A, 'bob', 'bob');
    await resource(A, 'r1', 'ann');
    await audit(A, 'a1', 'ann');
    await audit(A, 'a2', 'never had an account');
    await user(A, 'ann', 'anna');
    await user(A, 'bob', 'ann');
    expect(await seenBy(A, 'ann')).toEqual(['r1 of source A', 'a1 of source A']);
    expect(await seenBy(A, 'bob')).toEqual([]);
    await user(A, 'bob', 'never had an account');
    expect(await seenBy(A, 'bob')).toEqual([]);
    await audit(A, 'a3', 'never had an account');
    await audit(A, 'a4', 'anna');
    expect(await seenBy(A, 'bob')).toEqual(['a3 of source A']);
    expect(await seenBy(A, 'ann')).toEqual(['r1 of source A', 'a1 of source A', 'a4 of source A']);
  });

  test('goes to nobody else when the user account is deleted, whoever has the name then', async () => {
    await user(A, 'ann', 'ann');
    await resource(A, 'r1', 'ann');
    await audit(A, 'a1', 'ann');
    await remove(A, 'ann');
    await audit(A, 'a2', 'ann');
    await user(A, 'new', 'ann');
    await audit(A, 'a3', 'ann');
    expect(await seenBy(A, 'new')).toEqual(['a2 of source A', 'a3 of source A']);
  });

  test('of what is done in the gateway is what the user account did, not what its name did', async () => {
    await user(A, 'ann', 'ann');
    await user(B, 'ann', 'ann');
    const [{ userId }, other] = [await connectorOf(A, 'ann'), await connectorOf(B, 'ann')];
    const did = (id: number | null, operation: OwnOperation) =>
      transaction(database.db, (tx) =>
        logActivity(tx, { userId: id, userName: 'ann', ipAddress: null, clientType: 'Web Client' }, { operation }),
      );
    await did(userId, 'Password Set');
    await did(null, 'Password Set');
    expect(await seenBy(A, 'ann')).toEqual(['Password Set']);
    expect(await seenBy(B, 'ann')).toEqual([]);
    expect(other.userId).not.toBe(userId);
  });

  test('is shown as the owner and the operator that the source means', async () => {
    await user(A, 'ann', 'ann');
    await user(B, '7', 'ann');
    await resource(B, 'r', 'ann');
    await audit(B, 'a', 'ann');
    await audit(B, 'b', 'nobody');
    const query = '{ resources { nodes { owner { source } } } audits { nodes { operator { source userName } } } }';
    const shown = {
      resources: { nodes: [{ owner: { source: B } }] },
      audits: { nodes: [{ operator: { source: B, userName: 'ann' } }, { operator: null }] },
    };
    expect(await gateway.read(anActor(), query)).toEqual(shown);
    expect(await new Gateway(database.db, {}, false).read(anActor(), query)).toEqual(shown);
  });

  test('is found by the name of its operator in every source, on page and count alike', async () => {
    await audit(A, 'a1', 'ann');
    await audit(B, 'a2', 'ann');
    await audit(B, 'a3', 'bob');
    const query = '{ audits(filter: { operatedBy: ["ann", "nobody"] }) { nodes { operation } totalCount } }';
    const nodes = [{ operation: 'a1 of source A' }, { operation: 'a2 of source B' }];
    expect(await gateway.read(anActor(), query)).toEqual({ audits: { nodes, totalCount: 2 } });
    const none = '{ audits(filter: { operatedBy: ["nobody"] }) { nodes { operation } totalCount } }';
    expect(await gateway.read(anActor(), none)).toEqual({ audits: { nodes: [], totalCount: 0 } });
  });

  test('reaches another source once an administrator links the two, and no longer when the link is taken back', async () => {
    await user(A, 'ann', 'ann');
    await user(A, 'bob', 'bob');
    await user(A, 'kim', 'kim');
    await user(B, '7', 'kim');
    await resource(B, 'r1', 'ann');
    await audit(B, 'a1', 'ann');
    await audit(B, 'a2', 'kim');
    const versions = () => Promise.all(['ann', 'bob', 'kim'].map((id) => connectorOf(A, id)));
    const [ann, bob, kim] = await versions();
    await linkSources(database.db, commandLine, B, A);
    await audit(B, 'a3', 'bob');
    expect(await seenBy(A, 'ann')).toEqual(['r1 of source B', 'a1 of source B']);
    expect(await seenBy(A, 'bob')).toEqual(['a3 of source B']);
    expect(await seenBy(A, 'kim')).toEqual([]);
    expect(await seenBy(B, '7')).toEqual(['a2 of source B']);
    expect(await versions()).toEqual([{ ...ann, scopeVersion: ann!.scopeVersion + 1 }, bob, kim]);
    await user(A, 'new', 'new');
    await resource(B, 'r2', 'new');
    expect(await seenBy(A, 'new')).toEqual(['r2 of source B']);
    expect(await unlinkSources(database.db, commandLine, A, B)).toBe(true);
    for (const id of ['ann', 'bob', 'new']) expect(await seenBy(A, id)).toEqual([]);
    await audit(B, 'a4', 'ann');
    expect(await seenBy(A, 'ann')).toEqual([]);
  });

  test('goes to the user account of its own source when that comes, though a linked one has the name', async () => {
    await linkSources(database.db, commandLine, A, B);
    await user(A, 'ann', 'ann');
    await audit(B, 'a1', 'ann');
    await user(B, '7', 'ann');
    await audit(B, 'a2', 'ann');
    expect(await seenBy(A, 'ann')).toEqual(['a1 of source B']);
    expect(await seenBy(B, '7')).toEqual(['a2 of source B']);
  });

  test('is linked by who manages users, once, and recorded', async () => {
    const administrator = anActor({ kind: 'SESSION', privileges: new Set(Object.values(Privilege)) });
    const link = `mutation ($other: String!) { linkSources(source: "${B}", otherSource: $other) {
      link { source otherSource linkedBy } userErrors { code field } } }`;
    const linked = { link: { source: A, otherSource: B, linkedBy: 'analytics' }, userErrors: [] };
    for (const _ of [1, 2]) {
      expect(await gateway.read(administrator, link, { other: A })).toEqual({ linkSources: linked });
    }
    for (const other of [B, ' ']) {
      const userErrors = [{ code: 'INVALID_SOURCE', field: ['otherSource'] }];
      expect(await gateway.read(administrator, link, { other })).toEqual({ linkSources: { link: null, userErrors } });
    }
    const query = '{ sourceLinks { source otherSource } audits { nodes { operation reason source } } }';
    expect(await gateway.read(administrator, query)).toEqual({
      sourceLinks: [{ source: A, otherSource: B }],
      audits: { nodes: [{ operation: 'Sources Linked', reason: `"${A}" and "${B}"`, source: 'gateway' }] },
    });
    const unlink = `mutation { unlinkSources(source: "${A}", otherSource: "${B}") { unlinked } }`;
    expect(await gateway.read(administrator, unlink)).toEqual({ unlinkSources: { unlinked: true } });
    expect(await gateway.read(administrator, unlink)).toEqual({ unlinkSources: { unlinked: false } });
    expect((await gateway.refusal(anActor(), unlink)).code).toBe('FORBIDDEN');
  });

  test.each(['System', ' system', 'SYSTEM', 'unknown', 'ingest:vault', 'Ingest:x', 'Sys\u200btem', 'Ｓystem'])(
    'is refused under %j, which the gateway uses for itself',
    async (name) => {
      expect(await user(A, '1', name)).toEqual({
        refused: expect.stringContaining('that the gateway uses for itself'),
      });
      await user(A, '1', 'ann');
      expect(await user(A, '1', name)).toEqual({
        refused: expect.stringContaining('that the gateway uses for itself'),
      });
    },
  );
});
