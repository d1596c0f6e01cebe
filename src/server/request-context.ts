import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { Database } from '../database/db.js';
import { fewStatements, StatementSlots } from '../database/few-statements.js';
import { storeRefusals } from '../features/audits/refusals/refusal-tally.js';
import { auditRefusedOperations } from '../features/audits/refusals/refused-operations.js';
import { ImportTally } from '../features/integration/import-tally.js';
import { attachClient, type Client } from '../graphql/client.js';
import type { Actor, Context } from '../graphql/context.js';
import { attachLog } from '../graphql/request-log.js';
import { AppError } from '../lib/app-error.js';
import { AnonymousBudget } from './anonymous-budget.js';
import { authenticate } from './authenticate.js';
import { clientOfRequest } from './client.js';
import type { Metrics } from './metrics/metrics.js';
import { RefusedTokensLog } from './refused-tokens.js';
import { type RequestTurns, shareOf } from './request-turns.js';
import { endShortWork } from './short-work.js';
import type { OnTokenRefused } from './token-lookup.js';

declare module 'fastify' {
  interface FastifyRequest {
    client: Client | null;
    actor: Actor | null;
  }
}

/** How a request for data is received, whatever it is answered with. */
export interface RequestContexts {
  /** Finds out who asks, before the body is read, let alone parsed. */
  onRequest(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Who asks now, for an answer that takes long. */
  reauthenticate(request: FastifyRequest): Promise<Actor | null>;
  /** What the answer is made with. What it reads is counted for the token. */
  contextOf(request: FastifyRequest): Context;
}

export function openRequestContexts(
  app: FastifyInstance,
  config: Config,
  db: Database,
  turns: RequestTurns,
  logger: Logger,
  metrics: Metrics,
): RequestContexts {
  const imports = new ImportTally(db, (err) => logger.warn({ err }, 'what connectors read could not be counted yet'));
  app.addHook('onClose', () => imports.stop());
  app.addHook('onClose', () =>
    storeRefusals(db).catch((err) => logger.warn({ err }, 'some refusals were not recorded')),
  );
  app.decorateRequest('client', null);
  app.decorateRequest('actor', null);
  const anonymous = new AnonymousBudget();
  const refusedTokens = new RefusedTokensLog(logger);
  const onTokenRefused: OnTokenRefused = (reason, ipAddress) => {
    metrics.countRefusedToken(reason);
    refusedTokens.note(reason, ipAddress);
  };
  // Of a pool, which has half of the connections, one client reads with about half of them at most.
  const slots = Math.ceil(config.databaseConnections / 4);
  const slotsByClient = new LRUCache<string, StatementSlots>({ max: 10_000 });
  const slotsOf = (client: string) => {
    const known = slotsByClient.get(client) ?? new StatementSlots(slots);
    slotsByClient.set(client, known);
    return known;
  };
  const reauthenticate = ({ client, raw }: FastifyRequest) =>
    authenticate(db, config, client!, raw.rawHeaders, onTokenRefused);
  return {
    reauthenticate,
    onRequest: async (request, reply) => {
      request.client = clientOfRequest(request, reply, config, turns);
      request.actor = await reauthenticate(request).catch((error) => {
        // A bad token is no way round the budget of those who have none.
        if (error instanceof AppError && error.code === 'UNAUTHENTICATED') anonymous.charge(request);
        throw error;
      });
      if (!request.actor) anonymous.charge(request);
      // A small push works in slices, too, and should not make way for itself.
      if (request.actor?.kind === 'INGEST') endShortWork(request);
    },
    contextOf: (request) => {
      const { actor, client, id, log } = request;
      const pool = actor && actor.kind !== 'SESSION' ? db.forConnectors : db;
      const context: Context = {
        db: fewStatements(pool, slotsOf(shareOf(request))),
        actor,
        settings: config,
        requestId: id,
        now: new Date().toISOString(),
      };
      attachClient(context, client!);
      attachLog(context, log);
      auditRefusedOperations(context);
      imports.watch(context);
      metrics.watch(context);
      return context;
    },
  };
}
