import { fastifyApolloHandler } from '@as-integrations/fastify';
import cookie from '@fastify/cookie';
import fastify, { type FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { ImportTally } from '../features/integration/import-tally.js';
import { makeApollo } from '../graphql/apollo.js';
import { attachClient, type Client } from '../graphql/client.js';
import type { Actor, Context } from '../graphql/context.js';
import { attachLog } from '../graphql/request-log.js';
import { authenticate } from './authenticate.js';
import { readStrictJson, requireOperation } from './body.js';
import { clientOfRequest } from './client.js';
import { answerError, answerNotFound } from './errors.js';
import { addHealth } from './health.js';
import { requestLogger } from './log.js';
import { serverOptions } from './options.js';
import { closeConnectionsWhenStopping } from './stopping.js';

declare module 'fastify' {
  interface FastifyRequest {
    client: Client | null;
    actor: Actor | null;
  }
}

/** The front door: everything that answers over HTTP. It does not listen yet. */
export async function buildApp(config: Config, db: Database, schema: GraphQLSchema): Promise<FastifyInstance> {
  const logger = requestLogger(config.logLevel);
  const app: FastifyInstance = fastify(serverOptions(config, logger));
  readStrictJson(app);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerNotFound);
  addHeaders(app);
  closeConnectionsWhenStopping(app);
  addHealth(app, db);
  await app.register(cookie);
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
  const imports = new ImportTally(db, (err) => logger.warn({ err }, 'what connectors read could not be counted yet'));
  app.addHook('onClose', () => imports.stop());
  app.decorateRequest('client', null);
  app.decorateRequest('actor', null);
  app.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    // Before the body is read, let alone parsed.
    onRequest: async (request, reply) => {
      request.client = clientOfRequest(request, reply, config);
      request.actor = await authenticate(db, config, request.client, request.raw.rawHeaders);
    },
    preHandler: requireOperation,
    handler: fastifyApolloHandler(apollo, {
      context: async (request): Promise<Context> => {
        const { actor, client, id, log } = request;
        const context = { db, actor, settings: config, requestId: id, now: new Date().toISOString() };
        attachClient(context, client!);
        attachLog(context, log);
        imports.watch(context);
        return context;
      },
    }),
  });
}

function addHeaders(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (reply.statusCode === 401) reply.header('www-authenticate', 'Bearer');
  });
}
