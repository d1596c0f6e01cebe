import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { commandLine } from '../../../src/features/audits/activity-log.js';
import { dropUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { changeRole, createRole } from '../../../src/features/roles/role.service.js';
import { Privilege } from '../../../src/graphql/access.js';
import { onEveryEngine } from '../../helpers/databases.js';
import { anAdministrator, IntegrationFixture } from './integration.fixture.js';

const DAY = 86_400_000;
const MINUTE = 60_000;

onEveryEngine('an auth token', (engine) => {
  let fixture: IntegrationFixture;
  beforeAll(async () => {
    fixture = await IntegrationFixture.open(engine);
    await fixture.user('bob', ['Password Auditor']);
  });
  afterAll(() => fixture.drop());
  beforeEach(() => fixture.run('removeIntegration'));

  const manager = anAdministrator({
    privileges: new Set([Privilege.MANAGEENGINE_INTEGRATION, Privilege.MANAGE_USERS]),
  });

  test('is shown once, and then only by its first characters and by whose it is', async () => {
    const { token, integration } = await fixture.run('generateAuthToken');
    expect(token).toMatch(/^pag_[0-9A-Za-z]{49}$/);
    expect(integration!.authToken).toEqual({
      state: 'PENDING_SAVE',
      userName: 'ann',
      hint: token!.slice(0, 10),
      generatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      savedAt: null,
      lastUsedAt: null,
      problem: null,
    });
    await fixture.run('saveIntegration');
    const { authToken } = await fixture.read();
    expect(authToken).toMatchObject({ state: 'AVAILABLE', hint: token!.slice(0, 10), savedAt: expect.any(String) });
  });

  test('goes on working while others are generated, until one of them is saved', async () => {
    const first = await fixture.generate();
    await fixture.run('saveIntegration');
    const second = await fixture.generate();
    const third = await fixture.generate();
    expect(await fixture.refusal(first)).toBeUndefined();
    expect(await fixture.refusal(second)).toMatch(/was revoked/);
    expect(await fixture.refusal(third)).toMatch(/was not saved yet/);
    await fixture.run('saveIntegration');
    expect(await fixture.refusal(first)).toMatch(/was revoked/);
    expect(await fixture.refusal(third)).toBeUndefined();
  });

  test('stays in effect where the integration is saved without a new one', async () => {
    const token = await fixture.generate();
    await fixture.run('saveIntegration');
    const { savedAt } = (await fixture.read()).authToken;
    await fixture.run('saveIntegration', { input: { hostName: 'other.example.com', portNumber: 443 } });
    expect(await fixture.refusal(token)).toBeUndefined();
    expect((await fixture.read()).authToken.savedAt).toBe(savedAt);
  });

  test('that was saved takes the place of every one from the shell, which stand beside each other', async () => {
    const fromShell = [await fixture.tokenFromShell(), await fixture.tokenFromShell('bob')];
    for (const token of fromShell) expect(await fixture.refusal(token)).toBeUndefined();
    expect((await fixture.read()).authToken).toMatchObject({ state: 'AVAILABLE', userName: 'bob' });
    await fixture.generate();
    await fixture.run('saveIntegration');
    for (const token of fromShell) expect(await fixture.refusal(token)).toMatch(/was revoked/);
  });

  test('expires unsaved after a day, and not before', async () => {
    const token = await fixture.generate();
    await fixture.age(DAY - MINUTE);
    expect(await fixture.refusal(token)).toMatch(/was not saved yet/);
    expect((await fixture.read()).authToken.state).toBe('PENDING_SAVE');
    await fixture.age(DAY);
    expect(await fixture.refusal(token)).toMatch(/expired unsaved/);
    expect((await fixture.read()).authToken.state).toBe('NONE');
    expect((await fixture.run('saveIntegration')).integration!.authToken.state).toBe('NONE');
    expect(await fixture.refusal(token)).toMatch(/expired unsaved/);
  });

  test('that was saved in time does not expire', async () => {
    const token = await fixture.generate();
    await fixture.run('saveIntegration');
    await fixture.age(400 * DAY);
    expect(await fixture.refusal(token)).toBeUndefined();
  });

  test('that expired unsaved leaves the one in effect as it is', async () => {
    const inEffect = await fixture.tokenFromShell();
    const expired = await fixture.generate();
    await fixture.age(DAY);
    expect((await fixture.read()).authToken).toMatchObject({ state: 'AVAILABLE', hint: inEffect.slice(0, 10) });
    await fixture.run('saveIntegration');
    expect(await fixture.refusal(inEffect)).toBeUndefined();
    expect(await fixture.refusal(expired)).toMatch(/expired unsaved/);
  });

  test('reads the three modules and nothing else, with the view of its user', async () => {
    const { tokenId, ...actor } = await fixture.connector(await fixture.tokenFromShell());
    expect(tokenId).toEqual(expect.any(Number));
    expect(actor).toMatchObject({ kind: 'CONNECTOR', userName: 'ann', scope: 'ALL', roles: [] });
    expect([...actor.privileges].sort()).toEqual(['READ_AUDITS', 'READ_RESOURCES', 'READ_USER_ACCOUNTS']);
    expect(actor.bounds).toBeUndefined();
  });

  test('of a user that was deleted is refused, and named no more', async () => {
    await fixture.user('gone', ['Password Auditor']);
    const token = await fixture.tokenFromShell('gone');
    await dropUserAccounts(fixture.db, 'test', ['gone']);
    expect(await fixture.refusal(token)).toMatch(/was deleted/);
    expect((await fixture.read()).authToken).toMatchObject({ state: 'AVAILABLE', userName: null });
  });

  describe('of a user whose roles are changed', () => {
    const noRole =
      'the user account that the auth token is mapped to may not read any module: give it a role with READ_RESOURCES, READ_USER_ACCOUNTS, READ_AUDITS';
    const noUserAccounts =
      'the auth token may not read USER_ACCOUNTS, because its user may not: give it a role with READ_USER_ACCOUNTS';

    async function tokenOfCarl(): Promise<string> {
      await fixture.user('carl', ['Password Auditor']);
      return fixture.tokenFromShell('carl');
    }

    test('is refused while they carry no module, and shown with the reason', async () => {
      const token = await tokenOfCarl();
      expect((await fixture.read()).authToken.problem).toBeNull();
      for (const roles of [[], ['ManageEngine Integration']]) {
        await fixture.user('carl', roles);
        expect(await fixture.refusal(token)).toBe(noRole);
        expect((await fixture.read()).authToken).toMatchObject({ state: 'AVAILABLE', problem: noRole });
      }
      await fixture.user('carl', ['Password Auditor']);
      expect(await fixture.refusal(token)).toBeUndefined();
    });

    test('reads the modules that they still carry, and no other', async () => {
      const token = await tokenOfCarl();
      await fixture.user('carl', ['Password Administrator']);
      const connector = await fixture.connector(token);
      expect([...connector.privileges].sort()).toEqual(['READ_AUDITS', 'READ_RESOURCES']);
      expect(await fixture.gateway.refusal(connector, '{ userAccounts { totalCount } }')).toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringMatching(/READ_USER_ACCOUNTS, which the roles of "carl", .* do not carry/),
      });
      expect((await fixture.read()).authToken.problem).toBe(noUserAccounts);
    });

    test('follows the privileges of a role that is changed', async () => {
      await createRole(fixture.db, commandLine, { name: 'Own', privileges: [Privilege.READ_AUDITS] });
      await fixture.user('carl', ['Own']);
      const token = await fixture.tokenFromShell('carl');
      await changeRole(fixture.db, commandLine, 'Own', { privileges: [Privilege.READ_ANALYTICS] });
      expect(await fixture.refusal(token)).toBe(noRole);
    });

    test('is recorded when it is refused, once an hour, with the reason', async () => {
      const token = await tokenOfCarl();
      await fixture.user('carl', []);
      const recorded = await fixture.recordedBy(async () => {
        for (let attempt = 0; attempt < 3; attempt++) expect(await fixture.refusal(token)).toBe(noRole);
      });
      expect(recorded).toMatchObject([
        {
          operation: 'Auth Token Refused',
          outcome: 'FAILURE',
          userName: 'carl',
          reason: `the token ${token.slice(0, 10)}...: ${noRole}`,
        },
      ]);
    });

    test('is not generated from the shell if it could read nothing', async () => {
      await fixture.user('carl', ['ManageEngine Integration']);
      await expect(fixture.tokenFromShell('carl')).rejects.toThrow(noRole);
    });
  });

  describe('for another user', () => {
    test('needs MANAGE_USERS, whether there is such a user or not', async () => {
      const document = 'mutation ($userName: String) { generateAuthToken(userName: $userName) { token } }';
      for (const userName of ['bob', 'nobody', '']) {
        const { statements } = await fixture.gateway.ask(anAdministrator(), document, { userName });
        const refusal = await fixture.gateway.refusal(anAdministrator(), document, { userName });
        expect(refusal).toMatchObject({ code: 'FORBIDDEN', path: ['generateAuthToken'] });
        expect(refusal.message).toMatch(/needs the privilege MANAGE_USERS/);
        expect(statements).toEqual([]);
      }
      expect((await fixture.read()).authToken.state).toBe('NONE');
    });

    test('is mapped to that user where the caller manages users', async () => {
      const token = await fixture.generate({ userName: 'bob' }, manager);
      await fixture.run('saveIntegration');
      expect(await fixture.connector(token)).toMatchObject({ userName: 'bob' });
    });

    test('is not needed for the caller, by whatever way it names itself', async () => {
      for (const userName of ['ann', null, undefined]) {
        await fixture.generate({ userName });
        expect((await fixture.read()).authToken.userName).toBe('ann');
      }
    });
  });

  describe('is not generated', () => {
    const cases: [string, () => Promise<void>, string, RegExp][] = [
      ['for a user that there is not', async () => {}, 'USER_NOT_FOUND', /there is no user account "carl"/],
      [
        'for a user that is locked',
        () => fixture.user('carl', ['Password Auditor'], { status: 'LOCKED' }),
        'USER_NOT_ACTIVE',
        /is LOCKED/,
      ],
      [
        'for a user that expired',
        () => fixture.user('carl', ['Password Auditor'], { expiresAt: '2020-02-29T00:00:00.000Z' }),
        'USER_NOT_ACTIVE',
        /expired at 2020-02-29T00:00:00.000Z/,
      ],
      [
        'for a user without any role here',
        () => fixture.user('carl', [], { roles: ['Administrator'] }),
        'MISSING_PRIVILEGE',
        /READ_RESOURCES, READ_USER_ACCOUNTS, READ_AUDITS/,
      ],
      [
        'for a user whose roles do not read every module',
        () => fixture.user('carl', ['Password Administrator', 'ManageEngine Integration']),
        'MISSING_PRIVILEGE',
        /: give it a role with READ_USER_ACCOUNTS$/,
      ],
    ];
    test.each(cases)('%s', async (_, prepare, code, message) => {
      await dropUserAccounts(fixture.db, 'test', ['carl']);
      await prepare();
      const pending = await fixture.generate();
      const recorded = await fixture.recordedBy(async () => {
        const { token, userErrors } = await fixture.run('generateAuthToken', { userName: 'carl' }, manager);
        expect(token).toBeNull();
        expect(userErrors).toEqual([{ field: ['userName'], code, message: expect.stringMatching(message) }]);
      });
      expect(recorded).toEqual([]);
      expect(await fixture.refusal(pending)).toMatch(/was not saved yet/);
    });

    test('into effect for a user who lost since what it would give', async () => {
      await fixture.user('dora', ['Password Auditor', 'ManageEngine Integration']);
      const dora = anAdministrator({ userName: 'dora' });
      const token = await fixture.generate({}, dora);
      const save = async () => (await fixture.run('saveIntegration', {}, dora)).userErrors.map(({ code }) => code);
      await fixture.user('dora', ['ManageEngine Integration']);
      expect(await save()).toEqual(['MISSING_PRIVILEGE']);
      await fixture.user('dora', ['Password Auditor'], { status: 'LOCKED' });
      expect(await save()).toEqual(['USER_NOT_ACTIVE']);
      await dropUserAccounts(fixture.db, 'test', ['dora']);
      expect(await save()).toEqual(['USER_NOT_FOUND']);
      expect(await fixture.refusal(token)).toMatch(/was not saved yet/);
      expect((await fixture.read()).status).toBe('NOT_CONFIGURED');
    });

    test('by who lost the privileges that it would give', async () => {
      await fixture.user('dora', ['ManageEngine Integration']);
      const { userErrors } = await fixture.run('generateAuthToken', {}, anAdministrator({ userName: 'dora' }));
      expect(userErrors).toMatchObject([{ code: 'MISSING_PRIVILEGE' }]);
    });
  });
});
