import { type ApolloServer, HeaderMap } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { UNFORGEABLE_HEADERS } from '../graphql/apollo.js';
import type { Context } from '../graphql/context.js';

/** What Apollo reads of a request's headers. */
const HEADERS = ['content-type', 'accept', ...UNFORGEABLE_HEADERS];

/** The text of the answer to a request; its status and headers are the reply's. */
export async function execute(
  apollo: ApolloServer<Context>,
  request: FastifyRequest,
  reply: FastifyReply,
  contextOf: (request: FastifyRequest) => Context,
): Promise<string> {
  const { method, body, url } = request;
  const query = url.indexOf('?');
  const search = query < 0 ? '' : url.slice(query);
  const answer = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method, headers: headersOf(request), body, search },
    context: async () => contextOf(request),
  });
  if (answer.body.kind !== 'complete') throw new Error('the answer came in parts');
  for (const [name, value] of answer.headers) reply.header(name, value);
  if (answer.status !== undefined) reply.status(answer.status);
  return answer.body.string;
}

function headersOf({ headers }: FastifyRequest): HeaderMap {
  const read = new HeaderMap();
  for (const name of HEADERS) {
    const value = headers[name];
    if (value) read.set(name, String(value));
  }
  return read;
}
