import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../../helpers/databases.js';
import { refusal } from '../../server/test-server.js';
import { AnalyticsPlusFixture, DAY } from './analytics-plus.fixture.js';
import { anAdministrator } from './integration.fixture.js';

onEveryEngine('Analytics Plus, connected with a token,', (engine) => {
  const plus = new AnalyticsPlusFixture(engine);

  describe('reads no module that it did not choose', () => {
    test.each([
      [['AUDITS'], '{ resources { totalCount } }', ['resources'], 'READ_RESOURCES'],
      [
        ['AUDITS'],
        '{ auditFeed { nodes { id touched: resource { id } } } }',
        ['auditFeed', 'nodes', 'touched'],
        'READ_RESOURCES',
      ],
      [['RESOURCES'], '{ audit(id: "1") { id } }', ['audit'], 'READ_AUDITS'],
      [
        ['USER_ACCOUNTS'],
        '{ userAccounts { nodes { grants { resourceName account { passwordStatus } } } } }',
        ['userAccounts', 'nodes', 'grants', 'account'],
        'READ_RESOURCES',
      ],
      [
        ['RESOURCES', 'AUDITS'],
        '{ ...f } fragment f on Query { all: userAccountFeed { caughtUp } }',
        ['all'],
        'READ_USER_ACCOUNTS',
      ],
    ])('of %s by %s', async (modules, query, path, privilege) => {
      await plus.ask(query);
      await plus.connect({ modules });
      const answer = await plus.post(query);
      expect(refusal(answer)).toMatchObject({ status: 403, code: 'FORBIDDEN' });
      expect(refusal(answer).message).toMatch(new RegExp(`was not chosen.*${privilege}`));
      expect(answer.body.errors).toMatchObject([{ path }]);
    });

    test('until it connects again and chooses it', async () => {
      await plus.connect({ modules: ['RESOURCES'] });
      expect((await plus.connect({ modules: ['AUDITS'] })).modules).toEqual(['AUDITS']);
      await plus.ask('{ audits { totalCount } }');
      expect(refusal(await plus.post('{ resources { totalCount } }')).code).toBe('FORBIDDEN');
    });
  });

  describe('of a period reads no older audit', () => {
    const ours = 'filter: { operations: ["Password Retrieved"] }';
    interface Read {
      readonly audits: { readonly totalCount: number; readonly nodes: { readonly operatedBy: string }[] };
      readonly early: { readonly totalCount: number };
      readonly auditFeed: { readonly nodes: { readonly operatedBy: string }[] };
      readonly resources: {
        readonly nodes: { readonly usage: { operationCount: number }; all: { operationCount: number } }[];
      };
    }
    const READ = `{
      audits(${ours}) { totalCount nodes { operatedBy } }
      early: audits(${ours}, dateRange: { to: "${new Date(Date.now() - 60 * DAY).toISOString()}" }) { totalCount }
      auditFeed(${ours}, since: "2000-01-01T00:00:00Z") { nodes { operatedBy } }
      resources { nodes { usage { operationCount } all: usage(dateRange: { from: "2000-01-01T00:00:00Z" }) { operationCount } } } }`;

    test.each([
      ['ALL', 4],
      ['LAST_YEAR', 3],
      ['LAST_6_MONTHS', 3],
      ['LAST_3_MONTHS', 2],
      ['LAST_MONTH', 1],
    ])('%s: %d of them', async (importPeriod, count) => {
      const names = ['400 days ago', '100 days ago', '40 days ago', '1 days ago'].slice(-count);
      await plus.connect({ importPeriod });
      const { audits, early, auditFeed, resources } = await plus.ask<Read>(READ);
      expect(audits.nodes.map(({ operatedBy }) => operatedBy)).toEqual(names);
      expect(audits.totalCount).toBe(count);
      expect(early.totalCount).toBe(Math.max(0, count - 2));
      expect(auditFeed.nodes.map(({ operatedBy }) => operatedBy)).toEqual(names);
      expect(resources.nodes).toEqual([{ usage: { operationCount: count }, all: { operationCount: count } }]);
    });

    test('by its id', async () => {
      const { audits } = await plus.ask<{ audits: { nodes: { id: string }[] } }>(
        `{ audits(${ours}) { nodes { id } } }`,
      );
      await plus.connect({ importPeriod: 'LAST_3_MONTHS' });
      const answers = await Promise.all(
        audits.nodes.map(({ id }) => plus.ask<{ audit: object | null }>(`{ audit(id: "${id}") { id } }`)),
      );
      expect(answers.map(({ audit }) => audit !== null)).toEqual([false, false, true, true]);
    });

    test('while a count of all audits is of those that are served', async () => {
      await plus.connect({ importPeriod: 'LAST_3_MONTHS' });
      type Counted = { audits: { totalCount: number; nodes: object[] } };
      const { audits } = await plus.ask<Counted>('{ audits(first: 1000) { totalCount nodes { id } } }');
      expect(audits.totalCount).toBe(audits.nodes.length);
    });
  });

  describe('has to begin anew', () => {
    const cursorOf = async (by = plus.token) =>
      (await plus.ask<{ auditFeed: { nextCursor: string } }>('{ auditFeed { nextCursor } }', {}, by)).auditFeed
        .nextCursor;
    const follow = (after: string, by = plus.token) =>
      plus.post(`{ auditFeed(after: "${after}") { caughtUp } }`, {}, by);

    test.each([
      ['LAST_MONTH', 'LAST_YEAR'],
      ['LAST_3_MONTHS', 'ALL'],
    ])('where its period widened from %s to %s behind its cursor', async (narrow, wide) => {
      await plus.connect({ importPeriod: narrow });
      const after = await cursorOf();
      await plus.connect({ importPeriod: wide });
      expect(refusal(await follow(after))).toMatchObject({ code: 'RESYNC_REQUIRED' });
    });

    test.each([
      ['ALL', 'LAST_YEAR'],
      ['LAST_YEAR', 'LAST_MONTH'],
      ['LAST_MONTH', 'LAST_MONTH'],
    ])('but not where it narrowed from %s to %s', async (wide, narrow) => {
      await plus.connect({ importPeriod: wide });
      const after = await cursorOf();
      await plus.connect({ importPeriod: narrow });
      expect((await follow(after)).body.errors).toBeUndefined();
    });

    test('where a new token after a removal sees more than the old one', async () => {
      await plus.connect({ importPeriod: 'LAST_MONTH' });
      const after = await cursorOf();
      await plus.fixture.run('removeIntegration');
      expect(refusal(await follow(after, await plus.fixture.tokenFromShell()))).toMatchObject({
        code: 'RESYNC_REQUIRED',
      });
    });
  });

  describe('hands its bounds on', () => {
    test('to the token that takes the place of its own, which goes on from its cursor', async () => {
      await plus.connect({ modules: ['AUDITS'], importPeriod: 'LAST_MONTH' });
      const { auditFeed } = await plus.ask<{ auditFeed: { nextCursor: string } }>('{ auditFeed { nextCursor } }');
      const before = (await plus.fixture.read()).analyticsPlus;
      const next = await plus.fixture.generate();
      await plus.fixture.run('saveIntegration');
      expect((await plus.fixture.read()).analyticsPlus).toEqual(before);
      expect(refusal(await plus.post('{ resources { totalCount } }', {}, next)).code).toBe('FORBIDDEN');
      const followed = await plus.post(`{ auditFeed(after: "${auditFeed.nextCursor}") { caughtUp } }`, {}, next);
      expect(followed.body.errors).toBeUndefined();
    });

    test('to a token of another user, which connects again for more', async () => {
      await plus.connect({ modules: ['AUDITS'] });
      const next = await plus.fixture.generate({}, anAdministrator({ userName: 'bob' }));
      await plus.fixture.run('saveIntegration');
      expect(refusal(await plus.post('{ resources { totalCount } }', {}, next)).code).toBe('FORBIDDEN');
      await plus.connect({}, next);
      await plus.ask('{ resources { totalCount } }', {}, next);
    });

    test('to nobody where the integration was removed', async () => {
      await plus.connect({ modules: ['AUDITS'] });
      await plus.fixture.run('removeIntegration');
      const next = await plus.fixture.generate();
      await plus.fixture.run('saveIntegration');
      expect((await plus.fixture.read()).analyticsPlus).toBeNull();
      await plus.ask('{ resources { totalCount } }', {}, next);
    });
  });
});
