import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Program } from '../helpers/program.js';

describe.concurrent('help', () => {
  const program = new Program();

  test('names every command', async () => {
    const help = await program.succeed('--help');
    const commands = [
      'serve',
      'demo',
      'migrate',
      'schema',
      'doctor',
      'demo-data',
      'user',
      'role',
      'token',
      'import',
      'connector',
      'pull',
      'prune',
      'rebuild-counts',
      'source',
    ];
    for (const command of commands) expect(help).toMatch(new RegExp(`^ {2}${command} `, 'm'));
  });

  test('of a command names its options', async () => {
    expect(await program.succeed('import', '--help')).toMatch(/--source <name>.*--format <format>.*--strict/s);
    expect(await program.succeed('user', 'create', '--help')).toMatch(/--roles <a,b>.*--scope <scope>/s);
  });

  test('the version is that of the package', async () => {
    expect(await program.succeed('--version')).toBe(`${JSON.parse(readFileSync('package.json', 'utf8')).version}\n`);
  });
});

test('schema prints the committed schema, with what every field requires', async () => {
  const schema = await new Program().succeed('schema');
  expect(schema).toContain('READ_AUDITS');
  expect(schema).toMatch(/ audits\([\s\S]*?\): AuditConnection! @access\(requires: \[READ_AUDITS\]\)/);
});
