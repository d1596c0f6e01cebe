import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSchema, GraphQLError, graphql } from 'graphql';

const CONTRACT = `${readFileSync(new URL('../../data/contract.graphql', import.meta.url), 'utf8')}
  extend type Resource { source: String! sourceId: ID! }
  extend type UserAccount { sourceId: ID! }
  extend type Audit { source: String! sourceId: ID! }`;
const SCHEMA = buildSchema(CONTRACT);
const SCHEMA_WITH_SEEN = buildSchema(`${CONTRACT}
  extend type Viewer { seen: [SeenRecords!]! }
  type SeenRecords { module: Module! count: Int! isMore: Boolean! reasons: [String!]! }`);
export const TOKEN = `pag_${'a'.repeat(49)}`;

export type Row = Record<string, unknown> & { id: string };
interface Entry {
  id: string;
  node: Row | null;
}
interface FeedArgs {
  after?: string;
  first: number;
  since?: string;
}

/** What the gateway does with one request instead of answering it. */
export type Failure = (request: IncomingMessage, response: ServerResponse, answer: string) => void;

/**
 * The three feeds of the schema over real HTTP, from arrays. A changed row moves to the end of its feed and a
 * deleted one leaves a tombstone there, as in the real gateway.
 */
export class StandInGateway {
  /** Bound into each cursor: another one stands for a database that was replaced. */
  epoch = 1;
  /** Bound into each cursor: a higher one stands for an actor that sees more rows than before. */
  scope = 1;
  /** The faults of the next requests, in their order; null answers properly. */
  errors: (Failure | null)[] = [];
  /** Runs as each request comes in. */
  onRequest: (body: { query: string; variables: FeedArgs }) => void = () => {};
  requests: { query: string; variables: FeedArgs }[] = [];
  url = '';
  forbidden = '';
  /** What the token sees of each module; a gateway of before this was told does not know the field. */
  seen?: { module: string; count: number; isMore: boolean; reasons: string[] }[];
  readonly resources = new Journal();
  readonly users = new Journal();
  readonly audits = new Journal();
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = JSON.parse(Buffer.concat(parts).toString());
    this.requests.push(body);
    this.onRequest(body);
    const answer = JSON.stringify(await this.#answer(request, body));
    const error = this.errors.shift() ?? null;
    response.setHeader('content-type', 'application/graphql-response+json; charset=utf-8');
    if (error === null) response.end(answer);
    else error(request, response, answer);
  }

  async #answer(request: IncomingMessage, { query, variables }: { query: string; variables: object }) {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      return { errors: [{ message: 'The token is not valid.', extensions: { code: 'UNAUTHENTICATED' } }] };
    }
    const rootValue = {
      viewer: () => ({ seen: this.seen }),
      resourceFeed: (args: FeedArgs) => this.#changes('resourceFeed', this.resources, args),
      userAccountFeed: (args: FeedArgs) => this.#changes('userAccountFeed', this.users, args),
      auditFeed: (args: FeedArgs) => {
        const { entries, ...page } = this.#page('auditFeed', this.audits, args);
        return { nodes: entries.map(({ node }) => node), ...page };
      },
    };
    return graphql({
      schema: this.seen ? SCHEMA_WITH_SEEN : SCHEMA,
      source: query,
      rootValue,
      variableValues: { ...variables },
    });
  }

  #changes(feed: string, journal: Journal, args: FeedArgs) {
    const { entries, ...page } = this.#page(feed, journal, args);
    return { changes: entries.map(({ id, node }) => ({ kind: node ? 'UPSERT' : 'DELETE', id, node })), ...page };
  }

  #page(feed: string, journal: Journal, { after, first, since }: FeedArgs) {
    if (this.forbidden === feed) throw refusal('FORBIDDEN', `${feed} needs a privilege that the token lacks.`);
    const from = after ? this.#position(feed, after) : { position: 0, since: since ?? null };
    const remaining = journal.after(from.position).filter(({ node }) => !since || String(node?.occurredAt) >= since);
    const entries = remaining.slice(0, first);
    const position = entries.length > 0 ? journal.positionOf(entries[entries.length - 1] as Entry) : from.position;
    const cursor = { feed, position, epoch: this.epoch, scope: this.scope, since: from.since };
    const nextCursor = Buffer.from(JSON.stringify(cursor)).toString('base64url');
    return { entries, nextCursor, caughtUp: entries.length === remaining.length };
  }

  #position(feed: string, cursor: string): { position: number; since: string | null } {
    const read = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (read.feed !== feed || read.epoch !== this.epoch) throw refusal('BAD_CURSOR', 'The cursor is not known.');
    if (read.scope !== this.scope) throw refusal('RESYNC_REQUIRED', 'Begin anew: more rows can be seen than before.');
    return read;
  }
}

/** The rows of one module in the order of their last change. */
export class Journal {
  #entries: (Entry & { position: number })[] = [];
  #last = 0;

  upsert(...rows: Row[]): void {
    for (const row of rows) this.#move(row.id, row);
  }

  delete(...ids: string[]): void {
    for (const id of ids) this.#move(id, null);
  }

  /** The rows that are not deleted. */
  get rows(): Row[] {
    return this.#entries.map(({ node }) => node).filter((node) => node !== null);
  }

  after(position: number): Entry[] {
    return this.#entries.filter((entry) => entry.position > position);
  }

  positionOf(entry: Entry): number {
    return (entry as Entry & { position: number }).position;
  }

  #move(id: string, node: Row | null): void {
    this.#entries = this.#entries.filter((entry) => entry.id !== id);
    this.#entries.push({ id, node, position: ++this.#last });
  }
}

export const status =
  (code: number, headers: Record<string, string> = {}): Failure =>
  (_request, response) => {
    response.writeHead(code, { 'content-type': 'text/plain', ...headers }).end('out of order');
  };

/** Half of the answer, then a reset of the connection. */
export const resetInTheMiddle: Failure = (request, response, answer) => {
  response.setHeader('content-length', Buffer.byteLength(answer));
  response.write(answer.slice(0, answer.length / 2), () => request.socket.resetAndDestroy());
};

export const badJson: Failure = (_request, response, answer) => {
  response.end(answer.slice(0, answer.length / 2));
};

/** An answer other than what the feeds would give. */
export const json =
  (body: unknown): Failure =>
  (_request, response) => {
    response.end(JSON.stringify(body));
  };

function refusal(code: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
