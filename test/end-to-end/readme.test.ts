import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { Program, type Served } from '../helpers/program.js';

/** The commands of README.md that read the gateway, as they are written there. */
const [, readIt = ''] = /\n## Connect a tool\n([\s\S]*?)\n## /.exec(readFileSync('README.md', 'utf8')) ?? [];
const blocks = [...readIt.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!);

const program = new Program();
let server: Served;
let token: string;

beforeAll(async () => {
  await program.succeed('migrate');
  await program.succeed('user', 'create', 'reader', '--roles', 'Password Auditor', '--scope', 'ALL');
  token = (await program.succeed('token', 'generate', '--user', 'reader')).trim();
  server = await program.serve();
});

async function shell(block: string): Promise<string> {
  const command = block
    .replaceAll('http://127.0.0.1:4000', server.url)
    .replaceAll('npx pam-gateway', '"$NODE" "$MAIN"');
  const env = {
    PATH: process.env.PATH,
    PAM_GATEWAY_TOKEN: token,
    NODE: process.execPath,
    MAIN: `${process.cwd()}/dist/main.js`,
  };
  const { stdout } = await promisify(execFile)('sh', ['-ec', command], { cwd: program.folder, env });
  return stdout;
}

test('the first command of "Connect a tool" returns audits', async () => {
  expect(JSON.parse(await shell(blocks[0]!))).toMatchObject({
    data: { audits: { nodes: expect.arrayContaining([expect.objectContaining({ operation: 'User Created' })]) } },
  });
});

test('the other commands of "Connect a tool" succeed', async () => {
  expect(blocks.length).toBe(3);
  expect(await shell(blocks[1]!)).toContain('"_end":true');
  expect(await shell(blocks[2]!)).toContain('AUDITS');
});
