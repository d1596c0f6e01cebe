import type { FastifyInstance, LogLevel } from 'fastify';
import sql from 'sql-template-tag';
import type { Database } from '../database/db.js';
import { NeedsHelp } from '../database/dialects/unavailable.js';
import { WriteProbe } from '../database/write-probe.js';
import type { OutageLog } from '../lib/outage-log.js';
import { chargeOperators } from './operator-budget.js';

/** `live`: the process answers. `ready`: it can serve, with its database there to read and write, and no stop under way. */
export function addHealth(app: FastifyInstance, db: Database, outage: OutageLog): void {
  let stopping = false;
  app.addHook('preClose', async () => {
    stopping = true;
  });
  // Who asks every few seconds need not stand in the log.
  const logLevel = ['error', 'fatal', 'silent'].includes(app.log.level) ? (app.log.level as LogLevel) : 'warn';
  app.get('/health/live', { logLevel }, async () => ({ status: 'live' }));
  const probe = new WriteProbe(db);
  const onRequest = chargeOperators();
  app.get('/health/ready', { logLevel, onRequest }, async (request, reply) => {
    if (stopping) return reply.status(503).send({ status: 'stopping' });
    let status = 'the database does not answer';
    try {
      await db.query(sql`SELECT module FROM positions`);
      status = 'the database takes no writes';
      await probe.check();
      outage.succeeded();
      return { status: 'ready' };
    } catch (error) {
      outage.failed({ reqId: request.id, err: error });
      const reason = error instanceof NeedsHelp ? { reason: error.message } : {};
      return reply.status(503).send({ status, ...reason });
    }
  });
}
