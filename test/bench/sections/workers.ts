import type { Child } from '../child.js';
import { thirteen } from '../fields.js';
import type { Request } from '../http.js';
import { type Asked, type Comparison, compare, sameRows } from '../measure.js';
import { short, thousands } from '../numbers.js';
import { gateway, startGateway } from '../peers.js';
import { resourcePlaces } from '../places.js';
import { askedForAudits, type Running, startPeer } from '../running.js';

/** Work of one kind; each answer has so many rows. */
interface Kind {
  readonly name: string;
  readonly rows: number;
  readonly asked: Asked;
}

/** The kind that is measured against what is wanted: two processes help where the one is what is waited for. */
const TAKEN = 'pages of 100 audits, resolved by graphql-js';

/** Seconds before anything is counted: what V8 compiles once for one process it compiles twice for two. */
const WARM = 4;

/** Two workers against one, at work of several kinds. The database and the client are on the same cores. */
export async function workers(running: Running): Promise<void> {
  const { database, report } = running;
  const started: Child[] = [];
  try {
    for (const count of ['1', '2']) {
      const start = () => startGateway(database, '--workers', count);
      started.push(await startPeer({ ...gateway, start }, database));
    }
    const rows: string[][] = [];
    for (const { name, rows: size, asked } of await kindsOf(running, started[0]!)) {
      const both = started.map((child, n) => ({ ...asked, child, name: n === 0 ? 'one' : 'two' }));
      const contestants = await sameRows(both, size);
      await compare({ ...running, rounds: 1, seconds: WARM }, contestants, 16);
      const comparison = await compare(running, contestants, 16);
      const measured = comparison.ratio('two', 'one', 'rowsPerSecond');
      rows.push([
        name,
        ...['one', 'two'].map((workers) => thousands(comparison.median(workers, 'rowsPerSecond') / size)),
        `${short(measured)} ×`,
        `${Math.round(100 * shareOfGateway(comparison))} %`,
      ]);
      if (name === TAKEN) report.claim({ work: `two workers against one, ${TAKEN}`, atLeast: 1.4, measured });
    }
    report.table(
      'Two workers against one',
      `16 clients. The share is that of one worker in the processor time of itself and the database: where it is small, the database is waited for, which has both cores whatever the gateway does. The work that is measured against what is wanted is "${TAKEN}".`,
      ['work', 'one, answers/s', 'two, answers/s', 'two against one', 'share of the gateway'],
      rows,
    );
  } finally {
    for (const child of started) await child.stop();
  }
}

async function kindsOf(running: Running, child: Child): Promise<Kind[]> {
  const { database, places } = running;
  const pages = [100, 1_000, 10_000].map((size) => ({
    name: `pages of ${size.toLocaleString('en')} audits`,
    rows: size,
    asked: askedForAudits(gateway, child, database, thirteen, size, places),
  }));
  const resources = await resourcePlaces(child, database, 100);
  const headers = { authorization: `Bearer ${database.token}` };
  const ask = (query: string, variables: object = {}): Request => ({
    path: '/graphql',
    headers,
    body: { query, variables },
  });
  const resolved = `query ($after: String) { audits(first: 100, after: $after) {
    nodes { ${thirteen.join(' ')} } edges { cursor node { id } } } }`;
  const asking = (requests: readonly Request[], rowsOf: Asked['rowsOf']): Asked => ({
    name: gateway.name,
    child,
    requests,
    rowsOf,
  });
  return [
    { name: 'who asks: no statement', rows: 1, asked: asking([ask('{ viewer { userName fullName } }')], viewerOf) },
    {
      name: TAKEN,
      rows: 100,
      asked: asking(
        places.slice(0, 40).map(({ cursor }) => ask(resolved, { after: cursor })),
        gateway.rowsOf,
      ),
    },
    {
      name: 'pages of 100 resources with accounts, owner and usage',
      rows: 100,
      asked: asking(
        resources.map((place) => gateway.resources(database, 100, place)),
        gateway.rowsOf,
      ),
    },
    ...pages,
  ];
}

function viewerOf(text: string): unknown[] {
  return [(JSON.parse(text) as { data: { viewer: unknown } }).data.viewer];
}

function shareOfGateway(comparison: Comparison): number {
  return comparison.median('one', 'rowsPerSecondOfAll') / comparison.median('one', 'rowsPerProcessorSecond');
}
