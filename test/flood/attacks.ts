/** One request of an attack. */
export interface AttackRequest {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body of a POST; a GET if it is left out. */
  readonly body?: string;
  /** Bytes of each chunk, for a body that does not say its length. */
  readonly chunk?: number;
}

/** What a client sends as often as it can, with which token, and what it may be answered. */
export interface Attack {
  readonly name: string;
  readonly token: 'none' | 'connector' | 'ingest';
  /** Each a status and a code. */
  readonly answers: readonly string[];
  /** `number` counts the requests of the attack, so that no two need be equal. */
  request(number: number): AttackRequest;
}

const operation = (query: string, variables = '{}'): AttackRequest & { body: string } => ({
  body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
});
const valuesOf = (value: string, count: number) => `{"v":[${`${value},`.repeat(count - 1)}${value}]}`;
const listOf = (count: number, itemOf: (n: number) => string, separator = ',') =>
  Array.from({ length: count }, (_, n) => itemOf(n)).join(separator);
const VIEWER = '{ viewer { userName } }';

const audits = (reason: string, count: number) =>
  listOf(
    count,
    (n) =>
      `{"sourceId":"@@-${n}","occurredAt":"2026-01-02T00:00:00Z","category":"RESOURCE","operation":"Password Retrieved","operatedBy":"ann","outcome":"SUCCESS","ipAddress":"192.0.2.1","clientType":"web","resourceName":"web-${n % 50}","accountName":"root","ticketId":"${n}","reason":"${reason}"}`,
  );
const invalid = (count: number) =>
  listOf(
    count,
    (n) =>
      `{"sourceId":"${n}","occurredAt":"never","category":"?","operation":"","operatedBy":"","outcome":"?","ipAddress":"\\u0000","clientType":"\\u0000","resourceName":"\\u0000"}`,
  );
const resources = (count: number, accounts: number, sourceIdOf: (n: number) => string = String) =>
  listOf(
    count,
    (n) =>
      `{"sourceId":"${sourceIdOf(n)}","name":"resource ${n}","type":"Linux","description":"@@","accounts":[${listOf(accounts, (m) => `{"name":"account ${m}","description":"@@"}`)}]}`,
  );
const people = (count: number) =>
  listOf(
    count,
    (n) => `{"sourceId":"${n}","userName":"flood ${n}","department":"@@","roles":[${listOf(10, (m) => `"${m}"`)}]}`,
  );

const push = (field: string, type: string, aliases = 1, answer = 'added') =>
  `mutation ($records: [${type}!]!) { ${listOf(aliases, (n) => `a${n}: ${field}(source: "flood", records: $records) { ${answer} }`, ' ')} }`;

/** Bodies are made once: to make one takes as long as to read it. */
function pushOf(query: string, records: string): Attack['request'] {
  const parts = operation(query, `{"records":[${records}]}`).body.split('@@');
  return (number) => ({ body: parts.join(`${process.pid}-${number}`) });
}

/** A field under as many aliases as are taken at the root. */
const thirtyTimes = (field: string) => `{ ${listOf(30, (n) => `a${n}: ${field}`, ' ')} }`;
const ALL_OF_AUDITS =
  'id occurredAt recordedAt category operation outcome operatedBy ipAddress clientType reason ticketId resourceName accountName';

/** What anonymous requests are answered at last: each address has a budget. */
const OUT_OF_BUDGET = '429 RATE_LIMITED';
const TOO_LARGE = ['413 BAD_REQUEST', 'cut', OUT_OF_BUDGET];
const TAKEN = ['200 OK', OUT_OF_BUDGET];

/** The attacks: a row for each. The pushes have so many records. */
export const attacksOf = (records: number): readonly Attack[] => [
  {
    name: 'anonymous: fields of one name, 7 KB',
    token: 'none',
    answers: ['400 TOO_MANY_TOKENS', OUT_OF_BUDGET],
    request: (n) => operation(`{ audits { nodes { ${'id '.repeat(2_300)} } } } #${n}`),
  },
  {
    name: 'anonymous: the largest document that is taken',
    token: 'none',
    answers: TAKEN,
    request: (n) =>
      operation(
        `{ ${listOf(29, (m) => `a${m}: __typename`, ' ')} server { ${'now version '.repeat(15)} } } #${n} ${'x'.repeat(14_000)}`,
      ),
  },
  {
    name: 'anonymous: fragments, variables and operations',
    token: 'none',
    answers: ['400 TOO_MANY_FIELDS', OUT_OF_BUDGET],
    request: (n) =>
      operation(
        `${listOf(19, (m) => `query Q${m}($v${m}: Int = ${n}) { ...F }`, ' ')} ${listOf(40, (m) => `fragment F${m || ''} on Query { ...F${m + 1} server { now } }`, ' ')} fragment F40 on Query { server { version } }`,
      ),
  },
  {
    name: 'anonymous: GET of a text of 15 KB',
    token: 'none',
    answers: ['400 GRAPHQL_VALIDATION_FAILED', OUT_OF_BUDGET],
    request: (n) => ({
      path: `/graphql?query={viewer(a:"${'x'.repeat(15_000)}"){userName}}%23${n}`,
      headers: { 'apollo-require-preflight': '1' },
    }),
  },
  {
    name: 'anonymous: 500 headers',
    token: 'none',
    answers: TAKEN,
    request: () => ({
      ...operation(VIEWER),
      headers: Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`x-${n}`, 'a'])),
    }),
  },
  {
    name: 'anonymous: tokens that are none',
    token: 'none',
    answers: ['401 UNAUTHENTICATED', OUT_OF_BUDGET],
    request: (n) => ({ ...operation(VIEWER), headers: { authtoken: `x${n}` } }),
  },
  {
    name: 'anonymous: sign-ins',
    token: 'none',
    answers: ['200 INVALID_CREDENTIALS', '200 TOO_MANY_ATTEMPTS', '503 UNAVAILABLE', OUT_OF_BUDGET],
    request: (n) =>
      operation(
        `mutation { signIn(userName: "nobody ${process.pid} ${n}", password: "a password that nobody has") { userErrors { code } } }`,
      ),
  },
  {
    name: 'anonymous: 500,000 numbers',
    token: 'none',
    answers: TOO_LARGE,
    request: () => operation(VIEWER, valuesOf('1', 500_000)),
  },
  {
    name: 'anonymous: packed bodies',
    token: 'none',
    answers: ['415 BAD_REQUEST', OUT_OF_BUDGET],
    request: () => ({ ...operation(VIEWER, valuesOf('1', 7_000)), headers: { 'content-encoding': 'gzip' } }),
  },
  {
    name: 'anonymous: JSON nested 7,000 deep',
    token: 'none',
    answers: ['400 BAD_REQUEST', OUT_OF_BUDGET],
    request: () => operation(VIEWER, `{"v":${'['.repeat(7_000)}${']'.repeat(7_000)}}`),
  },
  {
    name: 'anonymous: a document nested 5,000 deep',
    token: 'none',
    answers: ['400 BAD_REQUEST', OUT_OF_BUDGET],
    request: () => ({ path: `/graphql?query=${'{a'.repeat(5_000)}` }),
  },
  {
    name: 'connector: as many comparisons as are taken',
    token: 'connector',
    answers: TAKEN,
    request: (n) => operation(`{ server { ${'now '.repeat(300)} } } #${n}`),
  },
  {
    name: 'connector: 20,000 values',
    token: 'connector',
    answers: TAKEN,
    request: () => operation(VIEWER, valuesOf('[]', 19_000)),
  },
  {
    name: 'connector: 500,000 numbers',
    token: 'connector',
    answers: ['400 VARIABLES_TOO_LARGE'],
    request: () => operation(VIEWER, valuesOf('1', 500_000)),
  },
  {
    name: 'connector: searches of long names of one letter',
    token: 'connector',
    answers: TAKEN,
    request: (n) =>
      operation(
        `{ resources(first: 1, filter: { search: "${'a'.repeat(99)}${n % 10}" }) { nodes { id } totalCount } }`,
      ),
  },
  {
    name: 'connector: 30 searches with wildcards and accents',
    token: 'connector',
    answers: TAKEN,
    request: (n) =>
      operation(
        thirtyTimes(`resources(first: 1, filter: { search: "${'%_Ä'.repeat(30)}${n}" }) { nodes { id } totalCount }`),
      ),
  },
  {
    name: 'connector: 30 feeds by a filter that finds nothing',
    token: 'connector',
    answers: TAKEN,
    request: () =>
      operation(thirtyTimes('auditFeed(first: 1, filter: { operations: ["none"] }) { nodes { id } hasMore }')),
  },
  {
    name: 'connector: 30 pages by filters that find nothing',
    token: 'connector',
    answers: TAKEN,
    request: () =>
      operation(
        thirtyTimes(
          'audits(first: 1, filter: { outcomes: [SUCCESS], operatedBy: ["ann"], categories: [USER_SESSION] }) { nodes { id } }',
        ),
      ),
  },
  {
    name: 'connector: 10 pages by 1,000 names each',
    token: 'connector',
    answers: TAKEN,
    request: (n) =>
      operation(
        `query ($names: [String!]) { ${listOf(10, (m) => `a${m}: audits(first: 100, filter: { resourceNames: $names, operatedBy: $names }) { nodes { id } totalCount }`, ' ')} }`,
        `{"names":[${listOf(1_000, (m) => `"web-${m} ${n}"`)}]}`,
      ),
  },
  {
    name: 'connector: 30 counts by several filters',
    token: 'connector',
    answers: TAKEN,
    request: () =>
      operation(thirtyTimes('audits(filter: { outcomes: [SUCCESS], operatedBy: ["ann"] }) { totalCount }')),
  },
  {
    name: 'connector: usage of 1,000 resources',
    token: 'connector',
    answers: TAKEN,
    request: () => operation('{ resources(first: 1000) { nodes { usage { distinctUserCount } } } }'),
  },
  {
    name: 'connector: the largest pages',
    token: 'connector',
    answers: TAKEN,
    request: () => operation(`{ audits(first: 10000) { nodes { ${ALL_OF_AUDITS} } } }`),
  },
  {
    name: 'connector: pages with all that hangs on their rows',
    token: 'connector',
    answers: TAKEN,
    request: () =>
      operation(
        '{ resources(first: 2000) { nodes { name accounts { name } customFields { label } owner { userName grants { level resource { name } } } } } }',
      ),
  },
  {
    name: 'connector: flat feeds',
    token: 'connector',
    answers: ['200 OK', '429 TOO_MANY_STREAMS', OUT_OF_BUDGET],
    request: (n) => ({
      path: `/feeds/audits.${['csv', 'ndjson', 'json'][n % 3]}`,
      headers: { 'accept-encoding': 'gzip' },
    }),
  },
  {
    name: 'ingest: audits',
    token: 'ingest',
    answers: TAKEN,
    request: pushOf(push('recordAudits', 'PushedAudit'), audits('because', records)),
  },
  {
    name: 'ingest: 20 times the same audits, each with its results',
    token: 'ingest',
    answers: TAKEN,
    request: pushOf(
      push('recordAudits', 'PushedAudit', 20, 'results { index sourceId outcome reason }'),
      audits('because', records),
    ),
  },
  {
    name: 'ingest: 90 lists of results',
    token: 'ingest',
    answers: records * 90 > 100_000 ? ['400 COST_TOO_HIGH'] : TAKEN,
    request: pushOf(
      push(
        'recordAudits',
        'PushedAudit',
        1,
        listOf(90, (n) => `r${n}: results { index outcome }`, ' '),
      ),
      audits('because', records),
    ),
  },
  {
    name: 'ingest: audits with all faults',
    token: 'ingest',
    answers: TAKEN,
    request: pushOf(push('recordAudits', 'PushedAudit', 1, 'refused results { reason }'), invalid(records)),
  },
  {
    name: 'ingest: 4 MiB of texts',
    token: 'ingest',
    answers: TAKEN,
    request: pushOf(push('recordAudits', 'PushedAudit'), audits('x'.repeat(15_700), 250)),
  },
  {
    name: 'ingest: 4 MiB of texts that are not ASCII',
    token: 'ingest',
    answers: TAKEN,
    request: pushOf(push('recordAudits', 'PushedAudit'), audits('ü€'.repeat(3_000), 250)),
  },
  {
    name: 'ingest: 15 MiB',
    token: 'ingest',
    answers: TOO_LARGE,
    request: () => operation(push('recordAudits', 'PushedAudit'), `{"records":["${'x'.repeat(15 * 1024 * 1024)}"]}`),
  },
  {
    name: 'ingest: resources of 30 accounts',
    token: 'ingest',
    answers: TAKEN,
    request: pushOf(push('upsertResources', 'PushedResource'), resources(Math.min(600, records), 30)),
  },
  {
    name: 'ingest: resources of very many accounts',
    token: 'ingest',
    answers: TAKEN,
    request: pushOf(push('upsertResources', 'PushedResource'), resources(5, Math.min(4_900, records))),
  },
  {
    name: 'ingest: one resource again and again',
    token: 'ingest',
    answers: TAKEN,
    request: pushOf(
      push('upsertResources', 'PushedResource'),
      resources(records, 1, () => 'one'),
    ),
  },
  {
    name: 'ingest: user accounts with roles',
    token: 'ingest',
    answers: TAKEN,
    request: pushOf(push('upsertUserAccounts', 'PushedUserAccount'), people(records)),
  },
  {
    name: 'ingest: 2 million numbers',
    token: 'ingest',
    answers: ['400 VARIABLES_TOO_LARGE', 'cut', OUT_OF_BUDGET],
    request: () => operation(push('recordAudits', 'PushedAudit'), valuesOf('1', 2_000_000)),
  },
  {
    name: 'ingest: 60,000 empty objects',
    token: 'ingest',
    answers: ['400 VARIABLES_TOO_LARGE', OUT_OF_BUDGET],
    request: () => operation(push('recordAudits', 'PushedAudit'), valuesOf('{}', 60_000)),
  },
  {
    name: 'ingest: a body in chunks of one byte',
    token: 'ingest',
    answers: ['400 BAD_REQUEST', 'cut', OUT_OF_BUDGET],
    request: () => ({ ...operation(VIEWER, valuesOf('1', 5_000)), chunk: 1 }),
  },
];
