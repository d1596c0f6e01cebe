import { readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeOldAudits } from '../../src/features/audits/retention/delete-expired.js';
import { generateConnectorToken } from '../../src/features/integration/connector-token.service.js';
import { audit, daysAgo, kept, write } from '../features/audits/retention/retention.fixture.js';
import { onEveryEngine, type TestDatabase, testDatabase } from '../helpers/databases.js';
import { Program } from '../helpers/program.js';

onEveryEngine('prune', (engine) => {
  const program = new Program();
  let database: TestDatabase;
  beforeEach(async () => {
    database = await testDatabase(engine);
    program.environment.DATABASE_URL = database.url;
    rmSync(program.file('import'), { recursive: true, force: true });
  });
  afterEach(() => database.drop());

  test('removes what is older than the setting says, and says so where there is none', async () => {
    await write(database.db, audit('old', 40), audit('new', 1));
    const { code, stderr } = await program.run(['prune']);
    expect([code, stderr]).toEqual([1, 'pam-gateway: AUDIT_RETENTION_DAYS is not set: every audit is kept\n']);
    const pruned = await program.run(['prune'], '', { AUDIT_RETENTION_DAYS: '30' });
    expect(pruned).toMatchObject({ code: 0, stdout: '1 audit removed, older than 30 days\n' });
    expect(await kept(database.db)).toEqual(['new']);
  });

  test('waits for --confirm if the clock may be wrong, as a gateway that serves does', async () => {
    const setting = { AUDIT_RETENTION_DAYS: '30' };
    await write(database.db, audit('old', 40), audit('last', 20));
    const gateway = await program.serve(setting);
    await gateway.says(/"reason":"clock".*old audits are not removed: the newest audit is of/);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(metrics).toMatch(/^pam_gateway_audit_retention_held{reason="clock"} 1$/m);
    expect(metrics).toMatch(/^pam_gateway_audit_retention_held{reason="share"} 0$/m);
    await gateway.stop();
    const { stdout } = await program.run(['doctor'], '', setting);
    expect(stdout).toMatch(/^WARN {2}retention: old audits are not removed: .*run pam-gateway prune --confirm$/m);
    const { code, stderr } = await program.run(['prune'], '', setting);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/no audit was removed: .*the clock says .* --confirm/)]);
    expect(await kept(database.db)).toEqual(['last', 'old']);
    const confirmed = await program.run(['prune', '--confirm'], '', setting);
    expect(confirmed).toMatchObject({ code: 0, stdout: '1 audit removed, older than 30 days\n' });
    expect(confirmed.stderr).toMatch(
      /^the newest audit is of .*; confirmed: removing every audit that occurred before /,
    );
    expect(await kept(database.db)).toEqual(['last']);
  });

  test('leaves a connector that had not come so far with what it has, and with what to do', async () => {
    await program.succeed('user', 'create', 'ann', '--roles', 'Administrator', '--scope', 'ALL');
    const token = await generateConnectorToken(database.db, 'ann');
    const gateway = await program.serve();
    const connect = (...options: string[]) =>
      program.run(['connector', '--url', gateway.url, '--out', program.file('import'), ...options], '', {
        PAM_GATEWAY_TOKEN: token,
      });
    await write(database.db, audit('a', 1));
    expect((await connect()).code).toBe(0);
    await write(database.db, audit('b', 40), audit('c', 1));
    await removeOldAudits(database.db, daysAgo(30), new AbortController().signal);
    const expired = await connect();
    expect(expired.code).toBe(1);
    expect(expired.stderr).toMatch(/were removed before it came to them.*Copy its file first.*--resync AUDITS/s);
    const rows = () => readFileSync(program.file('import/audits.ndjson'), 'utf8');
    expect(rows()).toMatch(/"operation":"a"/);
    expect((await connect('--resync', 'AUDITS')).code).toBe(0);
    expect(rows()).toMatch(/"operation":"a".*"operation":"c"/s);
    await gateway.stop();
  });
});
