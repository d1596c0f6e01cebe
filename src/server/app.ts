import { readFileSync } from 'node:fs';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { makeApollo } from '../graphql/apollo.js';
import type { Actor, Context } from '../graphql/context.js';
import { authenticate } from './authenticate.js';
import { readStrictJson } from './body.js';
import { answerError, answerNotFound } from './errors.js';
import { addHealth } from './health.js';
import { newRequestId, requestLogger } from './log.js';

const BODY_LIMIT = 1024 * 1024;

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor | null;
  }
}

/** The front door: everything that answers over HTTP. It does not listen yet. */
export async function buildApp(config: Config, db: Database, schema: GraphQLSchema): Promise<FastifyInstance> {
  const logger = requestLogger(config.logLevel);
  const app = fastify({
    loggerInstance: logger,
    genReqId: newRequestId,
    requestIdHeader: false,
    bodyLimit: BODY_LIMIT,
    connectionTimeout: 60_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    http: { headersTimeout: 10_000, maxHeaderSize: 16 * 1024 },
    ...(config.tls && { https: readCertificate(config.tls) }),
  } as FastifyServerOptions) as unknown as FastifyInstance;

  readStrictJson(app);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerNotFound);
  closeConnectionsWhenStopping(app);
  addHealth(app, db);
  await addGraphql(app, config, db, schema, logger);
  return app;
}

async function addGraphql(
  app: FastifyInstance,
  config: Config,
  db: Database,
  schema: GraphQLSchema,
  logger: ReturnType<typeof requestLogger>,
): Promise<void> {
  const apollo = makeApollo(schema, logger);
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  app.decorateRequest('actor', null);
  app.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    // Before the body is read, let alone parsed.
    onRequest: async (request) => {
      request.actor = await authenticate(db, request.headers);
    },
    handler: fastifyApolloHandler(apollo, {
      context: async ({ actor, id }): Promise<Context> => ({
        db,
        actor,
        settings: config,
        requestId: id,
        now: new Date().toISOString(),
      }),
    }),
  });
}

/** A client whose answer comes while the server stops is told not to send more on that connection. */
function closeConnectionsWhenStopping(app: FastifyInstance): void {
  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
  });
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (stopping) reply.header('connection', 'close');
  });
}

function readCertificate({ certFile, keyFile }: NonNullable<Config['tls']>): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}
