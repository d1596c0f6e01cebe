import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { transaction } from '../../../src/database/transaction.js';
import { commandLine } from '../../../src/features/audits/activity-log.js';
import { storeUserAccounts } from '../../../src/features/resources/access-grant.service.js';
import { preparePassword, setPassword } from '../../../src/features/sign-in/password.service.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../../helpers/databases.js';

describe('a new password', () => {
  test.each([
    ['', /has 0 characters: choose one of 12 to 1000/],
    ['eleven char', /has 11 characters/],
    ['😀'.repeat(11), /has 11 characters/],
    ['p'.repeat(1_001), /has 1001 characters/],
    ['two lines of\npassword', /control character, such as the end of a line/],
    ['half a pair \ud83d', /control character/],
    ['AnnabelleArbor', /is made of the name of its user or of the product/],
    ['annabellearbor 2026!', /made of the name/],
    ['12-Arbör-583920174', /made of the name/],
    ['robraellebanna', /made of the name/],
    ['aarbor99999999', /made of the name/],
    ['PAM360-19283746', /made of the name/],
    ['password manager pro', /made of the name/],
    ['aaaaaaaaaaaa', /easy to guess/],
    [' '.repeat(12), /easy to guess/],
    ['\u3000'.repeat(12), /easy to guess/],
    ['\u200b'.repeat(12), /easy to guess/],
    ['😀'.repeat(12), /easy to guess/],
    ['p'.repeat(1_000), /easy to guess/],
    ['abababababababab', /easy to guess/],
    ['passwordpassword', /easy to guess/],
    ['Password Password', /easy to guess/],
    ['P@ssw0rd1234', /easy to guess/],
    ['drowssapdrowssap', /easy to guess/],
    ['123456789012', /easy to guess/],
    ['qwertyuiopasdf', /easy to guess/],
    ['1q2w3e4r5t6y', /easy to guess/],
    ['Summer2026!!', /easy to guess/],
    ['пароль123456', /easy to guess/],
  ])('such as %j is refused with what to choose', async (password, message) => {
    const names = ['Annabelle Arbor', 'aarbor@example.com'];
    await expect(preparePassword(commandLine, 'annabellearbor', password, null, names)).rejects.toThrow(message);
  });

  test.each([
    'twelve chars',
    'k3Jx8vQz1LmP',
    '583920174658',
    '😀🦊🌵🎻🧊🚲🥝🪁🐙🎯🧵🪐',
    'correct horse battery staple',
    'the garden of annabelle blooms in may',
    `${'a'.repeat(100)} but then it says something else`,
    Array.from({ length: 1_000 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7_919) % 20_000))).join(''),
  ])('such as %j is taken', async (password) => {
    expect((await preparePassword(commandLine, 'ann', password)).hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

onEveryEngine('setting a password', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase(engine);
    await storeUserAccounts(database.db, 'test', [{ sourceId: 'ann', userName: 'ann' }]);
  });
  afterAll(() => database.drop());

  async function set(userName: string, text: string): Promise<void> {
    const password = await preparePassword(commandLine, userName, text);
    await transaction(database.db, (tx) => setPassword(tx, commandLine, password));
  }

  test('keeps its hash alone, in exchange for the one before', async () => {
    await set('ann', 'the first password');
    await set('ann', 'the second password');
    const rows = await database.db.query<{ hash: string }>(sql`SELECT hash FROM passwords`);
    expect(rows).toEqual([{ hash: expect.stringMatching(/^\$argon2id\$/) }]);
    const audits = await database.db.query<object>(sql`SELECT * FROM audits WHERE operation = 'Password Set'`);
    expect(audits).toMatchObject([
      { user_name: 'ann' },
      { user_name: 'ann', operated_by: 'System', client_type: 'Command Line' },
    ]);
    expect(JSON.stringify(audits)).not.toMatch(/first password|second password|argon2/);
  });

  test('of nobody is refused', async () => {
    await expect(set('nobody', 'some long password')).rejects.toThrow('there is no user account "nobody"');
  });
});
