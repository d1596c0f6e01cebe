import { isIP } from 'node:net';
import { z } from 'zod';
import { type ListenAddress, parseListenAddress } from './lib/listen-address.js';
import { parseSchedule, type Schedule } from './lib/schedule.js';
import { TimeZone } from './lib/time-zone.js';

/** What can be pulled, by the names that the command line has for modules. */
const pullModules = ['resources', 'user-accounts', 'audits'] as const;

/** One row a setting: how it is read and what it is where it is not set. `.env.example` says the same for people. */
const settings = z.object({
  DATABASE_URL: z.string().refine(isDatabaseUrl, databaseUrlForm()).default('sqlite:./data/gateway.db'),
  DATABASE_CONNECTIONS: numberFrom(2, 1_000, { whole: true }).default(10),
  DATABASE_STATEMENT_SECONDS: numberFrom(1, 3_600).default(30),
  ROW_ENCODER: oneOf(['auto', 'plain']).default('auto'),
  HOST: z.string().default('127.0.0.1'),
  PORT: numberFrom(0, 65_535, { whole: true }).default(4000),
  PRODUCT: oneOf(['PAM360', 'PASSWORD_MANAGER_PRO']).default('PAM360'),
  SOURCE_TIME_ZONE: z.string().default('UTC').transform(timeZone),
  PASSWORD_RETRIEVAL_OPERATIONS: list('Password Retrieved'),
  PUBLIC_URL: z.url({ protocol: /^https?$/, error: 'write an address such as https://gateway.example.com' }).optional(),
  TRUSTED_PROXIES: networks(),
  CONNECTOR_COST_PER_SECOND: numberFrom(1_000, 1_000_000_000, { whole: true }).default(1_000_000),
  SESSION_COST_PER_SECOND: numberFrom(1_000, 1_000_000_000, { whole: true }).default(200_000),
  INGEST_COST_PER_SECOND: numberFrom(5_000, 1_000_000_000, { whole: true }).default(100_000),
  AUDIT_RETENTION_DAYS: numberFrom(1, 36_500, { whole: true }).optional(),
  SESSION_IDLE_MINUTES: numberFrom(1, 1_440).default(30),
  SESSION_HOURS: numberFrom(1, 168).default(12),
  ANALYTICS_PLUS_CA_FILE: z.string().optional(),
  TEST_INTEGRATION_LOOPBACK: oneOf(['true', 'false']).default('false'),
  SYSLOG_LISTEN: z.string().default('').transform(listenAddresses),
  SYSLOG_ALLOW: networks(),
  SYSLOG_SOURCE: z
    .string()
    .refine((name) => [...name].length <= 64 && name !== 'gateway', 'write 1 to 64 characters, and not gateway')
    .optional(),
  SYSLOG_CLIENT_CA_FILE: z.string().optional(),
  PAM_URL: pamUrl('https://pam.example.com:8282'),
  PAM_AUTHTOKEN: headerValue(),
  PAM_ORG_NAME: headerValue(),
  PAM_CA_FILE: z.string().optional(),
  PAM_SCIM_URL: pamUrl('https://pam.example.com:8282/scim/v2'),
  PAM_AUDIT_TYPES: z.string().optional().transform(partsOf),
  PAM_SOURCE: z
    .string()
    .refine((name) => [...name].length <= 32 && name !== 'gateway', 'write 1 to 32 characters, and not gateway')
    .optional(),
  PULL_EVERY: z.string().optional(),
  PULL_MODULES: list(pullModules.join(',')).pipe(z.array(oneOf(pullModules)).min(1, 'name one at least')),
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  TLS_CERT_FILE: z.string().optional(),
  TLS_KEY_FILE: z.string().optional(),
});

export interface Config {
  databaseUrl: string;
  databaseConnections: number;
  /** Milliseconds. */
  statementTimeout: number;
  /** How rows of MySQL and MariaDB are encoded; docs/operating.md. */
  rowEncoder: 'auto' | 'plain';
  host: string;
  port: number;
  product: 'PAM360' | 'PASSWORD_MANAGER_PRO';
  sourceTimeZone: TimeZone;
  passwordRetrievalOperations: string[];
  /** Where people reach the gateway, if that is not where it listens. */
  publicUrl: string | undefined;
  /** Addresses and networks whose X-Forwarded-For is believed. */
  trustedProxies: string[];
  /** What operations may cost, in rows; docs/limits.md. */
  costPerSecond: { connector: number; session: number; ingest: number };
  /** Audits that are older are removed; undefined where all are kept. */
  auditRetentionDays: number | undefined;
  /** Milliseconds. */
  sessionIdleTime: number;
  /** Milliseconds. */
  sessionTime: number;
  /** A PEM file of authorities that the certificate of Analytics Plus may come from. */
  analyticsPlusCaFile: string | undefined;
  testIntegrationLoopback: boolean;
  /** Live audits; docs/syslog.md. */
  syslog: {
    listen: ListenAddress[];
    /** Addresses and networks that may send; all where it is empty. */
    allow: string[];
    source: string;
    /** A PEM file of authorities that the certificates of senders come from. */
    clientCaFile: string | undefined;
  };
  /** The server of the PAM product that `pull` reads; undefined where none is set. */
  pam: PamSettings | undefined;
  logLevel: string;
  tls: { certFile: string; keyFile: string } | undefined;
}

/** How a PAM360 or Password Manager Pro server is read. */
export interface PamSettings {
  /** Without a slash at its end. */
  url: string;
  authToken: string;
  orgName: string | undefined;
  /** A PEM file of the authorities, and of no others, that its certificate may come from. */
  caFile: string | undefined;
  /** Of its SCIM API, without a slash at its end; undefined where user accounts are not read. */
  scimUrl: string | undefined;
  /** The kinds of audits that are asked for; undefined for those of the product. */
  auditTypes: string[] | undefined;
  /** The source that its records are known by. */
  source: string;
  /** When the server pulls; undefined where only the command does. */
  schedule: Schedule | undefined;
  /** What the server pulls, by the names of the modules in the schema. */
  modules: ('RESOURCES' | 'USER_ACCOUNTS' | 'AUDITS')[];
}

/**
 * Reads the settings. A variable that is empty, or blank, counts as one that is not set.
 * @throws Error that lists every fault at once
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const read = settings.safeParse(set);
  const errors = read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  if (Boolean(set.TLS_CERT_FILE) !== Boolean(set.TLS_KEY_FILE)) {
    errors.push('TLS_CERT_FILE and TLS_KEY_FILE: set both or neither');
  }
  if (/\btls:/i.test(set.SYSLOG_LISTEN ?? '') && !set.TLS_CERT_FILE) {
    errors.push('SYSLOG_LISTEN: tls needs TLS_CERT_FILE and TLS_KEY_FILE');
  }
  if (Boolean(set.PAM_URL) !== Boolean(set.PAM_AUTHTOKEN)) {
    errors.push('PAM_URL and PAM_AUTHTOKEN: set both or neither');
  }
  const schedule = read.data?.PULL_EVERY && parseSchedule(read.data.PULL_EVERY, read.data.SOURCE_TIME_ZONE);
  if (schedule === null) {
    errors.push('PULL_EVERY: write an interval such as 15m, or a cron expression of five fields such as 0 2 * * *');
  } else if (schedule && !set.PAM_URL)
    errors.push('PULL_EVERY: set PAM_URL and PAM_AUTHTOKEN, or there is nothing to pull');
  if (!read.success || errors.length > 0) throw new Error(`these settings cannot be used:\n  ${errors.join('\n  ')}`);
  const { data } = read;
  const pamSource = data.PAM_SOURCE ?? data.PRODUCT.toLowerCase().replaceAll('_', '-');
  return {
    databaseUrl: data.DATABASE_URL,
    databaseConnections: data.DATABASE_CONNECTIONS,
    statementTimeout: data.DATABASE_STATEMENT_SECONDS * 1_000,
    rowEncoder: data.ROW_ENCODER,
    host: data.HOST,
    port: data.PORT,
    product: data.PRODUCT,
    sourceTimeZone: data.SOURCE_TIME_ZONE,
    passwordRetrievalOperations: data.PASSWORD_RETRIEVAL_OPERATIONS,
    publicUrl: data.PUBLIC_URL,
    trustedProxies: data.TRUSTED_PROXIES,
    costPerSecond: {
      connector: data.CONNECTOR_COST_PER_SECOND,
      session: data.SESSION_COST_PER_SECOND,
      ingest: data.INGEST_COST_PER_SECOND,
    },
    auditRetentionDays: data.AUDIT_RETENTION_DAYS,
    sessionIdleTime: data.SESSION_IDLE_MINUTES * 60_000,
    sessionTime: data.SESSION_HOURS * 3_600_000,
    analyticsPlusCaFile: data.ANALYTICS_PLUS_CA_FILE,
    testIntegrationLoopback: data.TEST_INTEGRATION_LOOPBACK === 'true',
    syslog: {
      listen: data.SYSLOG_LISTEN,
      allow: data.SYSLOG_ALLOW,
      source: data.SYSLOG_SOURCE ?? pamSource,
      clientCaFile: data.SYSLOG_CLIENT_CA_FILE,
    },
    pam: data.PAM_URL
      ? {
          url: data.PAM_URL,
          authToken: data.PAM_AUTHTOKEN!,
          orgName: data.PAM_ORG_NAME,
          caFile: data.PAM_CA_FILE,
          scimUrl: data.PAM_SCIM_URL,
          auditTypes: data.PAM_AUDIT_TYPES,
          source: pamSource,
          schedule: schedule || undefined,
          modules: data.PULL_MODULES.map(
            (name) => name.toUpperCase().replace('-', '_') as PamSettings['modules'][number],
          ),
        }
      : undefined,
    logLevel: data.LOG_LEVEL,
    tls: data.TLS_CERT_FILE ? { certFile: data.TLS_CERT_FILE, keyFile: data.TLS_KEY_FILE! } : undefined,
  };
}

function timeZone(name: string, context: z.RefinementCtx): TimeZone {
  try {
    return new TimeZone(name);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
}

function numberFrom(least: number, most: number, { whole = false } = {}) {
  const error = `write a ${whole ? 'whole ' : ''}number from ${least} to ${most}`;
  return z.coerce
    .number({ error })
    .refine((value) => value >= least && value <= most && (!whole || Number.isInteger(value)), {
      error,
    });
}

function list(standard: string) {
  return z.string().default(standard).transform(partsOf);
}

function partsOf<Text extends string | undefined>(text: Text): string[] | (Text extends string ? never : undefined) {
  return text
    ?.split(',')
    .map((part) => part.trim())
    .filter(Boolean) as string[];
}

/** A token goes there: never without TLS, and a name or password in it would come into logs. */
function pamUrl(example: string) {
  return z
    .url({ protocol: /^https$/, error: `write an address such as ${example}` })
    .refine((text) => !/[?#@]/.test(text), `write an address such as ${example}, with no user, query or fragment`)
    .transform((text) => text.replace(/\/+$/, ''))
    .optional();
}

/** Never says what was given. */
function headerValue() {
  return z
    .string()
    .transform((text) => text.trim())
    .refine((text) => /^[\x20-\x7e]+$/.test(text), 'write it as the PAM product shows it, in plain characters')
    .optional();
}

function networks() {
  return list('').pipe(
    z.array(z.string().refine(isAddressOrNetwork, 'write addresses or networks, as in 10.0.0.5,10.1.0.0/16')),
  );
}

function listenAddresses(text: string, context: z.RefinementCtx): ListenAddress[] {
  const parts = text.split(',').map((part) => part.trim());
  try {
    const addresses = parts.filter(Boolean).map(parseListenAddress);
    const twice = addresses.find(({ text }, index) => addresses.findIndex((other) => other.text === text) < index);
    if (twice) throw new Error(`${twice.text} stands there twice`);
    return addresses;
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
}

function isAddressOrNetwork(text: string): boolean {
  const [, address = '', prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  return family !== 0 && (prefix === undefined || Number(prefix) <= (family === 4 ? 32 : 128));
}

function oneOf<const Name extends string>(names: readonly Name[]) {
  return z.enum(names, { error: `write one of ${names.join(', ')}` });
}

function isDatabaseUrl(url: string): boolean {
  if (url.startsWith('sqlite:')) return url.length > 'sqlite:'.length;
  try {
    const { protocol, hostname, pathname, username, password } = new URL(url);
    decodeURIComponent(username + password + pathname);
    return ['mysql:', 'mariadb:'].includes(protocol) && hostname !== '' && pathname.length > 1;
  } catch {
    return false;
  }
}

/** Never says what was given: it may hold a password. */
function databaseUrlForm(): string {
  return 'write sqlite:PATH or mysql://user:password@host:3306/name, the characters @ : / ? # % of a password as %40 %3A %2F %3F %23 %25';
}
