import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Takes JSON bodies that are UTF-8 throughout. Read leniently, a broken name would become another name. */
export function readStrictJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const { 'content-encoding': encoding = 'identity' } = request.headers;
    if (encoding !== 'identity') {
      done(Object.assign(new Error('send the body as it is, without Content-Encoding'), { statusCode: 415 }));
      return;
    }
    let text: string;
    try {
      text = utf8.decode(body as Buffer);
    } catch {
      done(badRequest('the body is not valid UTF-8'));
      return;
    }
    parse(request, text, (error, value) => {
      if ((error as FastifyError | null)?.code === 'FST_ERR_CTP_INVALID_JSON_BODY') done(notTaken(text));
      else done(error, value);
    });
  });
}

/** Refuses a POST whose body is JSON, but no operation. */
export function requireOperation(
  { method, body }: FastifyRequest,
  _reply: FastifyReply,
  done: (refusal?: Error) => void,
): void {
  done(method === 'POST' ? refusalOf(body) : undefined);
}

function refusalOf(body: unknown): Error | undefined {
  if (Array.isArray(body)) return badRequest('the body is a list: send one operation a request');
  if (typeof body === 'object' && body !== null && 'query' in body) return undefined;
  return badRequest('the body has no operation: send JSON such as {"query": "{ viewer { userName } }"}');
}

/** Fastify's parser refuses what is no JSON and keys that could change every object, in the same words. */
function notTaken(text: string): Error {
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
