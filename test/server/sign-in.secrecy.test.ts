import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Program } from '../helpers/program.js';
import { SIGN_IN } from './browser.js';

const program = new Program({ LOG_LEVEL: 'trace' });
const RIGHT = 'the right password of ann';
const WRONG = 'the wrong password of ann';
const MISPLACED = 'a password in the field of the name';

test('passwords, names that were typed in vain, and session ids stand in no line of the log and no file of the database', async () => {
  await program.run(['user', 'create', 'ann', '--roles', 'Administrator', '--password-stdin'], RIGHT);
  const server = await program.serve();
  const cookies: string[] = [];
  const ask = async (query: string, variables: object = {}) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(cookies.length > 0 && { cookie: cookies.at(-1)! }) },
      body: JSON.stringify({ query, variables }),
    });
    const cookie = response.headers.get('set-cookie')?.split(';')[0];
    if (cookie) cookies.push(cookie);
    return response.text();
  };
  const answers = [
    await ask(SIGN_IN, { userName: 'ann', password: RIGHT }),
    await ask('{ viewer { userName } }'),
    await ask(SIGN_IN, { userName: 'ann', password: WRONG }),
    await ask(SIGN_IN, { userName: MISPLACED, password: 'ann' }),
    await ask(`mutation { signIn(userName: "ann", password: "${WRONG}") { nothing } }`),
    await ask(`mutation { a: signIn(userName: "ann", password: ${JSON.stringify(WRONG)}`),
  ];
  for (let i = 0; i < 12; i++) answers.push(await ask(SIGN_IN, { userName: MISPLACED, password: WRONG }));
  const dear = Array.from({ length: 45 }, (_, i) => `e${i}: userErrors { code }`).join(' ');
  const turnedAway = `mutation { signIn(userName: "${MISPLACED}", password: "${WRONG}") { ${dear} } }`;
  const session = cookies[0]!.split('=')[1]!;
  cookies.length = 0;
  answers.push(...(await Promise.all(Array.from({ length: 12 }, () => ask(turnedAway)))));
  expect(answers[1]).toContain('"ann"');
  expect(answers.join()).toContain('TOO_MANY_ATTEMPTS');
  expect(answers.join()).toContain('RATE_LIMITED');
  const { stdout, stderr } = await server.stop();
  expect(stdout).toContain('a sign-in was refused: too many failed before');
  expect(stdout).toContain('a sign-in was turned away unseen: too much had been asked for before');
  const files = readdirSync(program.file('data')).map((name) => readFileSync(program.file(`data/${name}`), 'latin1'));
  const secrets = [RIGHT, WRONG, MISPLACED, session];
  for (const written of [...files, stdout, stderr]) {
    for (const secret of secrets) expect(written).not.toContain(secret);
  }
});
