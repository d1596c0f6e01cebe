import { execFileSync } from 'node:child_process';
import { createWriteStream, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import sql from 'sql-template-tag';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/open.js';
import { emptyDatabase, onEveryEngine } from '../helpers/databases.js';
import { Program } from '../helpers/program.js';

onEveryEngine('import', (engine) => {
  const program = new Program();
  let drop: () => Promise<void>;
  beforeAll(async () => {
    const database = await emptyDatabase(engine);
    program.environment.DATABASE_URL = database.url;
    drop = database.drop;
    await program.succeed('migrate');
  });
  afterAll(() => drop());

  const audit = (sourceId: string, fields: object = {}) => ({
    sourceId,
    occurredAt: '2026-01-01T00:00:00Z',
    category: 'RESOURCE',
    operation: 'Password Retrieved',
    operatedBy: 'ann',
    ...fields,
  });
  const audits = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => audit(`${prefix}-${n}`));
  const ndjson = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const write = (name: string, rows: readonly object[]) => writeFileSync(program.file(name), ndjson(rows));
  const run = (module: string, file: string, ...options: string[]) => program.run(['import', module, file, ...options]);
  const stored = async (like: string) => {
    const db = await openDatabase(program.environment.DATABASE_URL!);
    const rows = await db.query<{ count: number }>(
      sql`SELECT COUNT(*) AS count FROM audits WHERE source_id LIKE ${like}`,
    );
    await db.close();
    return Number(rows[0]!.count);
  };

  test('groups many bad rows by what is wrong with them, with their first lines', async () => {
    const bad = Array.from({ length: 12 }, (_, n) => audit(`group-${n}`, { occurredAt: `${n}/2/2026` }));
    write('group.ndjson', [audit('group-good'), ...bad]);
    const { code, stdout, stderr } = await run('audits', 'group.ndjson');
    expect([code, stdout]).toEqual([1, '1 added, 0 changed, 0 unchanged, 0 deleted, 12 refused\n']);
    expect(stderr).toMatch(/^occurredAt: "0\/2\/2026".*: 12 rows, lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 \.\.\.$/m);
  });

  test('counts the lines that went with a refused row', async () => {
    const cells = ['"two\nlines",x', 'ok'].map(
      (reason, n) => `skip-${n},2026-01-01T00:00:00Z,RESOURCE,x,ann,${reason}`,
    );
    const header = 'sourceId,occurredAt,category,operation,operatedBy,reason';
    writeFileSync(program.file('skip.csv'), [header, ...cells].join('\n'));
    const { stdout } = await run('audits', 'skip.csv');
    expect(stdout).toBe('1 added, 0 changed, 0 unchanged, 0 deleted, 1 refused, 1 line skipped with refused rows\n');
  });

  test('of a file that is damaged says what was stored before the fault', async () => {
    const packed = gzipSync(ndjson(audits('cut', 5_000)));
    writeFileSync(program.file('cut.ndjson.gz'), packed.subarray(0, packed.length - 100));
    const { code, stdout, stderr } = await run('audits', 'cut.ndjson.gz');
    const count = await stored('cut-%');
    expect(code).toBe(1);
    expect(count).toBeGreaterThan(1_000);
    expect(stdout).toMatch(
      new RegExp(
        `^${count} added, .*; stopped after ${count} rows: what is stored stays, and the same command goes on`,
      ),
    );
    expect(stderr).toMatch(/pam-gateway: cut\.ndjson\.gz: the file ends in the middle/);
  });

  test('that is interrupted says what was stored, and ends as interrupted commands do', async () => {
    execFileSync('mkfifo', [program.file('pipe.ndjson')]);
    const running = program.start(['import', 'audits', 'pipe.ndjson']);
    const pipe = createWriteStream(program.file('pipe.ndjson'));
    pipe.on('error', () => {});
    pipe.write(ndjson(audits('pipe', 2_000)));
    await expect.poll(() => stored('pipe-%')).toBe(2_000);
    running.signal('SIGINT');
    const feed = setInterval(() => pipe.write(ndjson(audits('pipe', 1_000))), 50);
    const { code, stdout } = await running.ended;
    clearInterval(feed);
    pipe.destroy();
    expect(code).toBe(130);
    expect(stdout).toMatch(/^2000 added, .*; stopped after \d+ rows: what is stored stays/);
  });

  test('with --dry-run of audits says what would become of each row, and stores nothing', async () => {
    write('dry.ndjson', [audit('dry-known')]);
    await program.succeed('import', 'audits', 'dry.ndjson');
    const rows = [
      audit('dry-known'),
      audit('dry-known', { reason: 'another' }),
      ...audits('dry-new', 2_000),
      audit('dry-new-0'),
      audit('dry-new-1', { reason: 'another' }),
      audit('dry-bad', { category: 'x' }),
    ];
    write('dry.ndjson', rows);
    const { code, stdout, stderr } = await run('audits', 'dry.ndjson', '--dry-run');
    expect([code, stdout]).toEqual([
      1,
      '2000 added, 0 changed, 2 unchanged, 0 deleted, 1 refused, 2 conflicts (dry run: nothing was stored)\n',
    ]);
    expect(stderr).toMatch(/^line 2 \(sourceId "dry-known"\): another audit /m);
    expect(stderr).toMatch(/^line 2004 \(sourceId "dry-new-1"\): another audit .*a row before it in the file/m);
    expect(await stored('dry-%')).toBe(1);
    // A real import says the same.
    expect((await run('audits', 'dry.ndjson')).stdout).toBe(
      '2000 added, 0 changed, 2 unchanged, 0 deleted, 1 refused, 2 conflicts\n',
    );
  });

  test('with --dry-run of user accounts finds what the database refuses, and stores nothing', async () => {
    const users = [
      { sourceId: 'u1', userName: 'dora' },
      { sourceId: 'u2', userName: 'dora' },
      { sourceId: 'u3', userName: 'eve', grants: [{ level: 'View', resourceSourceId: 'none' }] },
    ];
    write('users.ndjson', users);
    const dry = await run('user-accounts', 'users.ndjson', '--dry-run');
    const real = await run('user-accounts', 'users.ndjson');
    expect(dry.stdout).toBe(`${real.stdout.trimEnd()} (dry run: nothing was stored)\n`);
    expect(real.stdout).toMatch(/^1 added, .*2 refused/);
    const errors = ({ stderr }: { stderr: string }) => stderr.split('\n').filter((line) => line.startsWith('line'));
    expect(errors(dry)).toEqual(errors(real));
  });

  test('with --strict stops at a conflict, too, with nothing written', async () => {
    write('strict.ndjson', [...audits('strict', 1_500), audit('strict-0', { reason: 'another' })]);
    const { code, stdout, stderr } = await run('audits', 'strict.ndjson', '--strict');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/line 1501: another audit .*; nothing was written\n$/);
    expect(await stored('strict-%')).toBe(0);
  });
});
