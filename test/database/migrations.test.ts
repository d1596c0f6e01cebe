import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeDataSource } from '../../src/database/data-source.js';
import { migrate } from '../../src/database/migrate.js';
import { migrations } from '../../src/database/migrations/index.js';
import { entities } from '../../src/features/index.js';
import { chunks } from '../../src/lib/chunks.js';
import { emptyDatabase, onEveryEngine } from '../helpers/databases.js';
import { Program } from '../helpers/program.js';

const names = migrations.map((Migration) => new Migration().name!);

const program = new Program();
let database: Awaited<ReturnType<typeof emptyDatabase>>;
afterEach(() => database.drop());

onEveryEngine('migrations', (engine) => {
  beforeEach(async () => {
    database = await emptyDatabase(engine);
  });

  test('make the tables that the entities describe, so that the schema builder wants to change nothing', async () => {
    await migrate(database.url);
    expect(await wantedChanges()).toEqual([]);
  });

  test('run once, whoever else migrates at the same time', async () => {
    const ran = await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);
    expect(ran.flat()).toEqual(names);
  });

  test('run once when two processes start at the same time', async () => {
    const said = await Promise.all([startMigrate().ended, startMigrate().ended]);
    expect(said.map(({ stdout }) => stdout.trim()).sort()).toEqual([
      'nothing to migrate',
      names.map((name) => `ran ${name}`).join('\n'),
    ]);
  });

  test('leave a table of another program alone, and the command says so once', async () => {
    await query('CREATE TABLE resources (colour VARCHAR(20))');
    const { code, stdout, stderr } = await startMigrate().ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.match(/resources of another program, with the columns colour/g)).toHaveLength(1);
  });
});

onEveryEngine('audits that each have a position of their own', (engine) => {
  /** Position, id: committed in another order than their blocks, two of which are as far from their positions as each other. */
  const placed = [
    ...[1, 2, 3].map((position) => [position, 20_000 + position - 1]),
    ...[4, 5].map((position) => [position, 50_000 + position - 4]),
    ...[10_001, 10_002].map((position) => [position, 30_000 + position - 10_001]),
  ];
  const between = Array.from({ length: 9_995 }, (_, n) => [6 + n, 70_000 + n]);

  test('are put together as their transactions were', async () => {
    database = await emptyDatabase(engine);
    await migrate(database.url);
    await query('DROP TABLE audit_spans');
    const ofSpans = names.filter((name) => /^(AuditSpans|AuditRetention)/.test(name));
    await query(`DELETE FROM migrations WHERE name IN ('${ofSpans.join("', '")}')`);
    await query('CREATE TABLE audit_positions (position BIGINT PRIMARY KEY, audit_id BIGINT NOT NULL)');
    for (const part of chunks([...placed, ...between], 1_000)) {
      await query(`INSERT INTO audit_positions VALUES ${part.map(([position, id]) => `(${position}, ${id})`).join()}`);
    }
    expect(await migrate(database.url)).toEqual(ofSpans);
    const spans = await query<Record<string, unknown>>('SELECT * FROM audit_spans ORDER BY first_position');
    expect(spans.map((span) => Object.values(span).map(Number))).toEqual([
      [1, 20_000, 3],
      [4, 50_000, 2],
      [6, 70_000, 9_995],
      [10_001, 30_000, 2],
    ]);
    expect(await wantedChanges()).toEqual([]);
  });
});

onEveryEngine('counts of whole days beside those of their quarters of an hour', (engine) => {
  test('are not kept any more, and all others are', async () => {
    database = await emptyDatabase(engine);
    await migrate(database.url);
    for (const width of [1, 96]) {
      await query(`INSERT INTO operation_counts VALUES (${width}, 960, 'Sign in', 'USER', 'SUCCESS', 1)`);
      await query(`INSERT INTO user_counts VALUES (${width}, 960, 'ann', 'SUCCESS', 1)`);
      await query(`INSERT INTO resource_user_counts VALUES (1, ${width}, 960, 'ann', 'Sign in', 'SUCCESS', 1)`);
    }
    await query(`DELETE FROM migrations WHERE name = 'CountsOfQuarters1764410000000'`);
    await migrate(database.url);
    const widths = (table: string) => query<{ width: number }>(`SELECT width FROM ${table} ORDER BY width`);
    expect(await widths('operation_counts')).toEqual([{ width: 1 }]);
    expect(await widths('user_counts')).toEqual([{ width: 1 }]);
    expect(await widths('resource_user_counts')).toEqual([{ width: 1 }, { width: 96 }]);
  });
});

onEveryEngine('audits that have an index of each name', (engine) => {
  test('are found by the names of users and resources as before, and pay for no index of them', async () => {
    database = await emptyDatabase(engine);
    await migrate(database.url);
    for (const column of ['user_name', 'resource_name']) {
      await query(`CREATE INDEX audits_${column} ON audits (${column}, occurred_at, id)`);
    }
    await query(`DROP INDEX audits_resource_id${engine === 'mariadb' ? ' ON audits' : ''}`);
    await query('CREATE INDEX audits_resource_id ON audits (resource_id, occurred_at, id)');
    await query('DROP TABLE audit_names');
    await query('DROP TABLE audit_resource_names');
    await query(`DELETE FROM migrations WHERE name = 'AuditNames1764500000000'`);
    const at = '2026-03-01 08:30:00.123';
    const rows = [
      [10_000, 'NULL', 'NULL', 'NULL'],
      [10_001, "'bob'", 'NULL', "'far'"],
      [10_002, "'bob'", '7', "'db'"],
      [3_000_000, 'NULL', '7', "'db'"],
      [3_000_001, 'NULL', '7', "'old'"],
      [3_000_002, "'amy'", '8', 'NULL'],
    ];
    for (const [id, user, resource, name] of rows) {
      await query(`INSERT INTO audits (id, source, source_id, occurred_at, recorded_at, category, operation, outcome,
        operated_by, user_name, resource_id, resource_name) VALUES (${id}, 'test', '${id}', '${at}', '${at}', 'USER', 'x',
        'SUCCESS', 'ann', ${user}, ${resource}, ${name})`);
    }
    expect((await wantedChanges()).length).toBeGreaterThan(0);
    await migrate(database.url);
    expect(await wantedChanges()).toEqual([]);
    const names = await query<Record<string, unknown>>('SELECT id, kind, name FROM audit_names ORDER BY id, kind');
    expect(names.map(({ id, kind, name }) => [Number(id), kind, name])).toEqual([
      [10_001, 1, 'bob'],
      [10_001, 2, 'far'],
      [10_002, 1, 'bob'],
      [3_000_002, 1, 'amy'],
    ]);
    const ofResources = await query<Record<string, unknown>>('SELECT * FROM audit_resource_names ORDER BY name');
    expect(ofResources.map(({ name, resource_id: id }) => [name, Number(id)])).toEqual([
      ['db', 7],
      ['old', 7],
    ]);
    // As if it had been killed before it dropped an index, and audits had come in since.
    await query('CREATE INDEX audits_user_name ON audits (user_name, occurred_at, id)');
    await query("DELETE FROM audit_resource_names WHERE name = 'old'");
    await query("DELETE FROM audit_names WHERE name = 'amy'");
    await query(`DELETE FROM migrations WHERE name = 'AuditNames1764500000000'`);
    await migrate(database.url);
    expect(await wantedChanges()).toEqual([]);
    expect(await query('SELECT id FROM audit_names')).toHaveLength(4);
    expect(await query('SELECT name FROM audit_resource_names')).toHaveLength(2);
  });
});

onEveryEngine('records that belonged to whoever had a name', (engine) => {
  test('belong to the user account that had it in their source, and those of the gateway to the one that had it', async () => {
    database = await emptyDatabase(engine);
    await migrate(database.url);
    const on = (table: string) => (engine === 'mariadb' ? ` ON ${table}` : '');
    await query(`DROP INDEX audits_operator${on('audits')}`);
    await query(`DROP INDEX resources_owner${on('resources')}`);
    await query(`DROP INDEX user_accounts_name_in_source${on('user_accounts')}`);
    await query(`DROP INDEX user_accounts_user_name${on('user_accounts')}`);
    await query('CREATE UNIQUE INDEX user_accounts_user_name ON user_accounts (user_name)');
    await query('CREATE INDEX audits_operated_by ON audits (operated_by, occurred_at, id)');
    await query('CREATE INDEX resources_owner_name ON resources (owner_name)');
    await query('ALTER TABLE audits DROP COLUMN operator_name_id');
    await query('ALTER TABLE resources DROP COLUMN owner_name_id');
    await query('ALTER TABLE refusals DROP COLUMN operator_id');
    await query('DROP TABLE user_names');
    await query('DROP TABLE source_links');
    const at = '2026-03-01 08:30:00.123';
    for (const [id, source, name] of [
      [1, 'a', 'ann'],
      [2, 'b', 'bob'],
      [3, 'a', 'System'],
    ]) {
      await query(`INSERT INTO user_accounts (id, position, scope_version, source, source_id, user_name, full_name, search_text,
        status, access_scope, created_at, modified_at) VALUES (${id}, ${id}, 1, '${source}', '${name}', '${name}', '', '',
        'ACTIVE', 'ALL', '${at}', '${at}')`);
    }
    for (const [id, source, owner] of [
      [1, 'a', "'ann'"],
      [2, 'b', "'ann'"],
      [3, 'b', 'NULL'],
    ]) {
      await query(`INSERT INTO resources (id, position, source, source_id, name, type, owner_name, account_count, search_text,
        created_at, modified_at) VALUES (${id}, ${id}, '${source}', '${id}', 'r', 't', ${owner}, 0, '', '${at}', '${at}')`);
    }
    for (const [id, source, name] of [
      [10_000, 'a', 'ann'],
      [10_001, 'b', 'ann'],
      [10_002, 'gateway', 'bob'],
      [3_000_000, 'gateway', 'System'],
      [3_000_001, 'gateway', 'gone'],
    ]) {
      await query(`INSERT INTO audits (id, source, source_id, occurred_at, recorded_at, category, operation, outcome,
        operated_by) VALUES (${id}, '${source}', '${id}', '${at}', '${at}', 'USER', 'x', 'SUCCESS', '${name}')`);
    }
    await query(`DELETE FROM migrations WHERE name LIKE 'Owners%'`);
    await migrate(database.url);
    expect(await wantedChanges()).toEqual([]);
    const usersOf = async (table: string, column: string) => {
      const rows = await query<{ id: number; user: number | null; name: string | null }>(
        `SELECT t.id AS id, n.user_id AS user, n.name AS name FROM ${table} t LEFT JOIN user_names n ON n.id = t.${column} ORDER BY t.id`,
      );
      return rows.map(({ id, user, name }) => [Number(id), name, user === null ? null : Number(user)]);
    };
    expect(await usersOf('resources', 'owner_name_id')).toEqual([
      [1, 'ann', 1],
      [2, 'ann', null],
      [3, null, null],
    ]);
    expect(await usersOf('audits', 'operator_name_id')).toEqual([
      [10_000, 'ann', 1],
      [10_001, 'ann', null],
      [10_002, 'bob', 2],
      [3_000_000, 'System', null],
      [3_000_001, 'gone', null],
    ]);
  });
});

onEveryEngine('refused sign-ins that are being counted', (engine) => {
  test('go on to be counted in the table of all refusals, and the key of devices stays', async () => {
    database = await emptyDatabase(engine);
    await migrate(database.url);
    const key = await query("SELECT value FROM gateway WHERE name = 'device_key'");
    expect(key).toEqual([{ value: expect.stringMatching(/^[\w-]{43}$/) }]);
    await query('DROP TABLE refusals');
    const text = (length: number) => `VARCHAR(${length})${engine === 'mariadb' ? ' COLLATE utf8mb4_nopad_bin' : ''}`;
    await query(`CREATE TABLE sign_in_refusals (subject ${text(80)} PRIMARY KEY, user_name ${text(255)},
      began_at DATETIME NOT NULL, ends_at DATETIME NOT NULL, more INT NOT NULL, refused_from ${text(64)})`);
    const at = '2026-03-01 08:30:00';
    for (const [subject, user] of [
      ['name:abc', "'ann'"],
      ['busy:192.0.2.1', 'NULL'],
    ]) {
      await query(`INSERT INTO sign_in_refusals VALUES ('${subject}', ${user}, '${at}', '${at}', 7, NULL)`);
    }
    // What came later added a column to that table.
    await query(`DELETE FROM migrations WHERE name = 'TrustedDevices1764620000000' OR name LIKE 'Owners%'`);
    await migrate(database.url);
    expect(await wantedChanges()).toEqual([]);
    expect(await query('SELECT subject, operation, operated_by, more FROM refusals ORDER BY subject')).toEqual([
      { subject: 'busy:192.0.2.1', operation: 'User Sign-In Turned Away', operated_by: 'Unknown', more: 7 },
      { subject: 'name:abc', operation: 'User Sign-In Refused', operated_by: 'ann', more: 7 },
    ]);
    expect(await query("SELECT value FROM gateway WHERE name = 'device_key'")).toEqual(key);
  });
});

describe('migrations, where every CREATE TABLE commits by itself,', () => {
  let expected: Awaited<ReturnType<typeof predefinedRows>>;
  beforeEach(async () => {
    database = await emptyDatabase('mariadb');
    await migrate(database.url);
    expected = await predefinedRows();
    await database.drop();
    database = await emptyDatabase('mariadb');
  });

  test('go on where killed processes have left the tables', async () => {
    for (const table of ['gateway', 'roles', 'custom_fields', 'audits', 'sessions', 'integration', 'analytics_plus']) {
      await killMigrateAt(tableExists(table));
      await serverForgetsTheKilled();
    }
    expect(await migrate(database.url)).toEqual(names.slice(1));
    expect(await wantedChanges()).toEqual([]);
    expect(await predefinedRows()).toEqual(expected);
  });

  test('go on where a killed process has left the rows, and keep the id of the database', async () => {
    await killMigrateAt(tableExists('custom_fields'));
    await serverForgetsTheKilled();
    await whileRoleIsLocked('Password User', () =>
      killMigrateAt("SELECT 1 FROM roles WHERE name = 'Password Auditor'"),
    );
    await serverForgetsTheKilled();
    const ids = await databaseIds();
    expect(ids).toHaveLength(1);
    expect(await migrate(database.url)).toEqual(names);
    expect(await predefinedRows()).toEqual(expected);
    expect(await databaseIds()).toEqual(ids);
  });
});

function startMigrate() {
  return program.start(['migrate'], { DATABASE_URL: database.url });
}

const tableExists = (table: string) =>
  `SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = '${table}'`;

/** Starts a process that migrates, and kills it as soon as `milestone` finds a row. */
async function killMigrateAt(milestone: string): Promise<void> {
  await connected(async (dataSource) => {
    const running = startMigrate();
    while (running.child.exitCode === null && (await dataSource.query(milestone)).length === 0);
    await running.kill();
  });
}

/** Keeps a role's row from being inserted meanwhile. */
async function whileRoleIsLocked(role: string, work: () => Promise<void>): Promise<void> {
  await connected(async (dataSource) => {
    const other = dataSource.createQueryRunner();
    await other.startTransaction();
    await other.query('INSERT INTO roles (name, predefined) VALUES (?, 1)', [role]);
    await work();
    await other.rollbackTransaction();
    await other.release();
  });
}

/** The server ends the statement that a killed process had begun. */
async function serverForgetsTheKilled(): Promise<void> {
  const connections = 'SELECT 1 FROM information_schema.processlist WHERE db = DATABASE()';
  await connected(async (dataSource) => {
    while ((await dataSource.query(connections)).length > 1);
  });
}

function wantedChanges(): Promise<string[]> {
  return connected(async (dataSource) => {
    const changes = await dataSource.driver.createSchemaBuilder().log();
    return changes.upQueries.map(({ query }) => query);
  });
}

async function predefinedRows() {
  return {
    positions: await query('SELECT module, position, records FROM positions ORDER BY module'),
    roles: await query('SELECT name, predefined FROM roles ORDER BY name'),
    privileges: await query(
      'SELECT name, privilege FROM role_privileges JOIN roles ON id = role_id ORDER BY name, privilege',
    ),
  };
}

async function databaseIds(): Promise<string[]> {
  const rows = await query<{ value: string }>("SELECT value FROM gateway WHERE name = 'id'");
  return rows.map(({ value }) => value);
}

function query<Row>(statement: string): Promise<Row[]> {
  return connected((dataSource) => dataSource.query(statement));
}

async function connected<T>(work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const dataSource = await (await makeDataSource(database.url, entities)).initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
