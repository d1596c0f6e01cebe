import { Command } from 'commander';
import sql from 'sql-template-tag';
import { type Config, readConfig } from '../config.js';
import { databaseId } from '../database/database-id.js';
import { openDatabase } from '../database/open.js';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('show the settings in effect, secrets struck out, and try every dependency')
    .action(async () => {
      const config = readConfig(process.env);
      for (const [name, value] of Object.entries(shown(config))) console.log(`${name.padEnd(30)}${value}`);
      for (const check of await checks(config)) {
        console.log(`${check.passed ? 'ok  ' : 'FAIL'}  ${check.name}: ${check.detail}`);
        if (!check.passed) process.exitCode = 1;
      }
    });
}

function shown(config: Config): Record<string, string> {
  return {
    DATABASE_URL: config.databaseUrl.replace(/\/\/([^:@/]*):[^@]*@/, '//$1:***@'),
    DATABASE_CONNECTIONS: String(config.databaseConnections),
    DATABASE_STATEMENT_SECONDS: String(config.statementTimeout / 1_000),
    HOST: config.host,
    PORT: String(config.port),
    PUBLIC_URL: config.publicUrl ?? '',
    PRODUCT: config.product,
    SOURCE_TIME_ZONE: config.sourceTimeZone.name,
    PASSWORD_RETRIEVAL_OPERATIONS: config.passwordRetrievalOperations.join(','),
    LOG_LEVEL: config.logLevel,
    TLS_CERT_FILE: config.tls?.certFile ?? '',
    TLS_KEY_FILE: config.tls?.keyFile ?? '',
  };
}

async function checks(config: Config): Promise<{ name: string; passed: boolean; detail: string }[]> {
  try {
    const db = await openDatabase(config.databaseUrl);
    try {
      const positions = await db.query<{ module: string; records: number }>(sql`SELECT module, records FROM positions`);
      const counts = positions.map(({ module, records }) => `${module} ${records}`).join(', ');
      return [{ name: 'database', passed: true, detail: `answers; id ${await databaseId(db)}; records: ${counts}` }];
    } finally {
      await db.close();
    }
  } catch (error) {
    const detail = `${(error as Error).message}; is it there, and was it migrated (pam-gateway migrate)?`;
    return [{ name: 'database', passed: false, detail }];
  }
}
