import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Attack, AttackRequest } from './attacks.js';

/** Connections of each attack. */
export const CONNECTIONS = 8;

/** The tokens of an attack. */
export interface Tokens {
  readonly connector: string;
  readonly ingest: string;
}

/**
 * Sends an attack over each connection, again as soon as it is answered, while `goesOn`; what was answered how often. What
 * was not answered at `deadline`, in milliseconds of `performance.now()`, is cut.
 */
export async function sendAttack(
  port: number,
  attack: Attack,
  tokens: Tokens,
  localAddress: string,
  goesOn: (sent: number) => boolean,
  deadline = Number.POSITIVE_INFINITY,
): Promise<Map<string, number>> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS, localAddress });
  const token = attack.token === 'none' ? {} : { authtoken: tokens[attack.token] };
  const counts = new Map<string, number>();
  let sent = 0;
  const client = async () => {
    while (goesOn(sent)) {
      const answer = await send(port, agent, token, attack.request(sent++));
      counts.set(answer, (counts.get(answer) ?? 0) + 1);
    }
  };
  const late = Number.isFinite(deadline) ? setTimeout(() => agent.destroy(), deadline - performance.now()) : undefined;
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  clearTimeout(late);
  agent.destroy();
  return counts;
}

/** The status and code of the answer; `cut` if the connection ended without one, as it may while a body is refused. */
function send(port: number, agent: Agent, token: object, asked: AttackRequest): Promise<string> {
  const { path = '/graphql', body, chunk, headers = {} } = asked;
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  const length = body === undefined || chunk ? {} : { 'content-length': Buffer.byteLength(body) };
  return new Promise((done) => {
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        path,
        agent,
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...token, ...headers, ...type, ...length },
      },
      (answer) => {
        text(answer).then(
          (answered) => done(`${answer.statusCode} ${/"code":"(\w+)"/.exec(answered)?.[1] ?? 'OK'}`),
          () => done('cut'),
        );
      },
    );
    sent.once('error', () => done('cut'));
    if (chunk && body) for (let at = 0; at < body.length; at += chunk) sent.write(body.slice(at, at + chunk));
    sent.end(chunk ? undefined : body);
  });
}
