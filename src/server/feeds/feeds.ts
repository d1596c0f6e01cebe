import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { type Progress, progressOf } from '../../database/positions.js';
import { UNFORGEABLE_HEADERS } from '../../graphql/apollo.js';
import type { Actor, Context } from '../../graphql/context.js';
import { accountOf, type Budgets, budgetHeaders } from '../../graphql/limits/budgets.js';
import { operationRefused } from '../../graphql/refused.js';
import { plainCells } from '../../graphql/rows/row-text.js';
import { pageRead } from '../../graphql/rows-read.js';
import type { Selection } from '../../graphql/selection.js';
import { AppError } from '../../lib/app-error.js';
import type { RequestContexts } from '../request-context.js';
import { beginTurn, type RequestTurns } from '../request-turns.js';
import { answerText } from './answer-text.js';
import { etagOf, isKnown } from './etag.js';
import { guardFields, plainFields } from './feed-selection.js';
import { type FlatModule, flatModules } from './flat-module.js';
import { type FlatQuery, parseFlatQuery } from './flat-query.js';
import type { Format } from './format.js';
import { formats } from './formats.js';
import { acceptsGzip, gzipped } from './gzip.js';
import { type OpenStream, type OpenStreams, trackOpenStreams } from './open-streams.js';
import { revalidator } from './revalidate.js';
import { openRows, type RowReader } from './row-reader.js';
import { openStreamBudget, type StreamBudget } from './stream-budget.js';

interface FeedParts {
  readonly contexts: RequestContexts;
  readonly turns: RequestTurns;
  readonly schema: GraphQLSchema;
  readonly budgets: Budgets;
}

/** The modules as flat files, for tools that import from a URL. */
export function addFeeds(app: FastifyInstance, { contexts, turns, schema, budgets }: FeedParts): void {
  const running = trackOpenStreams(app);
  for (const flat of flatModules) {
    const fields = plainFields(schema, flat);
    for (const extension of Object.keys(formats)) {
      app.route({
        url: `/feeds/${flat.name}.${extension}`,
        method: ['GET', 'HEAD'],
        onRequest: contexts.onRequest,
        preHandler: beginTurn(turns),
        handler: (request, reply) =>
          answer({ contexts, turns, schema, budgets, running, flat, fields, extension }, request, reply),
        onSend: async ({ actor, client }, reply) => {
          if (actor) reply.headers(budgetHeaders(accountOf(budgets, actor, client!)));
        },
      });
    }
  }
}

interface Feed extends FeedParts {
  readonly running: OpenStreams;
  readonly flat: FlatModule;
  /** All that it has. */
  readonly fields: readonly string[];
  readonly extension: string;
}

async function answer(feed: Feed, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  checkCaller(request);
  const query = parseFlatQuery(request.query, feed.fields, feed.extension);
  checkProtocol(request, feed.extension, query);
  const context = feed.contexts.contextOf(request);
  const guard = (actor: Actor | null) => guardFeed(feed, context, query, actor);
  const selection = guard(request.actor);
  const running = feed.running.begin(request, accountOf(feed.budgets, request.actor, request.client!));
  const rows = request.method === 'HEAD' ? 1 : query.limit;
  const budget = openStreamBudget(running, context, rows, {
    mayGoOn: revalidator(feed.contexts, request, guard),
    beginPart: () => feed.turns.beginPart(request, running.over),
  });
  const making = make(feed, { request, context, query, selection, running, budget });
  const { status, headers, stream } = await making.finally(budget.end);
  return reply.headers(headers).status(status).send(stream);
}

/** Guards a feed like the operation that reads the same, and reports a refusal as one of that operation. */
function guardFeed({ schema, flat }: Feed, context: Context, { fields }: FlatQuery, actor: Actor | null): Selection {
  try {
    return guardFields(schema, flat, fields, actor);
  } catch (error) {
    if (error instanceof AppError && error.code === 'FORBIDDEN') {
      operationRefused(context, { field: `Query.${flat.field}`, reason: error.message });
    }
    throw error;
  }
}

interface Begun {
  readonly request: FastifyRequest;
  readonly context: Context;
  readonly query: FlatQuery;
  readonly selection: Selection;
  readonly running: OpenStream;
  readonly budget: StreamBudget;
}

interface Made {
  readonly status: 200 | 304;
  readonly headers: Record<string, string>;
  readonly stream?: Readable;
}

async function make(feed: Feed, begun: Begun): Promise<Made> {
  const { request, context, query, running, budget } = begun;
  const opened = await openAnswer(feed, context, begun);
  const isGzip = acceptsGzip(request.headers['accept-encoding']);
  const headers = await headersOf(feed, context, query, opened, isGzip);
  if (isKnown(request.headers['if-none-match'], headers.etag)) {
    // Whoever asks again and has it all is up to date.
    pageRead(context, {
      module: feed.flat.module,
      rows: 0,
      caughtUp: query.limit === Number.POSITIVE_INFINITY || null,
    });
    return { status: 304, headers };
  }
  if (request.method === 'HEAD') return { status: 200, headers };
  const text = answerText(opened.reader, opened.format, query.limit, budget.nextChunk);
  // What is wrong with the first rows is still answered as an error.
  const first = await text.next();
  const stream = running.send(Readable.from(startingWith(first, text, budget)));
  return { status: 200, headers, stream: isGzip ? gzipped(stream) : stream };
}

interface Opened {
  readonly progress: Progress;
  readonly reader: RowReader;
  readonly format: Format;
}

/** What an answer is read and written with; no row is read yet. */
async function openAnswer(
  { flat, extension }: Feed,
  context: Context,
  { query, selection }: { query: FlatQuery; selection: Selection },
): Promise<Opened> {
  const { notation, separator, open } = formats[extension]!;
  const cells = plainCells(flat.entity, selection);
  const rowSelection = { form: { notation: notation(query.safe), cells, separator } };
  const progress = await progressOf(context.db, flat.module);
  const reader = await openRows(context, flat, query, rowSelection, progress.position);
  const deletions = reader.isFeed && flat.changes;
  checkFields(query, deletions);
  const format = open({ fields: query.fields, reader, cursor: query.cursor, deletions });
  return { progress, reader, format };
}

async function headersOf(
  { flat, extension }: Feed,
  context: Context,
  query: FlatQuery,
  { progress, reader }: Opened,
  isGzip: boolean,
) {
  const asked = { ...query, path: [flat.name, extension], isGzip, limit: `${query.limit}` };
  return {
    'content-type': formats[extension]!.contentType,
    'content-disposition': `attachment; filename="${flat.name}.${extension}"`,
    'cache-control': 'private, no-cache',
    vary: 'Accept-Encoding',
    etag: await etagOf(context, progress, asked),
    ...(isGzip && { 'content-encoding': 'gzip' }),
    ...(reader.isWhole && { 'x-row-count': String(Math.min(progress.records, query.limit)) }),
  };
}

/** A read with a cookie alone could be begun by any page that the browser shows; /graphql refuses it too. */
function checkCaller({ actor, headers }: FastifyRequest): void {
  if (!actor) throw new AppError('UNAUTHENTICATED', 'a feed needs an auth token, or a sign-in');
  if (UNFORGEABLE_HEADERS.some((name) => headers[name])) return;
  const message = `a sign-in reads a feed only with one of these headers: ${UNFORGEABLE_HEADERS.join(', ')}`;
  throw new AppError('BAD_USER_INPUT', message);
}

/**
 * Refuses an answer whose end a client could not tell from a broken connection: HTTP/1.0 has no chunks, and the format has no end
 * of its own. A proxy such as nginx speaks HTTP/1.0 unless it is told otherwise, and passes a cut answer on as a whole one.
 */
function checkProtocol({ raw, method, headers }: FastifyRequest, extension: string, { cursor }: FlatQuery): void {
  const hasEnd = extension === 'json' || (extension === 'ndjson' && cursor) || acceptsGzip(headers['accept-encoding']);
  if (raw.httpVersion !== '1.0' || method === 'HEAD' || hasEnd) return;
  throw new AppError(
    'BAD_USER_INPUT',
    `over HTTP/1.0 a ${extension} answer that is cut looks whole: use HTTP/1.1 (in nginx: proxy_http_version 1.1), gzip, JSON, or NDJSON with cursor=1`,
  );
}

function checkFields({ fields }: FlatQuery, deletions: boolean): void {
  if (!deletions || fields.includes('id')) return;
  throw new AppError('BAD_USER_INPUT', 'fields: add id: the feed tells by it what was deleted');
}

async function* startingWith<T>(
  first: IteratorResult<T, void>,
  rest: AsyncGenerator<T, void>,
  budget: StreamBudget,
): AsyncGenerator<T, void> {
  if (first.done) return;
  try {
    yield first.value;
    yield* rest;
  } finally {
    budget.end();
  }
}
