/** One request of an attack. `number` counts those of the attack, so that no two need be equal. */
export interface AttackRequest {
  readonly path?: string;
  /** The body of a POST; a GET where it is left out. */
  readonly body?: string;
}

/** What a client sends as often as it can, and with which token. */
export interface Attack {
  readonly name: string;
  readonly token: 'none' | 'connector' | 'ingest';
  request(number: number): AttackRequest;
}

const operation = (query: string, variables = '{}'): AttackRequest => ({
  body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
});
const valuesOf = (value: string, count: number) => `{"v":[${`${value},`.repeat(count - 1)}${value}]}`;
const VIEWER = '{ viewer { userName } }';

const audits = (reason: string, count: number) =>
  Array.from(
    { length: count },
    (_, n) =>
      `{"sourceId":"@@-${n}","occurredAt":"2026-01-02T00:00:00Z","category":"RESOURCE","operation":"Password Retrieved","operatedBy":"ann","outcome":"SUCCESS","ipAddress":"192.0.2.1","clientType":"web","resourceName":"web-${n % 50}","accountName":"root","ticketId":"${n}","reason":"${reason}"}`,
  ).join();
const resources = (count: number, accounts: number) =>
  Array.from(
    { length: count },
    (_, n) =>
      `{"sourceId":"${n}","name":"resource ${n}","type":"Linux","description":"@@","accounts":[${Array.from({ length: accounts }, (_, m) => `{"name":"account ${m}","description":"@@"}`).join()}]}`,
  ).join();

const push = (field: string, type: string, aliases = 1) =>
  `mutation ($records: [${type}!]!) { ${Array.from({ length: aliases }, (_, n) => `a${n}: ${field}(source: "flood", records: $records) { added }`).join(' ')} }`;

/** Bodies are made once: to make one takes as long as to read it. */
function pushOf(query: string, records: string): Attack['request'] {
  const { body } = operation(query, `{"records":[${records}]}`);
  const parts = body!.split('@@');
  return (number) => ({ body: parts.join(`${process.pid}-${number}`) });
}

/** A field under as many aliases as are taken at the root. */
const thirtyTimes = (field: string) => `{ ${Array.from({ length: 30 }, (_, n) => `a${n}: ${field}`).join(' ')} }`;

/** The attacks: a row for each. */
export const attacks: readonly Attack[] = [
  {
    name: 'anonymous: fields of one name, 7 KB',
    token: 'none',
    request: (n) => operation(`{ audits { nodes { ${'id '.repeat(2_300)} } } } #${n}`),
  },
  {
    name: 'anonymous: the largest document that is taken',
    token: 'none',
    request: (n) =>
      operation(
        `{ ${Array.from({ length: 29 }, (_, m) => `a${m}: __typename`).join(' ')} server { ${'now version '.repeat(15)} } } #${n} ${'x'.repeat(14_000)}`,
      ),
  },
  { name: 'anonymous: 500,000 numbers', token: 'none', request: () => operation(VIEWER, valuesOf('1', 500_000)) },
  {
    name: 'anonymous: JSON nested 7,000 deep',
    token: 'none',
    request: () => operation(VIEWER, `{"v":${'['.repeat(7_000)}${']'.repeat(7_000)}}`),
  },
  {
    name: 'anonymous: a document nested 5,000 deep',
    token: 'none',
    request: () => ({ path: `/graphql?query=${'{a'.repeat(5_000)}` }),
  },
  {
    name: 'connector: as many comparisons as are taken',
    token: 'connector',
    request: (n) => operation(`{ server { ${'now '.repeat(300)} } } #${n}`),
  },
  { name: 'connector: 20,000 values', token: 'connector', request: () => operation(VIEWER, valuesOf('[]', 19_000)) },
  { name: 'connector: 500,000 numbers', token: 'connector', request: () => operation(VIEWER, valuesOf('1', 500_000)) },
  {
    name: 'connector: searches of long names of one letter',
    token: 'connector',
    request: (n) =>
      operation(
        `{ resources(first: 1, filter: { search: "${'a'.repeat(99)}${n % 10}" }) { nodes { id } totalCount } }`,
      ),
  },
  {
    name: 'connector: 30 feeds by a filter that finds nothing',
    token: 'connector',
    request: () =>
      operation(thirtyTimes('auditFeed(first: 1, filter: { operations: ["none"] }) { nodes { id } hasMore }')),
  },
  {
    name: 'connector: 30 pages by filters that find nothing',
    token: 'connector',
    request: () =>
      operation(
        thirtyTimes(
          'audits(first: 1, filter: { outcomes: [SUCCESS], operatedBy: ["ann"], categories: [USER_SESSION] }) { nodes { id } }',
        ),
      ),
  },
  {
    name: 'connector: 30 counts by several filters',
    token: 'connector',
    request: () =>
      operation(thirtyTimes('audits(filter: { outcomes: [SUCCESS], operatedBy: ["ann"] }) { totalCount }')),
  },
  {
    name: 'connector: usage of 1,000 resources',
    token: 'connector',
    request: () => operation('{ resources(first: 1000) { nodes { usage { distinctUserCount } } } }'),
  },
  {
    name: 'ingest: 5,000 audits',
    token: 'ingest',
    request: pushOf(push('recordAudits', 'PushedAudit'), audits('because', 5_000)),
  },
  {
    name: 'ingest: 20 times 5,000 audits',
    token: 'ingest',
    request: pushOf(push('recordAudits', 'PushedAudit', 20), audits('because', 5_000)),
  },
  {
    name: 'ingest: 15 MiB of texts',
    token: 'ingest',
    request: pushOf(push('recordAudits', 'PushedAudit'), audits('x'.repeat(15_700), 1_000)),
  },
  {
    name: 'ingest: 600 resources of 30 accounts',
    token: 'ingest',
    request: pushOf(push('upsertResources', 'PushedResource'), resources(600, 30)),
  },
  {
    name: 'ingest: 8 million numbers',
    token: 'ingest',
    request: () => operation(push('recordAudits', 'PushedAudit'), valuesOf('1', 8_000_000)),
  },
];
