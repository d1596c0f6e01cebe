import type { ApolloServer } from '@apollo/server';
import type { FormattedExecutionResult as ExecutionResult, GraphQLFormattedError, GraphQLSchema } from 'graphql';
import { pino } from 'pino';
import sql, { type Sql } from 'sql-template-tag';
import { type Config, readConfig } from '../../src/config.js';
import type { Apart, Database, Rows, Transaction } from '../../src/database/db.js';
import type { EncodedForm, EncodedRow } from '../../src/database/row-encoding.js';
import { Privilege } from '../../src/graphql/access.js';
import { makeApollo } from '../../src/graphql/apollo.js';
import { attachClient } from '../../src/graphql/client.js';
import type { Actor, Context } from '../../src/graphql/context.js';
import { makeBudgets } from '../../src/graphql/limits/budgets.js';
import { attachRawJson } from '../../src/graphql/rows/raw-json.js';
import { buildSchema } from '../../src/schema.js';

/** What an operation answered. */
export interface Answer<Data> {
  readonly data: Data | null | undefined;
  readonly errors: readonly GraphQLFormattedError[];
  /** The SELECTs that it ran, in their order. */
  readonly statements: readonly Sql[];
  /** Those of them whose rows the database wrote. */
  readonly written: readonly Sql[];
}

type Variables = Record<string, unknown>;

interface Executed extends Pick<Answer<never>, 'statements' | 'written'> {
  readonly text: string | undefined;
  readonly errors: ExecutionResult['errors'];
}

let schema: GraphQLSchema | undefined;

/** The gateway's GraphQL over a database, in process: the real schema, guard and error mask, without HTTP. */
export class Gateway {
  readonly #apollo: ApolloServer<Context>;
  readonly #settings: Config;

  constructor(
    readonly db: Database,
    environment: Record<string, string> = {},
    /** Whether rows may be written by the database; else all of them are resolved. */
    readonly writes = true,
  ) {
    schema ??= buildSchema();
    this.#settings = readConfig(environment);
    this.#apollo = makeApollo(schema, pino({ level: 'silent' }), makeBudgets(this.#settings));
  }

  async ask<Data = never>(actor: Actor | null, query: string, variables: Variables = {}): Promise<Answer<Data>> {
    const { text, errors = [], ...kept } = await this.#execute(actor, query, variables);
    return { data: (text === undefined ? undefined : JSON.parse(text)) as Data | null | undefined, errors, ...kept };
  }

  /** The same with the data as they are sent, to the byte. */
  async askText(actor: Actor | null, query: string, variables: Variables = {}): Promise<Answer<string>> {
    const { text, errors = [], ...kept } = await this.#execute(actor, query, variables);
    return { data: text, errors, ...kept };
  }

  async #execute(actor: Actor | null, query: string, variables: Variables): Promise<Executed> {
    const db = new CountingDatabase(this.db);
    const now = new Date().toISOString();
    const contextValue: Context = { db, actor, settings: this.#settings, requestId: 'test', now };
    attachClient(contextValue, {
      ipAddress: '192.0.2.1',
      name: null,
      sessionId: null,
      deviceCookie: null,
      setSession: () => {},
      setDevice: () => {},
      takesLong: () => {},
      nextPart: async () => {},
    });
    const lists = this.writes ? attachRawJson(contextValue) : undefined;
    // As they would come over HTTP: what is undefined is not there.
    const sent = JSON.parse(JSON.stringify(variables)) as Variables;
    const { body } = await this.#apollo.executeOperation({ query, variables: sent }, { contextValue });
    if (body.kind !== 'single') throw new Error('the answer came in parts');
    const { data, errors } = body.singleResult;
    const text = JSON.stringify(data) as string | undefined;
    return {
      text: text && (lists?.insertInto(text) ?? text).toString(),
      errors,
      statements: db.statements,
      written: db.written,
    };
  }

  /** The data of an operation that must succeed. */
  async read<Data>(actor: Actor | null, query: string, variables: Variables = {}): Promise<Data> {
    const { data, errors } = await this.ask<Data>(actor, query, variables);
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    return data!;
  }

  /** The one error of an operation that must be refused, with its code at hand. */
  async refusal(actor: Actor | null, query: string, variables: Variables = {}): Promise<Refusal> {
    const { data, errors } = await this.ask<unknown>(actor, query, variables);
    const [error] = errors;
    if (errors.length !== 1) throw new Error(`one error was expected: ${JSON.stringify({ data, errors })}`);
    return { code: String(error!.extensions?.code), message: error!.message, path: error!.path };
  }
}

export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly path: readonly (string | number)[] | undefined;
}

/** The context of a request of an actor, for parts that are asked without GraphQL. */
export function contextOf(db: Database, actor: Actor): Context {
  return { db, actor, settings: readConfig({}), requestId: 'test', now: new Date().toISOString() };
}

/** A connector that sees everything, but for what is said otherwise. */
export function anActor(but: Partial<Actor> = {}): Actor {
  return {
    kind: 'CONNECTOR',
    userId: 1_000_000,
    userName: 'analytics',
    fullName: 'Analytics Plus',
    roles: [],
    privileges: new Set([Privilege.READ_RESOURCES, Privilege.READ_USER_ACCOUNTS, Privilege.READ_AUDITS]),
    scope: 'ALL',
    scopeVersion: 1,
    ...but,
  };
}

/** The connector of a stored user account, with the scope that it has now. */
export async function connectorFor(db: Database, userName: string): Promise<Actor> {
  const [user] = await db.query<Pick<Actor, 'userId' | 'fullName' | 'scope' | 'scopeVersion'>>(
    sql`SELECT id AS userId, full_name AS fullName, access_scope AS scope, scope_version AS scopeVersion
        FROM user_accounts WHERE user_name = ${userName}`,
  );
  if (!user) throw new Error(`there is no user account ${userName}`);
  return anActor({ userName, ...user });
}

/** A database that keeps the SELECTs that go through it. What the program reads once for all does not count. */
export class CountingDatabase implements Database {
  readonly statements: Sql[] = [];
  /** Those of them whose rows the database wrote. */
  readonly written: Sql[] = [];
  readonly forConnectors = this;
  readonly origin = this;
  readonly load = { inUse: 0, waiting: 0 };
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get dialect() {
    return this.#db.dialect;
  }

  get notices() {
    return this.#db.notices;
  }

  /** Counts with this one. */
  get apart(): Apart {
    const { apart } = this.#db;
    const counted = <T>(statement: Sql, read: () => Promise<T>) =>
      this.reading(() => {
        this.statements.push(statement);
        return read();
      });
    const db: Apart = {
      dialect: this.dialect,
      origin: this,
      get apart() {
        return db;
      },
      query: <Row>(statement: Sql) => counted(statement, () => apart.query<Row>(statement)),
      timed: <Row>(statement: Sql) => counted(statement, () => apart.timed<Row>(statement)),
      queryEncoded: <Keys>(statement: Sql, form: EncodedForm) => {
        this.written.push(statement);
        return counted(statement, () => apart.queryEncoded<Keys>(statement, form));
      },
      execute: (statement) => this.execute(statement),
      insert: (statement) => this.insert(statement),
      insertRows: (...rows) => this.insertRows(...rows),
    };
    return db;
  }

  query<Row>(statement: Sql): Promise<Row[]> {
    return this.reading(async () => {
      if (!/FROM gateway\b/.test(statement.sql)) this.statements.push(statement);
      return this.#db.query<Row>(statement);
    });
  }

  queryEncoded<Keys>(statement: Sql, form: EncodedForm): Promise<(EncodedRow & Keys)[]> {
    return this.reading(async () => {
      this.statements.push(statement);
      this.written.push(statement);
      return this.#db.queryEncoded<Keys>(statement, form);
    });
  }

  /** Runs each SELECT. */
  protected reading<T>(read: () => Promise<T>): Promise<T> {
    return read();
  }

  execute(statement: Sql): Promise<number> {
    return this.#db.execute(statement);
  }

  insert(statement: Sql): Promise<number> {
    return this.#db.insert(statement);
  }

  insertRows(table: string, columns: readonly string[], rows: Rows): Promise<void> {
    return this.#db.insertRows(table, columns, rows);
  }

  begin(): Promise<Transaction> {
    return this.#db.begin();
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}
