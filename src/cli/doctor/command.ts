import 'reflect-metadata';
import { Command } from 'commander';
import sql from 'sql-template-tag';
import { type Config, readConfig } from '../../config.js';
import { databaseId } from '../../database/database-id.js';
import type { Database } from '../../database/db.js';
import { databaseExists, databaseLimits, openDatabase } from '../../database/open.js';
import { lagOf } from '../../features/audits/rollups/lag.js';
import { readAuthorities } from '../../features/integration/diagnostics/authority-file.js';
import { pluralize } from '../../lib/pluralize.js';
import { readCertificate } from '../../server/certificate.js';
import { describeError } from '../describe-error.js';
import type { Check } from './check.js';
import { checkFiles } from './check-files.js';
import { checkPam } from './check-pam.js';
import { checkRetention } from './check-retention.js';
import { checkSyslog } from './check-syslog.js';
import { checkTokens } from './check-tokens.js';
import { checkViews } from './check-views.js';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('show the settings in effect, secrets struck out, and try every dependency')
    .option('--out <directory>', 'directory of a connector, whose files are looked at, too')
    .action(async ({ out }: { out?: string }) => {
      const config = readConfig(process.env);
      for (const [name, value] of Object.entries(shown(config))) console.log(`${name.padEnd(30)}${value}`.trimEnd());
      for (const { name, passed, isWarning, detail } of await checks(config, out)) {
        console.log(`${passed ? (isWarning ? 'WARN' : 'ok  ') : 'FAIL'}  ${name}: ${detail}`);
        if (!passed) process.exitCode = 1;
      }
    });
}

function shown(config: Config): Record<string, string> {
  return {
    DATABASE_URL: withoutPassword(config.databaseUrl),
    DATABASE_CONNECTIONS: String(config.databaseConnections),
    DATABASE_STATEMENT_SECONDS: String(config.statementTimeout / 1_000),
    ROW_ENCODER: config.rowEncoder,
    HOST: config.host,
    PORT: String(config.port),
    PRODUCT: config.product,
    SOURCE_TIME_ZONE: config.sourceTimeZone.name,
    PASSWORD_RETRIEVAL_OPERATIONS: config.passwordRetrievalOperations.join(','),
    PUBLIC_URL: config.publicUrl ?? '',
    TRUSTED_PROXIES: config.trustedProxies.join(','),
    CONNECTOR_COST_PER_SECOND: String(config.costPerSecond.connector),
    SESSION_COST_PER_SECOND: String(config.costPerSecond.session),
    INGEST_COST_PER_SECOND: String(config.costPerSecond.ingest),
    AUDIT_RETENTION_DAYS: config.auditRetentionDays === undefined ? '' : String(config.auditRetentionDays),
    SESSION_IDLE_MINUTES: String(config.sessionIdleTime / 60_000),
    SESSION_HOURS: String(config.sessionTime / 3_600_000),
    ANALYTICS_PLUS_CA_FILE: config.analyticsPlusCaFile ?? '',
    TEST_INTEGRATION_LOOPBACK: String(config.testIntegrationLoopback),
    SYSLOG_LISTEN: config.syslog.listen.map(({ text }) => text).join(','),
    SYSLOG_ALLOW: config.syslog.allow.join(','),
    SYSLOG_SOURCE: config.syslog.source,
    SYSLOG_CLIENT_CA_FILE: config.syslog.clientCaFile ?? '',
    PAM_URL: config.pam?.url ?? '',
    PAM_AUTHTOKEN: config.pam ? '***' : '',
    PAM_ORG_NAME: config.pam?.orgName ?? '',
    PAM_CA_FILE: config.pam?.caFile ?? '',
    PAM_SCIM_URL: config.pam?.scimUrl ?? '',
    PAM_AUDIT_TYPES: config.pam?.auditTypes?.join(',') ?? '',
    PAM_SOURCE: config.pam?.source ?? '',
    PULL_EVERY: config.pam?.schedule?.text ?? '',
    PULL_MODULES: config.pam?.modules.join(',').toLowerCase().replaceAll('_', '-') ?? '',
    LOG_LEVEL: config.logLevel,
    TLS_CERT_FILE: config.tls?.certFile ?? '',
    TLS_KEY_FILE: config.tls?.keyFile ?? '',
  };
}

/** A password may hold an @ that somebody forgot to encode: all of it, up to the last one, is struck out. */
function withoutPassword(url: string): string {
  return url.replace(/\/\/([^:@/]*):.*@/, '//$1:***@');
}

async function checks(config: Config, out: string | undefined): Promise<Check[]> {
  return [
    ...checkCertificate(config),
    ...checkFiles(config, out),
    ...(await checkAuthorities(config)),
    ...(await checkSyslog(config)),
    ...(await checkPam(config)),
    ...(await checkDatabase(config)),
  ];
}

function checkCertificate({ tls }: Config): Check[] {
  if (!tls) return [];
  try {
    const { validTo } = readCertificate(tls);
    const passed = Date.parse(validTo) > Date.now();
    return [
      {
        name: 'certificate',
        passed,
        detail: `${tls.certFile} ${passed ? 'is valid until' : 'has expired on'} ${validTo}`,
      },
    ];
  } catch (error) {
    return [{ name: 'certificate', passed: false, detail: describeError(error) }];
  }
}

async function checkAuthorities({ analyticsPlusCaFile: file }: Config): Promise<Check[]> {
  if (file === undefined) return [];
  try {
    await readAuthorities(file);
    return [{ name: 'authorities', passed: true, detail: `${file} has a certificate` }];
  } catch (error) {
    return [{ name: 'authorities', passed: false, detail: describeError(error) }];
  }
}

async function checkDatabase(config: Config): Promise<Check[]> {
  if (!databaseExists(config.databaseUrl)) {
    return [
      { name: 'database', passed: false, detail: 'it is not there yet: pam-gateway migrate or npm start makes it' },
    ];
  }
  try {
    const db = await openDatabase(config.databaseUrl, databaseLimits(config));
    try {
      const tables = await checkTables(db);
      const notices = db.notices.map((detail) => ({ name: 'database', passed: true, isWarning: true, detail }));
      const opened = [{ name: 'database', passed: true, detail: 'answers' }, ...notices];
      if (!tables.passed) return [...opened, tables];
      const others = [await checkRollupWorker(db), ...(await checkRetention(db, config)), ...(await checkTokens(db))];
      others.push(...(await checkViews(db, config)));
      return [...opened, tables, ...others];
    } finally {
      await db.close();
    }
  } catch (error) {
    return [{ name: 'database', passed: false, detail: describeError(error) }];
  }
}

async function checkTables(db: Database): Promise<Check> {
  try {
    const positions = await db.query<{ module: string; records: number }>(
      sql`SELECT module, records FROM positions ORDER BY module`,
    );
    const counts = positions.map(({ module, records }) => `${module} ${records}`).join(', ');
    return { name: 'tables', passed: true, detail: `of database ${await databaseId(db)}; records: ${counts}` };
  } catch (error) {
    const detail = `${describeError(error)}: run pam-gateway migrate, or serve, which does`;
    return { name: 'tables', passed: false, detail };
  }
}

/** Counts that are behind are no fault: questions are answered from audits as well. */
async function checkRollupWorker(db: Database): Promise<Check> {
  try {
    const { audits, seconds } = await lagOf(db);
    const waited = `${pluralize(audits, 'audit')} behind, the first of them since ${Math.round(seconds)} s`;
    const detail = audits === 0 ? 'every audit is counted' : `${waited}; the gateway counts them while it serves`;
    return { name: 'rollups', passed: true, detail };
  } catch (error) {
    return { name: 'rollups', passed: false, detail: describeError(error) };
  }
}
