import type { FastifyInstance } from 'fastify';
import sql from 'sql-template-tag';
import type { Database } from '../database/db.js';

/** `live`: the process answers. `ready`: it can serve, with its database there and no stop under way. */
export function addHealth(app: FastifyInstance, db: Database): void {
  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
  });
  app.get('/health/live', { logLevel: 'warn' }, async () => ({ status: 'live' }));
  app.get('/health/ready', { logLevel: 'warn' }, async (request, reply) => {
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
