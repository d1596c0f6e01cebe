import { z } from 'zod';
import { TimeZone } from './lib/time-zone.js';

const port = z.coerce.number().int().min(0).max(65_535);

/** One row a setting: how it is read and what it is where it is not set. `.env.example` says the same for people. */
const settings = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^[a-z]+:.+/, 'must be a URL, such as sqlite:./data/gateway.db or mysql://user:password@host:3306/name')
    .default('sqlite:./data/gateway.db'),
  DATABASE_CONNECTIONS: z.coerce.number().int().min(1).max(1_000).default(10),
  DATABASE_STATEMENT_SECONDS: z.coerce.number().min(1).max(3_600).default(30),
  HOST: z.string().min(1).default('127.0.0.1'),
  PORT: port.default(4000),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  PRODUCT: z.enum(['PAM360', 'PASSWORD_MANAGER_PRO']).default('PAM360'),
  SOURCE_TIME_ZONE: z.string().default('UTC').transform(timeZone),
  PASSWORD_RETRIEVAL_OPERATIONS: z
    .string()
    .default('Password Retrieved')
    .transform((list) =>
      list
        .split(',')
        .map((operation) => operation.trim())
        .filter(Boolean),
    ),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  TLS_CERT_FILE: z.string().min(1).optional(),
  TLS_KEY_FILE: z.string().min(1).optional(),
});

export interface Config {
  databaseUrl: string;
  databaseConnections: number;
  /** Milliseconds. */
  statementTimeout: number;
  host: string;
  port: number;
  publicUrl: string | undefined;
  product: 'PAM360' | 'PASSWORD_MANAGER_PRO';
  sourceTimeZone: TimeZone;
  passwordRetrievalOperations: string[];
  logLevel: string;
  tls: { certFile: string; keyFile: string } | undefined;
}

/**
 * Reads the settings. An empty variable counts as one that is not set.
 * @throws Error that lists every fault at once
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const read = settings.safeParse(set);
  const faults = read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  if (Boolean(set.TLS_CERT_FILE) !== Boolean(set.TLS_KEY_FILE)) {
    faults.push('TLS_CERT_FILE and TLS_KEY_FILE: set both or neither');
  }
  if (!read.success || faults.length > 0) throw new Error(`Settings:\n  ${faults.join('\n  ')}`);
  const { data } = read;
  return {
    databaseUrl: data.DATABASE_URL,
    databaseConnections: data.DATABASE_CONNECTIONS,
    statementTimeout: data.DATABASE_STATEMENT_SECONDS * 1_000,
    host: data.HOST,
    port: data.PORT,
    publicUrl: data.PUBLIC_URL,
    product: data.PRODUCT,
    sourceTimeZone: data.SOURCE_TIME_ZONE,
    passwordRetrievalOperations: data.PASSWORD_RETRIEVAL_OPERATIONS,
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
