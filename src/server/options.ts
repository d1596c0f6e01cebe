import type { FastifyServerOptions } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { LIMITS } from '../graphql/limits/limit.js';
import { readCertificate } from './certificate.js';
import { answerClientError } from './client-error.js';
import { answerError } from './errors.js';
import { newRequestId, requestLines } from './log.js';

/** What `node:http` is given, in milliseconds and bytes. How often it looks for late clients is part of how late they may be. */
const http = { headersTimeout: 10_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 16 * 1024 };

/** How the server listens, and what a client may take of it. */
export function serverOptions({ tls, trustedProxies }: Config, logger: Logger): FastifyServerOptions {
  return {
    loggerInstance: logger,
    logController: requestLines,
    genReqId: newRequestId,
    requestIdHeader: false,
    trustProxy: trustedProxies.length > 0 ? trustedProxies : false,
    bodyLimit: LIMITS.body,
    connectionTimeout: 60_000,
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: answerError,
    ...(tls ? { https: { ...http, handshakeTimeout: 10_000, ...readCertificate(tls) } } : { http }),
  } as FastifyServerOptions;
}
