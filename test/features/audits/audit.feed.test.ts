import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { AuditRecord } from '../../../src/features/audits/audit.record.js';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';
import { anActor, Gateway } from '../../helpers/gateway.js';
import { empty } from '../list-laws.js';

interface Feed {
  readonly nodes: readonly { readonly operation: string }[];
  readonly nextCursor: string;
  readonly caughtUp: boolean;
}

const hour = (n: number) => `2026-03-01T${String(n).padStart(2, '0')}:00:00.000Z`;

let made = 0;
/** An audit with an operation of its own, at an hour, by a user. */
const audit = (operation: string, at = 0, operatedBy = 'ann'): AuditRecord => ({
  sourceId: `${made++}`,
  occurredAt: hour(at),
  category: 'USER',
  operation,
  outcome: 'SUCCESS',
  operatedBy,
});

onEveryEngine('the feed of audits', (engine) => {
  let database: TestDatabase;
  let gateway: Gateway;
  beforeAll(async () => {
    database = await testDatabase(engine);
    gateway = new Gateway(database.db);
  });
  afterAll(() => database.drop());
  beforeEach(() => empty(database.db));

  const write = (...records: AuditRecord[]) => recordAudits(database.db, 'test', records);
  const read = async (variables: { after?: string; first?: number; since?: string; filter?: object } = {}) => {
    const query = `query ($after: String, $first: Int! = 1000, $since: DateTime, $filter: AuditFilter) {
      auditFeed(after: $after, first: $first, since: $since, filter: $filter) { nodes { operation } nextCursor caughtUp } }`;
    return (await gateway.read<{ auditFeed: Feed }>(anActor(), query, variables)).auditFeed;
  };
  const told = (...pages: Feed[]) => pages.flatMap(({ nodes }) => nodes.map(({ operation }) => operation));

  test('follows the commits, not the times', async () => {
    await write(audit('late', 9), audit('early', 1));
    await write(audit('middle', 5));
    expect(told(await read())).toEqual(['late', 'early', 'middle']);
  });

  test('says that it is caught up on the page that reaches the end', async () => {
    await write(audit('a'), audit('b'), audit('c'));
    const first = await read({ first: 2 });
    expect(first.caughtUp).toBe(false);
    const second = await read({ first: 2, after: first.nextCursor });
    expect(second.caughtUp).toBe(true);
    expect(told(first, second)).toEqual(['a', 'b', 'c']);
    expect(await read({ first: 3 })).toMatchObject({ caughtUp: true });
  });

  test('goes on from an empty page', async () => {
    const nothing = await read();
    expect(nothing).toMatchObject({ nodes: [], caughtUp: true });
    await write(audit('a'));
    expect(told(await read({ after: nothing.nextCursor }))).toEqual(['a']);
  });

  test('remembers `since` in its cursor, and reads none beside one', async () => {
    await write(audit('old', 1), audit('edge', 4), audit('new', 8));
    const first = await read({ since: hour(4), first: 1 });
    await write(audit('old again', 2), audit('new again', 9));
    const rest = await read({ after: first.nextCursor });
    const beside = await read({ after: first.nextCursor, since: hour(0) });
    expect(told(first, rest)).toEqual(['edge', 'new', 'new again']);
    expect(beside.nodes).toEqual(rest.nodes);
    const whole = await read();
    expect(told(await read({ after: whole.nextCursor, since: hour(9) }))).toEqual([]);
  });

  test('passes over what a filter leaves out, and remembers how far it came', async () => {
    await write(audit('a', 0, 'ann'), audit('b', 0, 'bob'), audit('c', 0, 'bob'));
    const filter = { operatedBy: ['ann'] };
    const first = await read({ filter });
    expect(told(first)).toEqual(['a']);
    expect(first.caughtUp).toBe(true);
    expect(await read({ filter: { operatedBy: ['nobody'] } })).toMatchObject({ nodes: [], caughtUp: true });
    await write(audit('d', 0, 'bob'), audit('e', 0, 'ann'));
    expect(told(await read({ filter, after: first.nextCursor }))).toEqual(['e']);
  });

  test('gives exactly the audits that a filter and `since` leave, by pages of any size, with writers between', async () => {
    const record = fc.record({ at: fc.nat(5), by: fc.constantFrom('ann', 'bob', 'eve') });
    const batches = fc.array(fc.array(record, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 5 });
    const wanted = fc.record({
      since: fc.option(fc.nat(5), { nil: undefined }),
      by: fc.option(fc.subarray(['ann', 'bob']), { nil: undefined }),
      first: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc
        .asyncProperty(batches, wanted, async (written, { since, by, first }) => {
          const filter = by && { operatedBy: by };
          const expected: string[] = [];
          const pages: Feed[] = [];
          for (const batch of written) {
            await write(...batch.map((one, n) => audit(`${expected.length} ${n}`, one.at, one.by)));
            const kept = batch.flatMap((one, n) =>
              (since === undefined || one.at >= since) && (!by || by.includes(one.by))
                ? [`${expected.length} ${n}`]
                : [],
            );
            expected.push(...kept);
            do {
              const after = pages.at(-1)?.nextCursor;
              pages.push(
                await read({
                  first,
                  ...(filter && { filter }),
                  ...(after ? { after } : since !== undefined && { since: hour(since) }),
                }),
              );
            } while (!pages.at(-1)!.caughtUp);
          }
          expect(told(...pages)).toEqual(expected);
        })
        .beforeEach(() => empty(database.db)),
      { numRuns: 20 },
    );
  });

  test('refuses a cursor that is ahead of a database restored from a backup, with a filter as well', async () => {
    for (const filter of [undefined, { operatedBy: ['ann'] }]) {
      await empty(database.db);
      await write(audit('a'), audit('b'));
      const { nextCursor } = await read({ ...(filter && { filter }) });
      await empty(database.db);
      await write(audit('a'));
      const query =
        'query ($after: String, $filter: AuditFilter) { auditFeed(after: $after, filter: $filter) { nextCursor } }';
      expect((await gateway.refusal(anActor(), query, { after: nextCursor, filter })).code).toBe('BAD_CURSOR');
    }
  });
});
