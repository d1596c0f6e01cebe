import { expect, test } from 'vitest';
import { Program } from '../helpers/program.js';

test('every command ends its own process when its work is done', async () => {
  const program = new Program();
  const commands = [
    ['migrate'],
    ['user', 'create', 'ann', '--roles', 'Administrator'],
    ['token', 'generate', '--user', 'ann'],
    ['import', 'resources', '/dev/null', '--format', 'ndjson'],
    ['demo-data', '--resources', '3', '--users', '3', '--audits', '10', '--days', '2'],
    ['rebuild-counts'],
    ['prune'],
    ['doctor'],
  ];
  for (const args of commands) {
    const ended = await program.start(args, { AUDIT_RETENTION_DAYS: '30' }).ended;
    expect({ args, ...ended }).toMatchObject({ args, code: 0, signal: null });
  }
});
