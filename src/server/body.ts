import { isUtf8 } from 'node:buffer';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { boundsOf } from '../graphql/limits/body.js';
import { AppError } from '../lib/app-error.js';
import { yieldToOthers } from '../lib/event-loop.js';
import { type ExceededBound, exceededBound, type JsonBounds } from '../lib/json-bounds.js';
import type { RequestTurns } from './request-turns.js';
import { endShortWork } from './short-work.js';

/** Bytes from which a body is long work: it is parsed and answered in turn, and parsed in a turn of the event loop of its own. */
const LARGE = 64 * 1024;

/** Takes JSON bodies that are UTF-8 throughout. Read leniently, a broken name would become another name. */
export function readStrictJson(app: FastifyInstance, turns: RequestTurns): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (request: FastifyRequest, body: Buffer) => {
    const { 'content-encoding': encoding = 'identity' } = request.headers;
    if (encoding !== 'identity') {
      throw Object.assign(new Error('send the body as it is, without Content-Encoding'), { statusCode: 415 });
    }
    const isLarge = body.length >= LARGE;
    if (isLarge) {
      endShortWork(request);
      await turns.beginLarge(request);
    }
    await turns.begin(request);
    if (isLarge) await yieldToOthers();
    checkBounds('the body', body, boundsOf(request.actor));
    if (isLarge) await yieldToOthers();
    const text = decode(body);
    const value = await new Promise((resolve, reject) => {
      parse(request, text, (error, value) => {
        if ((error as FastifyError | null)?.code === 'FST_ERR_CTP_INVALID_JSON_BODY') reject(refusalOfText(text));
        else if (error) reject(error);
        else resolve(value);
      });
    });
    if (isLarge) await yieldToOthers();
    return value;
  });
}

/** Refuses a request that has no operation: a POST whose body is other JSON, or a GET whose parameters hold too much. */
export async function requireOperation({ method, body, query, actor }: FastifyRequest, _reply: FastifyReply) {
  if (method === 'POST') {
    const refusal = refusalOf(body);
    if (refusal) throw refusal;
    return;
  }
  for (const name of ['variables', 'extensions']) {
    const value = (query as Record<string, unknown>)[name];
    if (typeof value === 'string') checkBounds(name, Buffer.from(value), boundsOf(actor));
  }
}

function decode(body: Buffer): string {
  // TextDecoder takes several times as long.
  if (!isUtf8(body)) throw badRequest('the body is not valid UTF-8');
  return body.toString('utf8');
}

/** @throws AppError, or an error with the status 400, that names the bound */
function checkBounds(what: string, json: Uint8Array, bounds: JsonBounds): void {
  const exceeded = exceededBound(json, bounds);
  if (exceeded) throw tooMuch(what, exceeded, bounds[exceeded]);
}

function tooMuch(what: string, exceeded: ExceededBound, most: number): Error {
  if (exceeded === 'depth') return badRequest(`${what} nests JSON deeper than ${most}: send flatter JSON`);
  const things = { values: 'values', objects: 'JSON objects', members: 'members in one JSON object' }[exceeded];
  return new AppError('VARIABLES_TOO_LARGE', `${what} has more than ${most} ${things}: send fewer in one request`);
}

function refusalOf(body: unknown): Error | undefined {
  if (Array.isArray(body)) return badRequest('the body is a list: send one operation a request');
  if (typeof body === 'object' && body !== null && 'query' in body) return undefined;
  return badRequest('the body has no operation: send JSON such as {"query": "{ viewer { userName } }"}');
}

/** Fastify's parser refuses what is not JSON and keys that could change every object, in the same words. */
function refusalOfText(text: string): Error {
  try {
    JSON.parse(text);
    return badRequest('the body has a key that is not taken, such as __proto__');
  } catch {
    return badRequest('the body is not valid JSON');
  }
}

function badRequest(message: string): Error {
  return Object.assign(new Error(message), { statusCode: 400 });
}
