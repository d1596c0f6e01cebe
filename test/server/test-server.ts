import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import sql from 'sql-template-tag';
import { readConfig } from '../../src/config.js';
import type { Database } from '../../src/database/db.js';
import { transaction } from '../../src/database/transaction.js';
import { commandLine } from '../../src/features/audits/activity-log.js';
import { linkSources } from '../../src/features/ingest/source-link.service.js';
import { generateConnectorToken } from '../../src/features/integration/connector-token.service.js';
import { storeUserAccounts } from '../../src/features/resources/access-grant.service.js';
import type { UserAccountRecord } from '../../src/features/users/user-account.record.js';
import { buildSchema } from '../../src/schema.js';
import { buildApp } from '../../src/server/app.js';

const schema = buildSchema();

export const VIEWER = '{ viewer { userName } }';
export const JSON_TYPE = { 'content-type': 'application/json' };

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body of an answer in GraphQL's shape. */
  readonly body: {
    data?: { viewer?: { userName: string } | null; [field: string]: unknown } | null;
    errors?: { message: string; extensions: { code: string } }[];
  };
  /** What stands beside the data, in the same body. */
  readonly extensions?: { cost?: Record<'requested' | 'actual' | 'available' | 'restoreRate', number> };
}

/** The real app over a database, listening on a free port, with a token of the user `ann`. */
export class TestServer {
  token!: string;

  private constructor(
    readonly app: FastifyInstance,
    readonly db: Database,
    readonly url: string,
  ) {}

  static async open(db: Database, environment: Record<string, string> = {}, logger?: Logger): Promise<TestServer> {
    const app = await buildApp(readConfig({ LOG_LEVEL: 'silent', ...environment }), db, schema, [], logger);
    return new TestServer(app, db, await app.listen({ host: '127.0.0.1', port: 0 }));
  }

  static async openForAnn(db: Database, environment: Record<string, string> = {}): Promise<TestServer> {
    const server = await TestServer.open(db, environment);
    server.token = await server.tokenFor('ann');
    return server;
  }

  /** A token of a user that is made, or changed, for it; without a role it gets one that reads the three modules. */
  async tokenFor(userName: string, but: Partial<UserAccountRecord> = {}): Promise<string> {
    await this.record({ sourceId: userName, userName, accessScope: 'ALL', ...but });
    await this.db.execute(sql`
      INSERT INTO role_assignments (user_id, role_id)
      SELECT u.id, r.id FROM user_accounts u JOIN roles r ON r.name = 'Password Auditor'
      WHERE u.user_name = ${userName} AND NOT EXISTS (SELECT 1 FROM role_assignments a WHERE a.user_id = u.id)`);
    return generateConnectorToken(this.db, userName);
  }

  /** Lets a source name the users of this one. */
  async link(source: string): Promise<void> {
    await linkSources(this.db, commandLine, 'test', source);
  }

  record(user: UserAccountRecord): Promise<unknown> {
    return transaction(this.db, (tx) => storeUserAccounts(tx, 'test', [user]));
  }

  async post(body: string | Uint8Array | object, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    return this.send('/graphql', {
      method: 'POST',
      headers: { ...JSON_TYPE, ...headers },
      body: raw ? body : JSON.stringify(body),
    });
  }

  get(parameters: Record<string, string>, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    return this.send(`/graphql?${new URLSearchParams(parameters)}`, { headers });
  }

  async send(path: string, init: RequestInit = {}): Promise<HttpAnswer> {
    const response = await fetch(this.url + path, init);
    const answer = await response.text();
    const { extensions = {}, ...body } = answer.startsWith('{') ? JSON.parse(answer) : {};
    return { status: response.status, headers: response.headers, text: answer, body, extensions };
  }

  connect(): Socket {
    return connect({ host: '127.0.0.1', port: Number(new URL(this.url).port) });
  }

  /** What is answered to these bytes until the server closes the connection. */
  async raw(bytes: string): Promise<string> {
    const socket = this.connect();
    await once(socket, 'connect');
    socket.write(bytes);
    return text(socket);
  }

  close(): Promise<void> {
    return this.app.close();
  }
}

/** The code and message of the first error of an answer. */
export function refusal({ status, body }: HttpAnswer): { status: number; code: string; message: string } {
  const [error] = body.errors ?? [];
  if (!error) throw new Error(`an error was expected: ${JSON.stringify(body)}`);
  return { status, code: error.extensions.code, message: error.message };
}
