import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordAudits } from '../../src/features/audits/audit.service.js';
import { Pusher } from '../features/ingest/push.fixture.js';
import { anAudit, sourceIds } from '../features/writing/records.js';
import { type Attack, attacksOf } from '../flood/attacks.js';
import { CONNECTIONS, sendAttack } from '../flood/send-attack.js';
import { type TestDatabase, testDatabase } from '../helpers/databases.js';
import { TestServer } from './test-server.js';

/** Records of a push: what is answered does not depend on how many they are. */
const RECORDS = 150;
const STORED = sourceIds(300);

let database: TestDatabase;
let server: TestServer;
let honest: string;
let ingest: string;

beforeAll(async () => {
  database = await testDatabase('sqlite');
  await recordAudits(
    database.db,
    'test',
    STORED.map((id) => anAudit(id, { operation: 'Stored', ticketId: id })),
  );
  server = await TestServer.openForAnn(database.db);
  honest = await server.tokenFor('bob');
  ingest = (await Pusher.open(server, 'flood', 'flood')).token;
});
afterAll(async () => {
  await server.close();
  await database.drop();
});

/** The tickets of all stored audits, as a connector reads them in pages. */
async function readAll(): Promise<string[]> {
  const query = `query ($after: String) { audits(first: 100, after: $after, filter: { operations: ["Stored"] }) {
    nodes { ticketId } pageInfo { hasNextPage endCursor } } }`;
  const read: string[] = [];
  for (let after: string | null = null; ; ) {
    const { body } = await server.post({ query, variables: { after } }, { authtoken: honest });
    const { nodes, pageInfo } = body.data!.audits as {
      nodes: { ticketId: string }[];
      pageInfo: { hasNextPage: boolean; endCursor: string };
    };
    read.push(...nodes.map(({ ticketId }) => ticketId));
    if (!pageInfo.hasNextPage) return read;
    after = pageInfo.endCursor;
  }
}

const rows = attacksOf(RECORDS).map((attack, n): [string, Attack, string] => [attack.name, attack, `127.0.9.${n + 1}`]);

test.each(rows)(
  'under attack a connector reads all rows, and each request is answered as it should be: %s',
  async (_, attack, address) => {
    const port = Number(new URL(server.url).port);
    const tokens = { connector: server.token, ingest };
    const [answers, read] = await Promise.all([
      sendAttack(port, attack, tokens, address, (sent) => sent < CONNECTIONS),
      readAll(),
    ]);
    expect([...answers.keys()].filter((answer) => !attack.answers.includes(answer))).toEqual([]);
    expect([...answers.values()].reduce((sum, count) => sum + count)).toBe(CONNECTIONS);
    expect(read.toSorted()).toEqual(STORED.toSorted());
    expect((await server.send('/health/live')).status).toBe(200);
  },
);
