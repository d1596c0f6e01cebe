import cookie from '@fastify/cookie';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { makeApollo } from '../graphql/apollo.js';
import { type Budgets, makeBudgets } from '../graphql/limits/budgets.js';
import { INGEST_LIMITS } from '../graphql/limits/limit.js';
import { attachRawJson, type RawJson } from '../graphql/rows/raw-json.js';
import { OutageLog } from '../lib/outage-log.js';
import type { SyslogListener } from '../sources/syslog/listener.js';
import { readStrictJson, requireOperation } from './body.js';
import { bodyLimiter } from './body-limit.js';
import { limitConnections } from './connections.js';
import { answerNotFound, errorHandler } from './errors.js';
import { execute } from './execute.js';
import { addFeeds } from './feeds/feeds.js';
import { closeConnectionsOnShutdown } from './graceful-shutdown.js';
import { addHealth } from './health.js';
import { cutIdleClients } from './idle-clients.js';
import { requestLogger } from './log.js';
import { addMetrics } from './metrics/metrics.js';
import { serverOptions } from './options.js';
import { pauseRefusals } from './paused-refusals.js';
import { openRequestContexts, type RequestContexts } from './request-context.js';
import { beginTurn, type RequestTurns, requestTurns } from './request-turns.js';
import { addSecurityHeaders, securityHeaders } from './security-headers.js';
import { countShortWork } from './short-work.js';

declare module 'fastify' {
  interface FastifyRequest {
    rawJson: RawJson | null;
  }
}

/** The front door: everything that answers over HTTP. It does not listen yet. */
export async function buildApp(
  config: Config,
  db: Database,
  schema: GraphQLSchema,
  syslog: readonly SyslogListener[] = [],
  logger: Logger = requestLogger(config.logLevel),
): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify(serverOptions(config, logger));
  const turns = requestTurns(app);
  readStrictJson(app, turns);
  const outage = new OutageLog(logger);
  app.setErrorHandler(errorHandler(outage));
  app.setNotFoundHandler(answerNotFound);
  addSecurityHeaders(app, securityHeaders(config));
  addHeaders(app);
  app.addHook('onResponse', async ({ actor }, { statusCode }) => {
    if (actor && statusCode < 400) outage.succeeded();
  });
  const metrics = addMetrics(app, db, syslog);
  limitConnections(app, config, metrics.countRefusedConnection);
  closeConnectionsOnShutdown(app);
  cutIdleClients(app);
  countShortWork(app);
  pauseRefusals(app);
  addHealth(app, db, outage);
  await app.register(cookie);
  const contexts = openRequestContexts(app, config, db, turns, logger, metrics);
  const budgets = makeBudgets(config);
  await addGraphql(app, { contexts, turns, schema, budgets, logger, outage });
  addFeeds(app, { contexts, turns, schema, budgets });
  return app;
}

interface GraphqlParts {
  readonly contexts: RequestContexts;
  readonly turns: RequestTurns;
  readonly schema: GraphQLSchema;
  readonly budgets: Budgets;
  readonly logger: Logger;
  readonly outage: OutageLog;
}

async function addGraphql(
  app: FastifyInstance,
  { contexts, turns, schema, budgets, logger, outage }: GraphqlParts,
): Promise<void> {
  const apollo = makeApollo(schema, logger, budgets, outage);
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  app.decorateRequest('rawJson', null);
  const contextOf = (request: FastifyRequest) => {
    const context = contexts.contextOf(request);
    request.rawJson = attachRawJson(context);
    return context;
  };
  app.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    onRequest: contexts.onRequest,
    bodyLimit: INGEST_LIMITS.body,
    preParsing: bodyLimiter(),
    preHandler: [requireOperation, beginTurn(turns)],
    handler: async (request, reply) => {
      const text = await execute(apollo, request, reply, contextOf);
      return request.rawJson?.insertInto(text) ?? text;
    },
  });
}

function addHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', refuseSecondHost);
  app.addHook('onSend', (request, reply, _body, done) => {
    reply.header('x-request-id', request.id);
    // A token is shown once, and records are for who asked: nothing between may keep an answer that does not say it may.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    if (reply.statusCode === 401) reply.header('www-authenticate', 'Bearer');
    done();
  });
}

/** Refuses a request with two Host headers, of which a proxy may have read the other one (RFC 9112, section 3.2). */
function refuseSecondHost({ raw }: FastifyRequest, _reply: FastifyReply, done: (refusal?: Error) => void): void {
  const { rawHeaders } = raw;
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]!.toLowerCase() === 'host') hosts++;
  if (hosts < 2) done();
  else done(Object.assign(new Error('the request has more than one Host header: send one'), { statusCode: 400 }));
}
