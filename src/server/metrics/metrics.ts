import type { FastifyInstance } from 'fastify';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry, register } from 'prom-client';
import type { Database } from '../../database/db.js';
import type { Context } from '../../graphql/context.js';
import { onPageRead } from '../../graphql/rows-read.js';
import type { SyslogListener } from '../../sources/syslog/listener.js';
import { CONNECTION_REFUSALS, type ConnectionRefusal } from '../connections.js';
import { chargeOperators } from '../operator-budget.js';
import type { TokenRefusal } from '../refused-tokens.js';
import { gaugeRetention } from './retention-metrics.js';
import { gaugeRollupWorker } from './rollup-metrics.js';
import { measureSyslog } from './syslog-metrics.js';
import { isWorker, metricsOfAllWorkers, offerMetrics } from './workers-metrics.js';

/** Seconds. */
const DURATIONS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What is measured of a request beside how long it took. */
export interface Metrics {
  /** Counts the rows that are read for this request. */
  watch(context: Context): void;
  /** Counts a token that was refused since it is not known here, or cannot be. */
  countRefusedToken(reason: TokenRefusal): void;
  /** Counts a connection that was closed for want of room. */
  countRefusedConnection(reason: ConnectionRefusal): void;
}

/** Answers `GET /metrics` in Prometheus' format, of all workers together. Labels hold nothing that a caller wrote. */
export function addMetrics(app: FastifyInstance, db: Database, syslog: readonly SyslogListener[]): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'pam_gateway_http_request_seconds',
    help: 'Requests, by route, method and status: how many, and seconds from the first byte to the last',
    labelNames: ['route', 'method', 'status'],
    buckets: DURATIONS,
    registers,
  });
  const rows = new Counter({
    name: 'pam_gateway_rows_served_total',
    help: 'Rows of a module that were read for answers',
    labelNames: ['module'],
    registers,
  });
  const refusedTokens = new Counter({
    name: 'pam_gateway_refused_tokens_total',
    help: 'Requests whose token was refused, because it is unknown, malformed, or one of too many such tokens from its address',
    labelNames: ['reason'],
    registers,
  });
  const refusedConnections = new Counter({
    name: 'pam_gateway_http_refused_connections_total',
    help: 'HTTP connections that were closed at once, because too many were open from their address, or in all',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of CONNECTION_REFUSALS) refusedConnections.inc({ reason }, 0);
  gaugeConnections(db, registers);
  if (syslog.length > 0) measureSyslog(syslog, registers);
  gaugeRollupWorker(db, registers);
  gaugeRetention(db, registers);
  if (register.getMetricsAsArray().length === 0) collectProcessMetrics();
  if (isWorker()) offerMetrics([register, registry]);

  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    requests.observe({ route, method: request.method, status: reply.statusCode }, reply.elapsedTime / 1_000);
    done();
  });
  app.get('/metrics', { logLevel: 'warn', onRequest: chargeOperators() }, async (_request, reply) => {
    reply.type(Registry.PROMETHEUS_CONTENT_TYPE);
    return isWorker() ? metricsOfAllWorkers() : Registry.merge([register, registry]).metrics();
  });
  return {
    watch: (context) => onPageRead(context, (page) => rows.inc({ module: page.module }, page.rows)),
    countRefusedToken: (reason) => refusedTokens.inc({ reason }),
    countRefusedConnection: (reason) => refusedConnections.inc({ reason }),
  };
}

/** Gauges of prom-client whose names end in `_total`, which Prometheus keeps for counters. Those by type stay. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

function collectProcessMetrics(): void {
  collectDefaultMetrics();
  for (const name of MISNAMED) register.removeSingleMetric(name);
}

function gaugeConnections(db: Database, registers: Registry[]): void {
  new Gauge({
    name: 'pam_gateway_database_connections',
    help: 'Database connections in use, and requests that wait for one, by whom they are for',
    labelNames: ['pool', 'state'],
    registers,
    collect() {
      for (const [pool, { load }] of [['people', db] as const, ['connectors', db.forConnectors] as const]) {
        this.set({ pool, state: 'in use' }, load.inUse);
        this.set({ pool, state: 'waiting' }, load.waiting);
      }
    },
  });
}
