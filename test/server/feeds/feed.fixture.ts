import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { parse } from 'csv-parse/sync';
import type { Database } from '../../../src/database/db.js';
import { openDatabase } from '../../../src/database/open.js';
import { recordAudits } from '../../../src/features/audits/audit.service.js';
import { anAudit, SOURCE } from '../../features/writing/records.js';
import { type EngineName, testDatabase } from '../../helpers/databases.js';
import type { TestServer } from '../test-server.js';

export type FlatRow = Record<string, unknown> & { readonly _cursor?: string };

/** A flat feed as it was answered. */
export interface FeedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** What each feed has, by the GraphQL field that reads the same. */
export const modules = [
  {
    name: 'audits',
    field: 'audits',
    fields:
      'id occurredAt recordedAt category operation outcome operatedBy ipAddress clientType reason ticketId resourceId resourceName accountId accountName userName userFullName source sourceId',
    order: '',
  },
  {
    name: 'resources',
    field: 'resources',
    fields:
      'id name description type dnsName domainName url department location ownerName passwordPolicy accountCount createdAt modifiedAt lastAccessedAt source sourceId',
    order: ', orderBy: { field: MODIFIED_AT }',
  },
  {
    name: 'user-accounts',
    field: 'userAccounts',
    fields:
      'id source userName firstName lastName fullName email status accessScope department location createdAt modifiedAt lastLoginAt expiresAt sourceId',
    order: ', orderBy: { field: MODIFIED_AT }',
  },
] as const;

/** `path` is what stands behind /feeds/. */
export async function readFeed(
  server: TestServer,
  path: string,
  headers: Record<string, string> = { authtoken: server.token },
  init: RequestInit = {},
): Promise<FeedAnswer> {
  const response = await fetch(`${server.url}/feeds/${path}`, { ...init, headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The lines of NDJSON of an answer that must succeed. */
export async function readLines(server: TestServer, path: string, token = server.token): Promise<FlatRow[]> {
  const { status, text } = await readFeed(server, path, { authtoken: token });
  if (status !== 200) throw new Error(text);
  return linesOf(text);
}

export function linesOf(text: string): FlatRow[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as FlatRow);
}

/** The rows of a CSV with a header; cells without quotation marks that are empty are null. */
export function csvRows(text: string): FlatRow[] {
  return parse(text, {
    columns: true,
    cast: (value, { quoting, header }) => (value === '' && !quoting && !header ? null : value),
  });
}

/** What GraphQL has of all rows of a module. */
export async function graphqlRows(
  server: TestServer,
  { field, fields, order }: (typeof modules)[number],
): Promise<FlatRow[]> {
  const query = `{ ${field}(first: 1000${order}) { nodes { ${fields} } } }`;
  const { body } = await server.post({ query }, { authtoken: server.token });
  return (body.data![field] as { nodes: FlatRow[] }).nodes;
}

/** A database with many audits, read through one connection. */
export interface ManyAudits {
  readonly db: Database;
  drop(): Promise<void>;
}

export async function openManyAudits(engine: EngineName, count: number): Promise<ManyAudits> {
  const { url, drop } = await testDatabase(engine);
  const db = await openDatabase(url, { connections: 1, acquireTimeout: 5_000, statementTimeout: 30_000 });
  await storeManyAudits(db, count);
  return {
    db,
    drop: async () => {
      await db.close();
      await drop();
    },
  };
}

/** Audits that make pages of more than a megabyte. */
export async function storeManyAudits(db: Database, count: number): Promise<void> {
  for (let start = 0; start < count; start += 10_000) {
    const records = Array.from({ length: Math.min(10_000, count - start) }, (_, n) =>
      anAudit(`many ${start + n}`, { reason: 'a reason that makes the row long '.repeat(6) }),
    );
    await recordAudits(db, SOURCE, records);
  }
}

/** A client that has got the headers and reads no further until it is told to. */
export async function stalledClient(server: TestServer, path: string, token = server.token): Promise<IncomingMessage> {
  const request = get(`${server.url}/feeds/${path}`, { headers: { authtoken: token }, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
}

/** Reads an answer on to its end; whether it came whole, and what came. */
export async function readOn(response: IncomingMessage): Promise<{ whole: boolean; text: string }> {
  const parts: Buffer[] = [];
  response.on('data', (part: Buffer) => parts.push(part));
  response.on('error', () => {});
  await new Promise((resolve) => response.once('close', resolve));
  return { whole: response.complete, text: Buffer.concat(parts).toString() };
}
