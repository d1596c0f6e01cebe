import type { FastifyServerOptions } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { LIMITS } from '../graphql/limits/limit.js';
import { addressTest } from '../lib/network.js';
import { TLS_OPTIONS } from '../lib/tls-options.js';
import { readCertificate } from './certificate.js';
import { forwardedAddress } from './client.js';
import { clientErrorHandler } from './client-error.js';
import { answerError } from './errors.js';
import { IDLE_STEP } from './idle-clients.js';
import { newRequestId, requestLines } from './log.js';
import { securityHeaders } from './security-headers.js';

/** What `node:http` is given, in milliseconds and bytes. How often it looks for late clients is part of how late they may be. */
const http = { headersTimeout: 10_000, connectionsCheckingInterval: 1_000, maxHeaderSize: 16 * 1024 };

/** How the server listens, and what a client may take of it. */
export function serverOptions(config: Config, logger: Logger): FastifyServerOptions {
  const { tls } = config;
  return {
    loggerInstance: logger,
    logController: requestLines,
    genReqId: newRequestId,
    requestIdHeader: false,
    trustProxy: trustProxies(config),
    bodyLimit: LIMITS.body,
    connectionTimeout: IDLE_STEP,
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: clientErrorHandler(securityHeaders(config)),
    frameworkErrors: answerError,
    ...(tls ? { https: { ...http, handshakeTimeout: 10_000, ...TLS_OPTIONS, ...readCertificate(tls) } } : { http }),
  } as FastifyServerOptions;
}

/** Trusts X-Forwarded-For as far as it was written by the configured proxies; some of them write ports into it. */
function trustProxies({ trustedProxies }: Config): false | ((address: string) => boolean) {
  if (trustedProxies.length === 0) return false;
  const isTrusted = addressTest(trustedProxies);
  return (address) => {
    const plain = forwardedAddress(address);
    return plain !== null && isTrusted(plain);
  };
}
