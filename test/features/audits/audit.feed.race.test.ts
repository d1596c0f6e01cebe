import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { recordResources } from '../../../src/features/resources/resource.service.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { CountingDatabase, connectorFor, Gateway } from '../../helpers/gateway.js';
import { anAudit, aResource, aUser, SOURCE } from '../writing/records.js';

/** A database into which somebody else commits right before one of the reader's statements. */
class InterruptedDatabase extends CountingDatabase {
  constructor(
    db: ConstructorParameters<typeof CountingDatabase>[0],
    readonly before: number,
    readonly commit: () => Promise<unknown>,
  ) {
    super(db);
  }

  protected override async reading<T>(read: () => Promise<T>): Promise<T> {
    if (this.statements.length === this.before) await this.commit();
    return read();
  }
}

interface Feed {
  nodes: { operation: string }[];
  nextCursor: string;
}

const query = 'query ($after: String) { feed: auditFeed(after: $after) { nodes { operation } nextCursor } }';

onEveryEngine('a reader of scope OWNED_AND_SHARED, while another commits', (engine) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase(engine);
    await storeUserAccounts(database.db, SOURCE, [aUser('ann')]);
    await recordAudits(database.db, SOURCE, [anAudit('1', { operatedBy: 'user-ann', operation: 'before' })]);
  });
  afterEach(() => database.drop());

  test.each([0, 1, 2, 3])('loses no audit of a resource that is made before statement %i of a page', async (before) => {
    const ann = await connectorFor(database.db, 'user-ann');
    const commit = async () => {
      await recordResources(database.db, SOURCE, [aResource('1', { ownerName: 'user-ann' })]);
      await recordAudits(database.db, SOURCE, [
        anAudit('2', { resourceSourceId: '1', operatedBy: 'bob', operation: 'meanwhile' }),
        anAudit('3', { operatedBy: 'user-ann', operation: 'after' }),
      ]);
    };
    const interrupted = new Gateway(new InterruptedDatabase(database.db, before, commit));
    const { feed } = await interrupted.read<{ feed: Feed }>(ann, query);
    const rest = await new Gateway(database.db).read<{ feed: Feed }>(ann, query, { after: feed.nextCursor });
    const told = [...feed.nodes, ...rest.feed.nodes].map(({ operation }) => operation);
    expect(told).toEqual(before < 3 ? ['before', 'meanwhile', 'after'] : ['before']);
  });
});
