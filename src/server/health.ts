import type { FastifyInstance, LogLevel } from 'fastify';
import sql from 'sql-template-tag';
import type { Database } from '../database/db.js';

/** `live`: the process answers. `ready`: it can serve, with its database there and no stop under way. */
export function addHealth(app: FastifyInstance, db: Database): void {
  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
  });
  // Who asks every few seconds need not stand in the log.
  const logLevel = ['error', 'fatal', 'silent'].includes(app.log.level) ? (app.log.level as LogLevel) : 'warn';
  app.get('/health/live', { logLevel }, async () => ({ status: 'live' }));
  app.get('/health/ready', { logLevel }, async (request, reply) => {
    if (stopping) return reply.status(503).send({ status: 'stopping' });
    try {
      await db.query(sql`SELECT module FROM positions`);
      return { status: 'ready' };
    } catch (error) {
      request.log.warn({ err: error }, 'the database does not answer');
      return reply.status(503).send({ status: 'the database does not answer' });
    }
  });
}
